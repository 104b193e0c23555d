"""What is true of a configuration as a whole, whatever cases there are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.change import coverage
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
