"""What kind of guard it is, and which transitions can make it hold: derived, never written.

Source: the language's section 6. A guard on the form's own answers is `input`; one that somebody, a part or a clock
can still make true is `process`; any other is a `fact`.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from app.language.conditions import All, AnyOf, ClockIs, Condition, Done, Has, Is, Named, Not, Parts, Whole
from app.language.definition import Flow, Routine, Transition
from app.language.ways import targets

Kind = Literal["input", "process", "fact"]
Place = tuple[str, str]
"""A flow's name and a transition's."""


@lru_cache(maxsize=4096)
def guard_kind(routine: Routine, flow_name: str, transition_name: str, guard_name: str) -> Kind:
    """Kind of a guard on a transition: `input`, `process` or `fact`."""
    needs = routine.guards[guard_name].needs
    asked = routine.flows[flow_name].transitions[transition_name].asked
    tested = set(tested_fields(routine, needs))
    if tested and tested <= set(asked):
        return "input"
    if _waits(routine, needs) or menders(routine, flow_name, transition_name, guard_name):
        return "process"
    return "fact"


@lru_cache(maxsize=4096)
def menders(routine: Routine, flow_name: str, transition_name: str, guard_name: str) -> tuple[str, ...]:
    """Names of the transitions that can make the guard hold, in the file's order, each once."""
    places = mending(routine, flow_name, transition_name, guard_name)
    return tuple(dict.fromkeys(transition for _, transition in places))


@lru_cache(maxsize=1024)
def mending(routine: Routine, flow_name: str, transition_name: str, guard_name: str) -> tuple[Place, ...]:
    """(flow, transition) of everything that can make the guard hold: here, on a part or on the whole.

    Left out: the form's own answers, transitions that need the guard themselves, and, before there is a case, all
    that would happen on it.
    """
    own = routine.flows[flow_name].transitions[transition_name]
    finder = _Mending(routine, frozenset(own.asked))
    found = set(finder.of(routine.guards[guard_name].needs, (flow_name,), holds=True))
    return tuple(
        (flow.name, move.name)
        for flow in routine.flows.values()
        for move in flow.transitions.values()
        if (flow.name, move.name) in found
        and move is not own
        and guard_name not in move.guards
        and not (own.creates and flow.name == flow_name)
    )


def tested_fields(routine: Routine, condition: Condition) -> Iterator[str]:
    """Fields a condition tests, through named guards; a part's or a whole's field has its flow before it."""
    match condition:
        case Is(field, _) | Has(field, _):
            yield field
        case All(of) | AnyOf(of):
            for each in of:
                yield from tested_fields(routine, each)
        case Not(of):
            yield from tested_fields(routine, of)
        case Parts(_, flow, of):
            yield from (f"{flow}.{field}" for field in tested_fields(routine, of))
        case Whole(of):
            yield from (f"whole.{field}" for field in tested_fields(routine, of))
        case Named(guard):
            yield from tested_fields(routine, routine.guards[guard].needs)


def _waits(routine: Routine, condition: Condition) -> bool:
    """Whether it waits for a clock, for parts or for other cases."""
    match condition:
        case ClockIs() | Parts():
            return True
        case All(of) | AnyOf(of):
            return any(_waits(routine, each) for each in of)
        case Not(of) | Whole(of):
            return _waits(routine, of)
        case Named(guard):
            return _waits(routine, routine.guards[guard].needs)
        case _:
            return False


class _Mending:
    """Finds what can make a condition hold (or, inside `not`, make it fail) in some flows."""

    def __init__(self, routine: Routine, asked: frozenset[str]) -> None:
        self.routine, self.asked = routine, asked

    def of(self, condition: Condition, flows: tuple[str, ...], *, holds: bool, new: bool = False) -> Iterator[Place]:  # noqa: C901
        """Places for one condition; `new` = creating transitions count, too."""
        match condition:
            case Is("state", names):
                yield from self._into(names, flows, holds=holds, new=new)
            case Is(field, _) | Has(field, _) if field not in self.asked:
                yield from self._answering(field, flows, new=new)
            case All(of) | AnyOf(of):
                for each in of:
                    yield from self.of(each, flows, holds=holds, new=new)
            case Not(of):
                yield from self.of(of, flows, holds=not holds, new=new)
            case Parts(how, flow, of):
                yield from self._parts(how, flow, of, holds=holds)
            case Whole(of):
                above = tuple(name for flow in flows for name in self.routine.flows[flow].part_of)
                yield from _Mending(self.routine, frozenset()).of(of, above, holds=holds)
            case Done(transition, since):
                wanted = transition if holds else since
                yield from (place for place in self._all(flows, new=new) if place[1] == wanted)
            case ClockIs(clock, status):
                yield from self._timing(clock, flows, status, holds=holds)
            case Named(guard):
                yield from self.of(self.routine.guards[guard].needs, flows, holds=holds, new=new)

    def _all(self, flows: tuple[str, ...], *, new: bool) -> Iterator[Place]:
        for flow in flows:
            for transition in self.routine.flows[flow].transitions.values():
                if new or not transition.creates:
                    yield flow, transition.name

    def _transition(self, place: Place) -> Transition:
        return self.routine.flows[place[0]].transitions[place[1]]

    def _parts(self, how: str, flow: str, of: Condition, *, holds: bool) -> Iterator[Place]:
        if flow in self.routine.flows:
            inside = _Mending(self.routine, frozenset())
            yield from inside.of(of, (flow,), holds=holds, new=(how == "some") == holds)

    def _into(self, names: frozenset[str], flows: tuple[str, ...], *, holds: bool, new: bool) -> Iterator[Place]:
        for place in self._all(flows, new=new):
            flow = self.routine.flows[place[0]]
            wanted = names | (_ends(flow) if "final" in names else frozenset())
            if any((state in wanted) == holds for state in _targets(flow, self._transition(place))):
                yield place

    def _answering(self, field: str, flows: tuple[str, ...], *, new: bool) -> Iterator[Place]:
        for place in self._all(flows, new=new):
            move = self._transition(place)
            assigns = field == "handler" and move.assign is not None
            if assigns or field in {*move.asked, *move.set, *move.again, *move.forget}:
                yield place

    def _timing(self, clock: str, flows: tuple[str, ...], status: str, *, holds: bool) -> Iterator[Place]:
        """Starting makes it run and no longer be over, stopping makes it not run; only time makes it be over."""
        if status == "over" and holds:
            return
        for place in self._all(flows, new=False):
            flow = self.routine.flows[place[0]]
            entry = flow.clocks.get(clock)
            if entry is None:
                continue
            wanted = entry.start if holds == (status == "running") else entry.stop
            if {place[1], *_targets(flow, self._transition(place))} & set(wanted):
                yield place


def _targets(flow: Flow, move: Transition) -> frozenset[str]:
    return frozenset(state for source in move.sources for state in targets(flow, source, move))


def _ends(flow: Flow) -> frozenset[str]:
    return frozenset(state.name for state in flow.states.values() if state.finished)
