"""The radar: whether anybody active can move an open case on, and if not, why not - by the one evaluator.

A reason is language-neutral: {"why": kind, "transition": name, ...ids and names}; `app.change.remedies` says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import not_, select

from app.language import kinds
from app.language.conditions import Condition, holds
from app.language.definition import NEW, SAME, Flow, Routine, Transition
from app.language.parties import REPORTER, InField, InRole, NamedParty, Party, Query, Several, Word, opened, walk
from app.routing import seats
from app.routing.facts import CaseFacts
from app.routing.parties import Lookup
from app.workflow.actor import ITSELF, Actor
from app.workflow.context import Context
from app.workflow.evaluator import Refusal, Verdict, may, names_reporter, satisfied
from app.workflow.table import leaving
from model import Person

Reason = dict[str, Any]
Seen = frozenset[tuple[str, str]]
"""(flow, transition) pairs that are being asked about already."""
ABOUT_THE_MOVE = frozenset({"nobody", "no_clock"})
"""Reasons that are different ones for different transitions."""


def reasons(context: Context, facts: CaseFacts) -> list[Reason]:
    """Why nobody active can move this open case on; [] = somebody can. For many cases, open one Radar."""
    return Radar.open(context).reasons(facts)


@dataclass(frozen=True)
class Radar:
    """Looks at cases of one moment; `inactive` are people whose account is switched off."""

    context: Context
    inactive: frozenset[int] = frozenset()

    @staticmethod
    def open(context: Context) -> Radar:
        """Make a radar for the context's moment: one query, however many cases are asked about."""
        gone = select(Person.id).join(Person.user).where(not_(User.active))
        return Radar(context, frozenset(context.session.scalars(gone)))

    def reasons(self, facts: CaseFacts) -> list[Reason]:
        """Why nobody active can move this open case on; [] = somebody can."""
        if facts.finished:
            return []
        told: list[Reason] = []
        for name in onward(facts.routine, facts.flow, facts.state):
            against = self._against(facts, name, frozenset())
            if not against:
                return []
            told += against
        return _each_once(told) or [{"why": "no_way", "state": facts.state}]

    def _against(self, facts: CaseFacts, name: str, seen: Seen) -> list[Reason]:
        """What keeps everybody from making the transition; [] = somebody can, or it will happen by itself."""
        transition = facts.flow.transitions[name]
        if transition.by is None:
            if not self._comes(facts, name):
                return [{"why": "no_clock", "transition": name}]
            verdict: Verdict | None = may(facts, name, ITSELF)
        else:
            verdict = self._verdict(facts, transition)
        if verdict is None:
            return list(self._nobody(facts, transition))
        seen = seen | {(facts.flow.name, name)}
        return [each for refusal in verdict.refusals for each in self._blocked(facts, transition, refusal, seen)]

    def _verdict(self, facts: CaseFacts, transition: Transition) -> Verdict | None:
        """Judge as the first active person who may; None = there is none."""
        verdicts = (may(facts, transition.name, actor) for actor in self._doers(facts, transition))
        return next((verdict for verdict in verdicts if verdict.offered), None)

    def _doers(self, facts: CaseFacts, transition: Transition) -> Iterator[Actor]:
        """Everybody in `by` who is active and may open the case; being allowed to act gives no sight."""
        found = Lookup(facts).find(transition.by)
        for person in found.people:
            if person not in self.inactive and self._sees(facts, person):
                yield Actor(person=person)
        if _has_page(facts) and names_reporter(transition, facts):
            yield Actor(reporter=True)
        if found.anyone:
            yield Actor()

    def _sees(self, facts: CaseFacts, person: int) -> bool:
        place = facts.whole if not facts.state else facts
        return place is not None and self.context.viewer(person).sees(place)

    @staticmethod
    def _comes(facts: CaseFacts, name: str) -> bool:
        """Whether the time of a transition by itself comes: at once, or when one of its clocks is over."""
        timed = [clock.name for clock in facts.flow.clocks.values() if clock.then == name]
        return not timed or any(_will_end(facts, clock) for clock in timed)

    # -- guards ----------------------------------------------------------------

    def _blocked(self, facts: CaseFacts, transition: Transition, refusal: Refusal, seen: Seen) -> list[Reason]:
        """Nothing if somebody or time can make the guard hold, else the guard and why nobody can."""
        why: Reason = {"why": "guard", "transition": transition.name, "guard": refusal.name}
        if satisfied(facts.routine.guards[refusal.name].needs, _Later(facts), refusal.name):
            return []
        told = [why]
        for flow, name in mending(facts.routine, facts.flow.name, transition.name, refusal.name):
            for each in _around(facts, flow) if (flow, name) not in seen else ():
                for way in _ways_to(each, name, seen):
                    against = self._against(each, way, seen | {(flow, name)})
                    if not against:
                        return []
                    told += against
        return told

    # -- why nobody ------------------------------------------------------------

    def _nobody(self, facts: CaseFacts, transition: Transition) -> Iterator[Reason]:
        """Why there is nobody who may, for each party in `by`."""
        told = False
        for party in opened(transition.by, facts.routine.parties):
            for each in self._missing(facts, party):
                told = True
                yield {**each, "transition": transition.name}
        if not told:
            yield {"why": "nobody", "transition": transition.name}

    def _missing(self, facts: CaseFacts, party: Party, at: str = "nearest") -> Iterator[Reason]:
        found = Lookup(facts).find(party, at)
        if found.people:
            gone = [person for person in found.people if person in self.inactive]
            yield from ({"why": "inactive", "person": person} for person in gone)
            return
        match party:
            case Word("handler"):
                yield _of_seat(facts)
            case InRole(role):
                yield {"why": "no_holder", "role": role, "unit": facts.unit_id, "area": facts.area_id}
            case InField(field):
                yield {"why": "empty", "field": field}
            case NamedParty(name):
                yield from self._missing(facts, facts.routine.parties[name], at)
            case Several(of):
                yield from (reason for each in of for reason in self._missing(facts, each, at))
            case Query():
                yield from self._missing_of(facts, party)

    def _missing_of(self, facts: CaseFacts, query: Query) -> Iterator[Reason]:
        if query.excepted is not None and Lookup(facts).find(replace(query, excepted=None)).people:
            yield {"why": "all_excluded"}
        elif query.when is None or holds(query.when, facts):
            for each in (query.first or (query.who,)) if query.of is None else ():
                if each is not None:
                    yield from self._missing(facts, each, query.at)


