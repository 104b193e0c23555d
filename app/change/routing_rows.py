"""What is wrong with the routing table: a row that nothing is left for, no row for the rest, names that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.change.reach import Reach
from app.i18n import gettext
from app.language.conditions import ALWAYS, Condition, Has, Is, Named, walk
from app.language.definition import Routine, Transition
from app.language.members import has_word
from app.language.parties import InField, InRole, NamedParty, Party, Query
from app.language.parties import walk as members
from app.routing.organisation import Organisation, Row

Why = Literal["never", "open", "unknown", "retired"]


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault of a row; `row` counts from 1, 0 = there are no rows. `name` is what is unknown or retired."""

    row: int
    why: Why
    name: str = ""

    def __str__(self) -> str:
        """Say it with what mends it, in the request's language."""
        match self.why:
            case "never":
                return gettext("The rows above take every case that this one fits, so nothing is left for it.")
            case "open":
                return gettext(
                    "The last row must always hold, so that no case is left over. Add one with no condition."
                )
            case "retired":
                return gettext("“%(name)s” is retired. Name another one.", name=self.name)
        return gettext("There is nothing called “%(name)s”. Correct the name.", name=self.name)


def row_faults(organisation: Organisation, routine: Routine) -> list[RowFault]:
    """Give what is wrong with each row, in order. Nothing is said to be left for a row only where that is sure."""
    rows = organisation.rows
    names = [fault for number, row in enumerate(rows, 1) for fault in _names(number, row, organisation, routine)]
    found = [*names, *(RowFault(number, "never") for number in _never(rows, Reach.of(organisation, routine)))]
    if not rows or rows[-1].when != ALWAYS:
        found.append(RowFault(len(rows), "open"))
    return sorted(found, key=lambda fault: fault.row)


def _never(rows: tuple[Row, ...], reach: Reach) -> Iterator[int]:
    """Numbers of rows that no case comes to; the last may be kept for what isn't there yet."""
    for number, row in enumerate(rows, 1):
        above = [each.when for each in rows[: number - 1]]
        spare = number == len(rows) and row.when == ALWAYS and ALWAYS not in above
        if not spare and not reach.possible(row.when, above):
            yield number


def _names(number: int, row: Row, organisation: Organisation, routine: Routine) -> Iterator[RowFault]:
    told = dict.fromkeys((*_in_condition(row.when, organisation, routine), *_in_party(row.to, organisation, routine)))
    yield from (RowFault(number, why, name) for why, name in told)


def _in_condition(condition: Condition, organisation: Organisation, routine: Routine) -> Iterator[tuple[Why, str]]:
    for node in walk(condition):
        if isinstance(node, Named) and node.guard not in routine.guards:
            yield "unknown", node.guard
        if isinstance(node, Is | Has) and node.field not in routine.fields:
            yield "unknown", node.field
        if isinstance(node, Is):
            yield from _in_answers(node, organisation, routine)


def _in_answers(node: Is, organisation: Organisation, routine: Routine) -> Iterator[tuple[Why, str]]:
    declared = routine.fields.get(node.field)
    if declared is None or declared.type not in ("unit", "area"):
        return
    those = organisation.unit_by_name if declared.type == "unit" else organisation.area_by_name
    kinds = {unit.kind for unit in organisation.units.values()} if declared.type == "unit" else set()
    for name in sorted(node.names):
        place = those.get(name)
        if place is not None and place.retired:
            yield "retired", name
        elif place is None and name not in kinds:
            yield "unknown", name


def _in_party(party: Party, organisation: Organisation, routine: Routine) -> Iterator[tuple[Why, str]]:
    for each in members(party):
        match each:
            case InRole(role) if role in organisation.retired_roles:
                yield "retired", role
            case InRole(role) if role not in organisation.roles:
                yield "unknown", role
            case InField(name) if name not in routine.fields:
                yield "unknown", name
            case NamedParty(name) if name not in routine.parties:
                yield "unknown", name
            case Query(when=when) if when is not None:
                yield from _in_condition(when, organisation, routine)


def closed_areas(organisation: Organisation, routine: Routine) -> frozenset[str]:
    """Names of areas whose cases the routine surely never brings to the routing: they belong elsewhere."""
    reach = Reach.of(organisation, routine)
    flows = [flow for flow in routine.flows.values() if not flow.part_of]

    def open_to(area: str, moves: list[list[Transition]]) -> bool:
        return any(
            reach.possible(flow.when, given={"area": area})
            and any(_passes(move, area, routine, reach) for move in those)
            for flow, those in zip(flows, moves, strict=True)
        )

    new = [[move for move in flow.transitions.values() if move.creates] for flow in flows]
    routed = [[m for m in flow.transitions.values() if has_word(m.assign, "routing", routine)] for flow in flows]
    steps = [new, routed] if any(routed) else [new]
    return frozenset(name for name in organisation.area_by_name if not all(open_to(name, each) for each in steps))


def _passes(move: Transition, area: str, routine: Routine, reach: Reach) -> bool:
    return all(reach.possible(routine.guards[name].needs, given={"area": area}) for name in move.guards)
