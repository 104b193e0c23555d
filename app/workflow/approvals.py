"""Transitions that several make together: who has pressed, who still must, and when it is enough.

Source: the language's section 8. A press is kept on the row as {"by": person, "as": reporter or "", "event": ordinal}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.language.conditions import holds
from app.language.definition import Transition
from app.language.parties import InField, NamedParty, Party, Query, Several, Word
from app.routing.facts import CaseFacts
from app.routing.parties import Lookup
from app.workflow.actor import Actor
from model import Subject

ALONE = "1"
EACH, IN_ORDER, EVERYONE, MAJORITY, TWO_THIRDS = "each", "each in order", "everyone", "majority", "two thirds"
THE_CODE = 0
"""Whoever holds the case's code and has no account."""
ANEW = ("text", "file")

Seats = tuple[Party, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Tally:
    """How far an approval has come: presses that count, who is asked now, parties that nobody is in."""

    pressed: tuple[int, ...]
    awaited: tuple[int, ...]
    empty: tuple[Party, ...]
    enough: bool


def several(declared: Transition) -> bool:
    """Whether one press isn't the whole move."""
    return declared.together != ALONE


def tally(facts: CaseFacts, declared: Transition) -> Tally:
    """Count the presses kept on the row, as the parties are now."""
    kept = facts.subject.presses.get(declared.name, ()) if facts.subject is not None else ()
    return _count(facts, declared, [each["by"] for each in kept])


def tally_with(facts: CaseFacts, declared: Transition, actor: Actor, answers: Mapping[str, Any]) -> Tally:
    """Count as it would be with the actor's press and its answers."""
    after = facts.with_answers(answers)
    before = () if _changes(facts, answers) else tally(facts, declared).pressed
    return _count(after, declared, [*before, presser(actor, facts)])


def _count(facts: CaseFacts, declared: Transition, presses: Sequence[int]) -> Tally:
    asked = list(parties(declared.by, facts))
    people = {person for _, those in asked for person in those}
    pressed = tuple(by for by in presses if by in people)
    empty = tuple(_too_few(declared.together, asked, len(people)))
    awaited = tuple(dict.fromkeys(_awaited(declared.together, asked, pressed)))
    return Tally(pressed, awaited, empty, bool(pressed) and not awaited and not empty)


def parties(by: Party | None, facts: CaseFacts) -> Iterator[Seats]:
    """Each party that must approve, named lists opened, with the people in it."""
    match by:
        case Several(of):
            for each in of:
                yield from parties(each, facts)
        case NamedParty(name):
            yield from parties(facts.routine.parties[name], facts)
        case Query(who=NamedParty() | Several(), when=when) if when is not None and by == Query(by.who, when=when):
            if holds(when, facts):
                yield from parties(by.who, facts)
        case Query(when=when) if when is not None and not holds(when, facts):
            return
        case Word("reporter") | InField("reporter"):
            yield by, facts.people_in("reporter") or (THE_CODE,)
        case None:
            return
        case _:
            yield by, Lookup(facts).find(by).people


def _too_few(how: str, asked: Sequence[Seats], people: int) -> Iterator[Party]:
    """Parties that have too few people for what is asked: none where each must press, all where so many must."""
    for party, those in asked:
        if (not those) if how in (EACH, IN_ORDER) else people < needed(how, people):
            yield party


def _awaited(how: str, asked: Sequence[Seats], pressed: Sequence[int]) -> Iterator[int]:
    """Who is asked to press now."""
    if how == IN_ORDER:
        yield from _next_in_line(asked, pressed)
        return
    if how == EACH:
        for _, those in asked:
            if set(those).isdisjoint(pressed):
                yield from those
        return
    everybody = {person for _, those in asked for person in those}
    if len(everybody.intersection(pressed)) < needed(how, len(everybody)):
        yield from sorted(everybody.difference(pressed))


def _next_in_line(asked: Sequence[Seats], pressed: Sequence[int]) -> tuple[int, ...]:
    rest = list(asked)
    for person in pressed:
        if rest and person in rest[0][1]:
            rest.pop(0)
    return rest[0][1] if rest else ()


def needed(how: str, of: int) -> int:
    """How many of so many people must press."""
    shares = {EVERYONE: of, MAJORITY: of // 2 + 1, TWO_THIRDS: -(-2 * of // 3)}
    return max(1, shares[how] if how in shares else int(how))


def presser(actor: Actor, facts: CaseFacts) -> int:
    """Under which number the actor's press is kept."""
    if actor.person is not None:
        return actor.person
    return next(iter(facts.people_in("reporter")), THE_CODE)


def press(subject: Subject, declared: Transition, actor: Actor, facts: CaseFacts, answers: Mapping[str, Any]) -> None:
    """Keep a press; one that changes an answer voids those before it."""
    before = [] if _changes(facts, answers) else list(subject.presses.get(declared.name, ()))
    one = {"by": presser(actor, facts), "as": "reporter" if actor.reporter else "", "event": subject.events + 1}
    subject.presses = {**subject.presses, declared.name: [*before, one]}


def _changes(facts: CaseFacts, answers: Mapping[str, Any]) -> bool:
    """Whether an answer differs from what stood there; texts and files are each presser's own."""
    fields = facts.routine.fields
    shared = (name for name in answers if fields[name].type not in ANEW or fields[name].choices is not None)
    return any((facts.value(name) or None) != (answers[name] or None) for name in shared)


def last(subject: Subject, name: str) -> Actor:
    """As whom a transition happens that has enough presses without a new one: the last who pressed."""
    found = subject.presses[name][-1]
    return Actor(found["by"] or None, reporter=found["as"] == "reporter")


def ready(facts: CaseFacts) -> Iterator[Transition]:
    """Transitions with presses that are enough now that somebody is shut out or roles have changed."""
    for name in facts.subject.presses if facts.subject is not None else ():
        declared = facts.flow.transitions.get(name)
        if declared is None or facts.state not in declared.sources or declared.together == IN_ORDER:
            continue
        if tally(facts, declared).enough:
            yield declared
