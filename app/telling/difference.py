"""What is different between two routines: which states, moves, deadlines, requirements and questions, and which parts.

A flow of which only texts (`label`, `told`), sight (`see`), the order of its states and moves, or who it takes (`when`)
differ, is not among the `changed_flows`: texts and order change nothing for a case under way, sight follows the newest
edition everywhere, and a case keeps the flow it was created in. All else asks what becomes of the flow's open cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from app.language.definition import Choice, Clock, Field, Flow, Guard, Report, Routine, State, Transition
from app.telling.renamed import Renames, renamed_states
from app.telling.uses import uses

WORDING = frozenset({"label", "told", "see", "says", "help", "templates", "choice labels"})
"""Parts whose change leaves open cases as they are."""
NAMED = State | Transition | Clock | Guard | Field | Report
OWN = ("label", "when", "part_of", "see")


@dataclass(frozen=True, slots=True)
class Changes:
    """Named things of one kind: the new, the removed, and the changed with the parts of them that differ."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    @property
    def weighty(self) -> frozenset[str]:
        """Names of all that differs by more than its wording or sight."""
        changed = (name for name, parts in self.changed.items() if parts - WORDING)
        return frozenset((*self.added, *self.removed, *changed))


@dataclass(frozen=True, slots=True)
class FlowDiff:
    """One flow before and now; `renamed` is old state -> new state, `parts` are those of the flow itself.

    `old` or `new` is None where the flow is added or removed.
    """

    name: str
    old: Flow | None
    new: Flow | None
    states: Changes = field(default_factory=Changes)
    renamed: Mapping[str, str] = field(default_factory=dict)
    transitions: Changes = field(default_factory=Changes)
    clocks: Changes = field(default_factory=Changes)
    parts: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        there = self.old is not None and self.new is not None
        return not there or bool(self.states or self.renamed or self.transitions or self.clocks or self.parts)

    @property
    def weighty(self) -> bool:
        """Whether open cases of the flow are concerned by what is written in it."""
        found = self.states.weighty or self.transitions.weighty or self.clocks.weighty
        return bool(found or self.renamed or "part_of" in self.parts)


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs; `flows` has the flows that do, `parts` are the title, the languages and the answers given."""

    flows: dict[str, FlowDiff]
    guards: Changes
    fields: Changes
    parties: Changes
    roles: Changes
    reports: Changes
    parts: frozenset[str]
    changed_flows: frozenset[str]
    added_flows: tuple[str, ...]
    removed_flows: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        others = (self.guards, self.fields, self.parties, self.roles, self.reports)
        return not (self.flows or self.parts or any(others))


def compare(old: Routine, new: Routine) -> Difference:
    """Tell what is different in `new`."""
    renames = {name: renamed_states(old.flows[name], new, name) for name in new.flows if name in old.flows}
    before = Renames(renames).of(old)
    flows = {
        name: _flow(old.flows.get(name), before.flows.get(name), new.flows.get(name), renames.get(name, {}))
        for name in {**old.flows, **new.flows}
    }
    found = {name: flow for name, flow in flows.items() if flow}
    difference = Difference(
        flows=found,
        guards=_changes(before.guards, new.guards),
        fields=_changes(before.fields, new.fields),
        parties=_changes(before.parties, new.parties),
        roles=_changes(dict.fromkeys(old.roles), dict.fromkeys(new.roles)),
        reports=_changes(before.reports, new.reports),
        parts=_parts(old, new, ("title", "languages", "migrate")) | _order(old.flows, new.flows, "flow order"),
        changed_flows=frozenset(),
        added_flows=tuple(name for name in new.flows if name not in old.flows),
        removed_flows=tuple(name for name in old.flows if name not in new.flows),
    )
    both = [name for name in new.flows if name in old.flows]
    return replace(difference, changed_flows=frozenset(n for n in both if _concerns(difference, n, before, new)))


def _concerns(difference: Difference, name: str, old: Routine, new: Routine) -> bool:
    """Whether open cases of the flow are concerned: by itself, or by what it uses."""
    flow = difference.flows.get(name)
    if flow is not None and flow.weighty:
        return True
    changed = {
        "guard": difference.guards.weighty,
        "field": difference.fields.weighty,
        "party": difference.parties.weighty,
        "role": difference.roles.weighty,
    }
    used = uses(old, old.flows[name]) | uses(new, new.flows[name])
    return any(each in changed.get(kind, ()) for kind, each in used)


def _flow(old: Flow | None, before: Flow | None, new: Flow | None, renamed: Mapping[str, str]) -> FlowDiff:
    """One flow; `before` is the old one with the states called what they are called now."""
    if before is None or new is None:
        return FlowDiff((old or new).name, old, new)  # type: ignore[union-attr]
    order = _order(before.states, new.states, "state order") | _order(before.transitions, new.transitions, "move order")
    return FlowDiff(
        name=new.name,
        old=old,
        new=new,
        states=_changes(before.states, new.states),
        renamed=renamed,
        transitions=_changes(before.transitions, new.transitions),
        clocks=_changes(before.clocks, new.clocks),
        parts=_parts(before, new, OWN) | order,
    )


def _order(old: Mapping[str, Any], new: Mapping[str, Any], called: str) -> frozenset[str]:
    """Say whether those that are in both stand in another order."""
    same = [name for name in old if name in new] == [name for name in new if name in old]
    return frozenset() if same else frozenset({called})


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    both = {name: _differing(old[name], new[name]) for name in new if name in old}
    return Changes(
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed={name: parts for name, parts in both.items() if parts},
    )


def _differing(old: Any, new: Any) -> frozenset[str]:
    if not isinstance(new, NAMED) or not isinstance(old, NAMED):
        return frozenset() if old == new else frozenset({"who"})
    found = _parts(old, new, tuple(each.name for each in fields(new)))
    if (
        isinstance(new, Field)
        and isinstance(old, Field)
        and "choices" in found
        and _bare(old.choices) == _bare(new.choices)
    ):
        return found - {"choices"} | {"choice labels"}
    return found


def _parts(old: Any, new: Any, names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for name in names if getattr(old, name) != getattr(new, name))


def _bare(choices: object) -> object:
    """Give the choices without what they are called."""
    if not isinstance(choices, tuple):
        return choices
    return tuple((each.name, _bare(each.choices)) for each in choices if isinstance(each, Choice))
