"""A flow as boxes and arrows, with what a draft adds to it, removes from it and changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.i18n import say
from app.language.definition import NEW, SAME, Flow, Routine, State, Transition
from app.language.ways import targets
from app.telling.difference import FlowDiff

START = ""
"""The box from which everything new comes."""
SIGNS = {"": "", "added": "+ ", "removed": "− ", "changed": "~ "}


@dataclass(frozen=True, slots=True)
class Box:
    """One state. `kind` is `end`, `start`, `other` (a state of another flow) or ""; `diff` as on an arrow."""

    name: str
    label: str
    kind: str = ""
    diff: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """Moves that lead the same way; `diff` is `added`, `removed`, `changed` or ""."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    labels: tuple[str, ...]
    moves: tuple[str, ...]
    diff: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """The boxes in the flow's own order, and arrows from one box to another."""

    boxes: Mapping[str, Box]
    arrows: tuple[Arrow, ...]


Way = tuple[str, str, str]
"""A move's name, and the boxes it leads from and to."""


def graph(routine: Routine, flow: Flow, language: str, diff: FlowDiff | None = None) -> Graph:
    """Read boxes and arrows off the flow; with `diff`, also those that are gone."""
    drawn = _Drawn(routine, flow, language, diff)
    ways = drawn.ways()
    found = {END: drawn.box(END) for END in drawn.order(ways)}
    return Graph(found, tuple(drawn.arrows(ways)))


@dataclass(frozen=True)
class _Drawn:
    routine: Routine
    flow: Flow
    language: str
    diff: FlowDiff | None

    @property
    def old(self) -> Flow | None:
        return self.diff.old if self.diff is not None and self.diff.new is not None else None

    def _now(self, state: str) -> str:
        """What a state of the old flow is called now."""
        return self.diff.renamed.get(state, state) if self.diff is not None else state

    def ways(self) -> dict[Way, str]:
        """Every way, with what the draft does to it."""
        now = dict.fromkeys(_ways(self.flow), "")
        if self.diff is None:
            return now
        if self.diff.old is None or self.diff.new is None:
            return dict.fromkeys(now, "added" if self.diff.old is None else "removed")
        before = {(move, self._now(a), self._now(b)) for move, a, b in _ways(self.diff.old)}
        changed = {name for name, parts in self.diff.transitions.changed.items() if parts - {"sources", "to"}}
        found = {way: "added" if way not in before else "changed" if way[0] in changed else "" for way in now}
        gone = [(move, self._now(a), self._now(b)) for move, a, b in _ways(self.diff.old)]
        return {**found, **{way: "removed" for way in gone if way not in now}}

    def order(self, ways: Iterable[Way]) -> list[str]:
        """Names of all boxes: the start, the states with the removed where they stood, other flows' states."""
        found = list(self.flow.states)
        if self.old is not None:
            names = [self._now(name) for name in self.old.states]
            for place, name in enumerate(names):
                if name not in found:
                    before = [each for each in names[:place] if each in found]
                    found.insert(found.index(before[-1]) + 1 if before else 0, name)
        named = [name for way in ways for name in way[1:]]
        others = [name for name in dict.fromkeys(named) if name not in found and name != START]
        return [*([START] if START in named else []), *found, *others]

    def box(self, name: str) -> Box:
        if name == START:
            return Box(START, "", "start")
        state = self.flow.states.get(name) or (self.old.states.get(name) if self.old is not None else None)
        if state is None:
            return Box(name, self._elsewhere(name), "other")
        return Box(name, say(state.label, self.language), "end" if state.finished else "", self._of_box(state))

    def _of_box(self, state: State) -> str:
        if self.diff is None:
            return ""
        if self.diff.old is None or self.diff.new is None:
            return "added" if self.diff.old is None else "removed"
        states = self.diff.states
        found = {"added": states.added, "removed": states.removed, "changed": states.changed}
        renamed = "changed" if state.name in self.diff.renamed.values() else ""
        return renamed or next((what for what, names in found.items() if state.name in names), "")

    def _elsewhere(self, name: str) -> str:
        flow, _, state = name.partition(".")
        target = self.routine.flows.get(flow)
        if target is None or state not in target.states:
            return name.replace("_", " ")
        return f"{say(target.label, self.language)}: {say(target.states[state].label, self.language)}"

    def arrows(self, ways: Mapping[Way, str]) -> Iterator[Arrow]:
        """Give one arrow for all moves between the same two boxes to which the draft does the same."""
        between: dict[tuple[str, str, str], list[str]] = {}
        for (move, source, target), what in ways.items():
            between.setdefault((source, target, what), []).append(move)
        for (source, target, what), moves in between.items():
            labels = tuple(SIGNS[what] + self._label(move) for move in moves)
            yield Arrow((source,), (target,), labels, tuple(moves), what)

    def _label(self, move: str) -> str:
        old = self.diff.old if self.diff is not None else None
        found = self.flow.transitions.get(move) or (old.transitions.get(move) if old is not None else None)
        return say(found.label, self.language) if found else move


def _ways(flow: Flow) -> list[Way]:
    return list(dict.fromkeys(way for move in flow.transitions.values() for way in _of_move(flow, move)))


def _of_move(flow: Flow, move: Transition) -> Iterator[Way]:
    for source in move.sources:
        start = START if source == NEW else source
        for name, state in move.to.flows.items():
            yield move.name, start, f"{name}.{state}"
        if not move.to.flows and move.to.state != SAME:
            yield from ((move.name, start, target) for target in targets(flow, source, move) if target != start)
