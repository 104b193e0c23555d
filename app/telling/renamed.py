"""States that go on under another name: where the new edition moves all of an old state's cases to a new state."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from app.language.conditions import Is
from app.language.definition import Flow, Routine


def renamed_states(old: Flow, new: Routine, name: str) -> dict[str, str]:
    """Old state -> new state of the flow, for those that `migrate` says have another name now.

    Two old states that become one are no renaming, and neither is a move to a state that was there before.
    """
    answer = new.migrate.get(name)
    states = new.flows[name].states
    if answer is None or isinstance(answer, str):
        return {}
    moved = {a: b for a, b in answer.items() if a in old.states and a not in states and b not in old.states}
    once = list(moved.values())
    return {a: b for a, b in moved.items() if b in states and once.count(b) == 1}


@dataclass(frozen=True)
class Renames:
    """Renamed states by flow; gives the old routine as it would be written with the new names."""

    by_flow: Mapping[str, Mapping[str, str]]

    def of(self, routine: Routine) -> Routine:
        """Give the routine with every state called what it is called now."""
        if not any(self.by_flow.values()):
            return routine
        return replace(
            routine,
            flows={name: self._flow(flow) for name, flow in routine.flows.items()},
            guards=self._everywhere(routine.guards),
            parties=self._everywhere(routine.parties),
            fields=self._everywhere(routine.fields),
            reports=self._everywhere(routine.reports),
        )

    def _flow(self, flow: Flow) -> Flow:
        names = self.by_flow.get(flow.name, {})
        states = {
            names.get(name, name): replace(state, name=names.get(name, name)) for name, state in flow.states.items()
        }
        changed = self._everywhere(flow)
        return replace(
            changed,
            states=states,
            transitions={
                name: replace(move, sources=_called(move.sources, names), to=self._to(move.to, names))
                for name, move in changed.transitions.items()
            },
            clocks={
                name: replace(clock, start=_called(clock.start, names), stop=_called(clock.stop, names))
                for name, clock in changed.clocks.items()
            },
        )

    def _to(self, to: Any, names: Mapping[str, str]) -> Any:
        flows = {flow: self.by_flow.get(flow, {}).get(state, state) for flow, state in to.flows.items()}
        return replace(to, state=names.get(to.state, to.state), flows=flows)

    def _everywhere(self, value: Any) -> Any:
        """Rename the states that conditions test, wherever they stand in a value."""
        if isinstance(value, Is) and value.field == "state":
            return Is("state", frozenset(self._any(name) for name in value.names))
        if is_dataclass(value) and not isinstance(value, type):
            inner = {each.name: self._everywhere(getattr(value, each.name)) for each in fields(value)}
            return replace(value, **inner)
        if isinstance(value, Mapping):
            return {name: self._everywhere(each) for name, each in value.items()}
        return tuple(map(self._everywhere, value)) if isinstance(value, tuple) else value

    def _any(self, name: str) -> str:
        return next((names[name] for names in self.by_flow.values() if name in names), name)


def _called(names: tuple[str, ...], renames: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(renames.get(name, name) for name in names)
