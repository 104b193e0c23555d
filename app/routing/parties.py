"""Looking people up: a party becomes people, with each step told so that anybody can ask why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from app.language.conditions import holds
from app.language.parties import REPORTER, InField, InRole, NamedParty, Party, Query, Several, Word, opened
from app.routing import seats
from app.routing.facts import CaseFacts
from app.routing.organisation import Holding
from app.routing.seats import Seat

Step = dict[str, Any]
"""One step of a trace: {"step": kind, "ok": True | False | None, ...names and ids}; None = passed over."""


@dataclass(frozen=True, slots=True)
class Found:
    """Who a party is now. `seats` name the functions that the people hold it by; `fell` = somebody was missing.

    `but` are those whom `anyone` leaves out.
    """

    people: tuple[int, ...] = ()
    seats: tuple[Seat, ...] = ()
    steps: tuple[Step, ...] = ()
    anyone: bool = False
    fell: bool = False
    but: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.anyone or bool(self.people)

    def holds(self, person: int | None) -> bool:
        """Whether the person is in it, by name or among all others."""
        return (person is not None and person in self.people) or self.opens_to(person)

    def opens_to(self, person: int | None) -> bool:
        """Whether the person is among all others whom `anyone` means: a visitor always is."""
        return self.anyone and person not in self.but


@dataclass
class Lookup:
    """Resolves parties for one case; `me` is the id of the person doing this."""

    facts: CaseFacts
    me: int | None = None

    def find(self, party: Party | None, at: str = "nearest") -> Found:
        """Who the party is now; an empty result is an answer, not an error."""
        match party:
            case None:
                return Found()
            case Word("reporter") | InField("reporter"):
                return _persons(self.facts.people_in("reporter"))
            case Word(name):
                return self._let_in(self._word(name))
            case InRole(role):
                return self._role(role, at)
            case InField(name):
                return self._let_in(_persons(self.facts.people_in(name)))
            case NamedParty(name):
                return self.find(self.facts.routine.parties[name], at)
            case Several(of):
                return _together(self.find(each, at) for each in of)
            case _:
                return self._query(party)

    def includes(self, party: Party | None, person: int | None) -> bool:
        """Whether the person is in the party; everybody is in `anyone` who isn't left out, or shut out of the case."""
        found = self.find(party)
        if person is not None and person in found.people:
            return True
        return found.opens_to(person) and not self.facts.shuts_out(person)

    def names_reporter(self, party: Party | None) -> bool:
        """Whether the reporter is in the party, even one whom nobody knows: whoever holds the code."""
        return any(
            each in REPORTER or self._narrows_reporter(each) for each in opened(party, self.facts.routine.parties)
        )

    def _narrows_reporter(self, party: Party) -> bool:
        if not isinstance(party, Query) or party.did is not None or party.of is not None:
            return False
        fits = party.when is None or holds(party.when, self.facts)
        return fits and party.who is not None and self.names_reporter(party.who)

    def _word(self, name: str) -> Found:
        match name:
            case "anyone":
                return Found(anyone=True)
            case "handler":
                return self._handler()
            case "me":
                return _persons((self.me,) if self.me is not None else ())
            case "routing":
                return self._routing()
        return Found()

    def _handler(self) -> Found:
        value = self.facts.value("handler")
        if not value:
            return Found()
        seat = seats.read(value)
        if seat.person is not None:
            return _persons((seat.person,))
        holders = seats.holders(seat, self.facts.organisation, self.facts.today)
        return Found(tuple(h.person for h in holders), (seat,))

    def _routing(self) -> Found:
        steps: list[Step] = []
        for number, row in enumerate(self.facts.organisation.rows, 1):
            fits = holds(row.when, self.facts)
            steps.append({"step": "row", "row": number, "ok": True if fits else None})
            if fits:
                found = self.find(row.to)
                return replace(found, steps=(*steps, *found.steps))
        return Found(steps=(*steps, {"step": "no_row", "ok": False}), fell=True)

    def _role(self, role: str, at: str) -> Found:
        organisation = self.facts.organisation
        if at == "within":
            return self._everywhere(role, sorted(self._within()))
        if at == "anywhere":
            return self._everywhere(role, list(organisation.units))
        steps: list[Step] = []
        levels = list(organisation.line(self.start(at)))
        for unit in levels[:1] if at == "own" else levels:
            holders, fewer = self._holders(role, unit)
            steps.append({**_step(role, unit, holders), **({"shut_out": True} if fewer else {})})
            if holders:
                return Found(tuple(h.person for h in holders), (seats.seat_found(role, holders),), tuple(steps))
        return Found(steps=tuple(steps), fell=True)

    def start(self, at: str) -> int | None:
        """The unit from which a role is looked up; None = the case has none."""
        facts = self.facts
        if at in ("nearest", "own"):
            return facts.unit_id
        kind = facts.routine.fields[at].type
        if kind == "unit":
            unit = facts.organisation.unit_by_name.get(facts.value(at) or "")
            return unit.id if unit else None
        return facts.home_of(at)

    def _within(self) -> frozenset[int]:
        organisation, unit = self.facts.organisation, self.facts.unit_id
        tops = organisation.tops if unit is None else (unit,)
        return frozenset().union(*(organisation.under(top) for top in tops))

    def _everywhere(self, role: str, units: Iterable[int]) -> Found:
        holdings = [holding for unit in units for holding in self._holders(role, unit)[0]]
        return Found(
            tuple(dict.fromkeys(h.person for h in holdings)),
            tuple(dict.fromkeys(seats.seat_found(role, (h,)) for h in holdings)),
        )

    def _query(self, query: Query) -> Found:
        if query.when is not None and not holds(query.when, self.facts):
            return Found()
        found = self._chosen(query)
        if query.excepted is None:
            return found
        minus = set(self.find(query.excepted).people)
        people = tuple(p for p in found.people if p not in minus)
        if found.anyone:
            found = replace(found, but=found.but.union(minus))
        if len(people) == len(found.people):
            return found
        # The function would give it to those left out as well: who is left has it by name.
        return replace(found, people=people, seats=_persons(people).seats, fell=found.fell or not people)

    def _chosen(self, query: Query) -> Found:
        if query.first:
            return self._first(query.first)
        if query.did is not None:
            return self._let_in(_persons(self.facts.made(query.did)))
        if query.of is not None:
            there = (Lookup(each, self.me).find(query.who, query.at) for each in self._of(query.of))
            return self._let_in(_together(there))
        if query.who is not None:
            return self.find(query.who, query.at)
        return self._let_in(self._staff(query.at))

    def _let_in(self, found: Found) -> Found:
        """Leave out whoever is shut out of the case."""
        if not self.facts.shut_out:
            return found
        people = tuple(person for person in found.people if not self.facts.shuts_out(person))
        if len(people) == len(found.people):
            return found
        seats_left = tuple(s for s in found.seats if people and (s.person is None or s.person in people))
        return replace(found, people=people, seats=seats_left, fell=found.fell or not people)

    def _holders(self, role: str, unit: int) -> tuple[tuple[Holding, ...], bool]:
        """Who may hold it there for this case, and whether somebody who does is shut out."""
        facts = self.facts
        held = facts.organisation.holders(role, unit, facts.area_id, facts.today)
        may = tuple(each for each in held if not facts.shuts_out(each.person)) if facts.shut_out else held
        return may, len(may) < len(held)

    def _of(self, name: str) -> Iterable[CaseFacts]:
        if name == "whole":
            return (self.facts.whole,) if self.facts.whole is not None else ()
        return self.facts.parts(name)

    def _first(self, parties: tuple[Party, ...]) -> Found:
        steps: list[Step] = []
        fell = False
        for party in parties:
            found = self.find(party)
            steps.extend(found.steps)
            fell = fell or found.fell
            if found:
                return replace(found, steps=tuple(steps), fell=fell)
        return Found(steps=tuple(steps), fell=True)

    def staffed(self, at: str) -> tuple[int, ...]:
        """The units that everyone with a role at them or under them is meant of; none where the case has none."""
        if at == "anywhere":
            return self.facts.organisation.tops
        start = self.start("nearest" if at == "within" else at)
        return (start,) if start is not None else ()

    def _staff(self, at: str) -> Found:
        units = frozenset().union(*map(self.facts.organisation.under, self.staffed(at)))
        return _persons(tuple(dict.fromkeys(h.person for h in self.facts.organisation.holdings if h.unit in units)))


def _persons(ids: Iterable[int]) -> Found:
    people = tuple(ids)
    return Found(people, tuple(Seat(person=each) for each in people))


def _together(several: Iterable[Found]) -> Found:
    those = tuple(several)
    open_to_all = [each.but for each in those if each.anyone]
    return Found(
        tuple(dict.fromkeys(p for each in those for p in each.people)),
        tuple(dict.fromkeys(s for each in those for s in each.seats)),
        tuple(step for each in those for step in each.steps),
        any(each.anyone for each in those),
        any(each.fell for each in those),
        frozenset.intersection(*open_to_all) if open_to_all else frozenset(),
    )


def _step(role: str, unit: int, holders: tuple[Holding, ...]) -> Step:
    return {
        "step": "role",
        "role": role,
        "unit": unit,
        "ok": True if holders else None,
        "people": [h.label for h in holders],
        "deputy": bool(holders) and holders[0].deputy,
    }
