"""Where cases come from and who handles them: the organisation the product is seeded with, as plain facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WEIGHTS = {"iv": 21, "ie": 20, "mh": 16, "su": 12, "hf": 10, "nv": 10, "ok": 6, "ad": 5}
"""Share of all cases by faculty, in per cent."""
FACULTY = "iv"
HANDLER = "quality_iv"
"""The faculty whose handler is measured, and that handler's account."""
AREAS = ("education_quality", "physical", "psychosocial", "hse")
HSE_AREAS = frozenset({"physical", "hse"})


@dataclass(frozen=True, slots=True)
class Places:
    """Ids throughout, the same in every product's tables.

    `faculties` has each one's departments, `weights` its share; `handlers` who handles (faculty, area); `seats` how
    the product names that; `owners` who may own a department's actions. `units` are rows of (id, above, code, name),
    `named_areas` (id, name), `people` (id, account, name, mail, unit).
    """

    faculty: int
    handler: int
    desk: int
    intake: str
    areas: Sequence[int]
    faculties: Mapping[int, Sequence[int]]
    weights: Sequence[int]
    handlers: Mapping[tuple[int, int], int]
    seats: Mapping[tuple[int, int], str]
    owners: Mapping[int, Sequence[int]]
    units: Sequence[tuple[int, int | None, str, str]]
    named_areas: Sequence[tuple[int, str]]
    people: Sequence[tuple[int, str, str, str, int]]
