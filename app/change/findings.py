"""What is true of a configuration as a whole, whatever cases there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from app.change import coverage
from app.change.routing_rows import RowFault, row_faults
from app.language.conditions import Condition
from app.language.parties import Party
from app.routing.organisation import Organisation, UnitCopy
from app.workflow.context import Context


def counts_differently(old: Organisation, new: Organisation) -> bool:
    """Whether deadlines may fall on other days: another calendar, or other lengths at some unit."""
    if old.worktime != new.worktime:
        return True
    units = old.units.keys() | new.units.keys()
    return any(
        unit not in old.units or unit not in new.units or _lengths(old.units[unit]) != _lengths(new.units[unit])
        for unit in units
    )


def _lengths(unit: UnitCopy) -> tuple[object, object]:
    return unit.above, unit.parameters


def new_holes(today: Context, after: Context) -> list[dict[str, Any]]:
    """Give units and areas where somebody would be missing who isn't missing today: {"unit", "area", "kind"} each."""
    return [asdict(hole) for hole in coverage.new_holes(today, after)]


def new_row_faults(today: Context, after: Context) -> list[dict[str, Any]]:
    """Give what would be wrong with rows of the routing that isn't today: {"row", "why", "name"} each."""
    known = Counter((row, fault.why, fault.name) for row, fault in _row_faults(today))
    found = []
    for row, fault in _row_faults(after):
        known[row, fault.why, fault.name] -= 1
        if known[row, fault.why, fault.name] < 0:
            found.append(asdict(fault))
    return found


def _row_faults(context: Context) -> Iterator[tuple[tuple[Condition, Party] | None, RowFault]]:
    """Each fault with what its row says; None where there are no rows."""
    rows = [(row.when, row.to) for row in context.organisation.rows]
    for fault in row_faults(context.organisation, context.routine):
        yield rows[fault.row - 1] if fault.row else None, fault
