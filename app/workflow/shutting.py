"""Shutting somebody out of a case: the party as the case's life will know it, and whoever has the case then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from app.language.conditions import holds
from app.language.definition import Transition
from app.language.parties import InField, InRole, NamedParty, Party, Query, Several, Word
from app.routing import exclusion, seats
from app.routing.facts import CaseFacts
from app.routing.parties import Found, Lookup
from model import Case, Subject


def exclude(subject: Subject, facts: CaseFacts, declared: Transition, me: int | None) -> None:
    """Add to those shut out, here and in the case's whole or parts, whom the transition excludes."""
    if declared.exclude is None:
        return
    found = set(_keys(declared.exclude, Lookup(facts, me)))
    whole = cast("Case", getattr(subject, "whole", None) or subject)
    text = exclusion.written({*exclusion.read(whole.excluded), *found})
    for each in (whole, *whole.parts):
        each.excluded = text


def successor(facts: CaseFacts) -> Found | None:
    """Who has the case if everybody who had it is shut out: the next level of the role; None where nobody need."""
    lookup = Lookup(facts)
    handler = facts.subject.handler if facts.subject is not None else None
    if not handler or not facts.shut_out or lookup.find(Word("handler")):
        return None
    seat = seats.read(handler)
    return lookup.find(InRole(seat.role)) if seat.role else Found(fell=True)


def _keys(party: Party | None, lookup: Lookup, at: str = "nearest") -> Iterator[str]:
    match party:
        case InRole(role):
            yield from _role(role, at, lookup)
        case NamedParty(name):
            yield from _keys(lookup.facts.routine.parties[name], lookup, at)
        case Several(of):
            for each in of:
                yield from _keys(each, lookup, at)
        case Query():
            yield from _query(party, lookup)
        case Word("handler"):
            yield from _handler(lookup.facts)
        case Word() | InField():
            yield from map(exclusion.person, lookup.find(party).people)


def _query(query: Query, lookup: Lookup) -> Iterator[str]:
    if query.when is not None and not holds(query.when, lookup.facts):
        return
    if query.first:
        chosen = next((each for each in query.first if lookup.find(each)), None)
        yield from _keys(chosen, lookup)
    elif query.did is not None or query.of is not None or query.excepted is not None:
        yield from map(exclusion.person, lookup.find(query).people)
    elif query.who is not None:
        yield from _keys(query.who, lookup, query.at)
    else:
        yield from map(exclusion.staff, lookup.staffed(query.at))


def _handler(facts: CaseFacts) -> Iterator[str]:
    value = facts.value("handler")
    if value:
        seat = seats.read(value)
        yield exclusion.person(seat.person) if seat.person is not None else exclusion.role_at(seat.role, seat.unit)


def _role(role: str, at: str, lookup: Lookup) -> Iterator[str]:
    """The role where it is found: at the first unit upwards that has it, else where it would be looked for."""
    facts = lookup.facts
    if at == "anywhere":
        yield exclusion.role_within(role, None)
        return
    if at == "within":
        units = (facts.unit_id,) if facts.unit_id is not None else facts.organisation.tops
        yield from (exclusion.role_within(role, unit) for unit in units)
        return
    levels = list(facts.organisation.line(lookup.start(at)))
    levels = levels[:1] if at == "own" else levels
    has = (unit for unit in levels if facts.organisation.holders(role, unit, facts.area_id, facts.today))
    found = next(has, levels[0] if levels else None)
    if found is not None:
        yield exclusion.role_at(role, found)
