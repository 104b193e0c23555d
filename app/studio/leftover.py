"""Which rows of the routing earlier ones leave nothing to, as far as areas and units tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.i18n import gettext
from app.routing.organisation import Organisation

Place = tuple[str | None, str | None]
"""An area and a unit that a case may have, either none."""


def row_faults(rows: Sequence[Mapping[str, Any]], organisation: Organisation) -> dict[int, list[str]]:
    """Give what is wrong with rows of the table, by place in it."""
    found: dict[int, list[str]] = {}
    taken: set[Place] = set()
    everything = _all(organisation)
    for at, row in enumerate(rows):
        held = _held(row.get("condition"), everything, organisation)
        if taken == everything or (held and held <= taken):
            found[at] = [gettext("The rows above take all of this, so nothing is left for it.")]
        elif held is not None:
            taken |= held
    if rows and rows[-1].get("condition") is not None:
        last = gettext("The last row must always hold. Add one without a condition.")
        found[len(rows) - 1] = [*found.get(len(rows) - 1, ()), last]
    return found


def _all(organisation: Organisation) -> set[Place]:
    areas = [None, *organisation.area_by_name]
    return {(area, unit) for area in areas for unit in (None, *organisation.unit_by_name)}


def _held(condition: Any, everything: set[Place], organisation: Organisation) -> set[Place] | None:
    """The cases a row holds for; None where it asks for more than area and unit, so that nobody can tell."""
    if condition is None:
        return everything
    if not isinstance(condition, Mapping) or not set(condition) <= {"area", "unit"}:
        return None
    areas, units = _listed(condition.get("area")), _units(_listed(condition.get("unit")), organisation)
    return {
        (area, unit)
        for area, unit in everything
        if (areas is None or area in areas) and (units is None or unit in units)
    }


def _units(names: list[str] | None, organisation: Organisation) -> set[str] | None:
    """The units named, by name or kind, and all under them."""
    if names is None:
        return None
    tops = [unit for unit in organisation.units.values() if unit.name in names or unit.kind in names]
    return {organisation.units[pk].name for unit in tops for pk in organisation.under(unit.id)}


def _listed(value: Any) -> list[str] | None:
    if value is None:
        return None
    return [value] if isinstance(value, str) else [str(each) for each in value]