def _of_seat(facts: CaseFacts) -> Reason:
    """Say why the handler is nobody."""
    handler = facts.value("handler")
    if not handler:
        return {"why": "no_handler"}
    seat = seats.read(handler)
    return {"why": "no_holder", "role": seat.role, "unit": seat.unit, "area": seat.area}


def _has_page(facts: CaseFacts) -> bool:
    """Whether the reporter has a page: every case gives its link where the flow shows them anything."""
    above = facts.whole.flow if facts.flow.part_of and facts.whole is not None else facts.flow
    return any(each in REPORTER for each in walk(above.see, facts.routine.parties))


def _will_end(facts: CaseFacts, clock: str) -> bool:
    """Whether the clock is over or time alone will make it so."""
    row = facts.clock(clock)
    return row is not None and row.stopped_at is None and row.due_at is not None and row.paused_at is None


def _each_once(told: Iterable[Reason]) -> list[Reason]:
    """Leave one of each, whichever transition it was found at."""
    kept: dict[tuple[str, ...], Reason] = {}
    for reason in told:
        shared = reason["why"] not in ABOUT_THE_MOVE
        kept.setdefault(tuple(f"{key}={reason[key]}" for key in reason if not (shared and key == "transition")), reason)
    return list(kept.values())


@lru_cache(maxsize=1024)
def onward(routine: Routine, flow: Flow, state: str) -> tuple[str, ...]:
    """Names of the transitions that lead on from a state: staff's, then the reporter's, then those by themselves."""
    ways = [flow.transitions[name] for name in leaving(flow).get(state, ())]
    ways = [way for way in ways if way.to.state != SAME]
    return tuple(way.name for way in sorted(ways, key=lambda way: _turn(routine, way)))


def _turn(routine: Routine, way: Transition) -> int:
    if way.by is None:
        return 2
    return int(not {Word("reporter"), Word("anyone")}.isdisjoint(opened(way.by, routine.parties)))


@lru_cache(maxsize=4096)
def mending(routine: Routine, flow: str, transition: str, guard: str) -> tuple[kinds.Place, ...]:
    """(flow, transition) of everything that can make the guard hold; worked out once for an edition."""
    return kinds.mending(routine, flow, transition, guard)


def _around(facts: CaseFacts, flow: str) -> Iterator[CaseFacts]:
    """The case or parts of that flow whose moves a guard of this one may wait for, one not yet added included."""
    if flow == facts.flow.name:
        yield facts
        return
    whole = facts.whole if facts.flow.part_of else facts
    if whole is None:
        return
    if whole.flow.name == flow:
        yield whole
    elif whole.flow.name in facts.routine.flows[flow].part_of:
        yield from whole.parts(flow)
        yield whole.new_part(flow)


def _ways_to(facts: CaseFacts, name: str, seen: Seen) -> tuple[str, ...]:
    """The transition itself where it leaves from here; else, on a part or the whole, what may lead to it."""
    if name in leaving(facts.flow).get(facts.state or NEW, ()):
        return (name,)
    elsewhere = facts.state and all(flow != facts.flow.name for flow, _ in seen)
    return onward(facts.routine, facts.flow, facts.state) if elsewhere else ()


@dataclass(frozen=True)
class _Later:
    """A case as conditions see it once every clock that runs now is over, and nothing else has happened."""

    facts: CaseFacts

    def value(self, field: str) -> object:
        return self.facts.value(field)

    def is_one_of(self, field: str, names: frozenset[str]) -> bool:
        return self.facts.is_one_of(field, names)

    @property
    def finished(self) -> bool:
        return self.facts.finished

    def parts(self, flow: str) -> Iterator[_Later]:
        return (_Later(part) for part in self.facts.parts(flow))

    @property
    def whole(self) -> _Later | None:
        return _Later(self.facts.whole) if self.facts.whole is not None else None

    def has_done(self, transition: str, since: str | None) -> bool:
        return self.facts.has_done(transition, since)

    def clock_is(self, clock: str, status: str) -> bool:
        if _will_end(self.facts, clock):
            return status == "over"
        return self.facts.clock_is(clock, status)

    def guard(self, name: str) -> Condition:
        return self.facts.guard(name)
