"""Clocks that would remind of a case long after it is finished."""

from collections.abc import Iterator

from app.language.definition import Clock, Flow
from app.language.graph import reached
from app.language.read import Node
from app.language.reading import Reading
from app.language.said import listed, said


def check_clocks(reading: Reading, flow: Flow, root: Node) -> None:
    """Warn of ways to the end on which nothing stops a clock that reminds."""
    for clock in flow.clocks.values():
        ends = sorted(_unstopped(clock, flow)) if clock.stop and clock.remind else []
        if ends:
            place = root.where("flows", flow.name, "clocks", clock.name)
            told = said(
                'the clock "%(clock)s" goes on reminding in %(states)s; put it in "stop" if it shouldn\'t',
                clock=clock.name,
                states=listed(ends),
            )
            reading.warn(place, told)


def _unstopped(clock: Clock, flow: Flow) -> set[str]:
    """The ends that a case comes to from the clock's start by moves that don't stop it, and can't stop it there."""
    began = set(_begins(clock, flow))
    found = reached(began, {state: tuple(_onward(state, clock, flow)) for state in flow.states})
    stopping = {source for name in clock.stop if name in flow.transitions for source in flow.transitions[name].sources}
    return {name for name in found - began - stopping if flow.states[name].final == "yes"}


def _begins(clock: Clock, flow: Flow) -> Iterator[str]:
    for name in clock.start:
        if name in flow.states:
            yield name
        elif name in flow.transitions:
            move = flow.transitions[name]
            yield from (move.to.state,) if move.to.state in flow.states else move.sources


def _onward(state: str, clock: Clock, flow: Flow) -> Iterator[str]:
    for move in flow.transitions.values():
        stops = move.name in (*clock.stop, clock.then) or move.to.state in clock.stop
        if state in move.sources and move.to.state in flow.states and not stops:
            yield move.to.state
