"""Coverage: who gets a new case from each unit about each area, asked of the router itself, and where nobody is there.

A hole is a place where the first one meant to have the case is missing: it goes to a reserve, or to nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from app.change.reach import new_case
from app.change.routing_rows import closed_areas, row_faults
from app.language.definition import Routine
from app.language.parties import Word
from app.routing.facts import CaseFacts
from app.routing.organisation import AreaCopy, Holding, Organisation, UnitCopy
from app.routing.parties import Found, Lookup
from app.workflow.context import Context

__all__ = ["Cell", "Grid", "Hole", "Worry", "coverage", "holes", "new_holes", "row_faults"]

Kind = Literal["covered", "inherited", "warning", "fallen", "hole"]
SOON = timedelta(days=30)
ROUTING = Word("routing")


@dataclass(frozen=True, slots=True)
class Worry:
    """What may soon be wrong: nobody stands in ("alone"), or from the day `on` nobody is there ("ends", "away")."""

    why: Literal["alone", "ends", "away"]
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit and area: how well it is covered, and by whom.

    `role` and `at` say which function at which unit has it, empty and None where a person by name has; `matters` is
    False where no case can come from.
    """

    unit: UnitCopy
    area: AreaCopy
    kind: Kind
    found: Found
    matters: bool = True
    role: str = ""
    at: int | None = None
    holders: tuple[Holding, ...] = ()
    stand_ins: int = 0
    worries: tuple[Worry, ...] = ()

    @property
    def open(self) -> bool:
        """Whether the first one meant to have it is missing."""
        return self.kind in ("fallen", "hole")


@dataclass(frozen=True, slots=True)
class Hole:
    """A place where nobody is there, by the names of its unit and area."""

    unit: str
    area: str
    kind: str


@dataclass(frozen=True)
class Grid:
    """Every unit by every area on one day. `levels` says how deep each unit lies; `closed` areas belong elsewhere."""

    organisation: Organisation
    today: date
    units: tuple[UnitCopy, ...]
    areas: tuple[AreaCopy, ...]
    levels: Mapping[int, int]
    possible: frozenset[int]
    closed: frozenset[int]
    cells: Mapping[tuple[int, int], Cell]

    def cell(self, unit: int, area: int) -> Cell:
        """The cell of these ids. Raises KeyError."""
        return self.cells[unit, area]

    def row(self, unit: int) -> list[Cell]:
        """The unit's cells, in the areas' order."""
        return [self.cells[unit, area.id] for area in self.areas]


@dataclass
class _Watch:
    """Looks at functions; each is looked at once, however many units it serves."""

    organisation: Organisation
    today: date
    kept: dict[tuple[str, int, int], tuple[Worry, ...]] = field(default_factory=dict)

    def posts(self, role: str, unit: int, area: int) -> list[Holding]:
        return [h for h in self.organisation.posts(role, unit, area) if h.counts(self.today)]

    def worries(self, role: str, unit: int, area: int) -> tuple[Worry, ...]:
        key = role, unit, area
        if key not in self.kept:
            self.kept[key] = tuple(self._worries(*key))
        return self.kept[key]

    def _worries(self, role: str, unit: int, area: int) -> Iterator[Worry]:
        posts = self.organisation.posts(role, unit, area)
        for day in sorted({day for h in posts for day in _turns(h) if self.today < day <= self.today + SOON}):
            if not self.organisation.holders(role, unit, area, day):
                away = any(h.counts(day) for h in posts)
                yield Worry("away", day) if away else Worry("ends", day)
                break
        there = {h.person for h in posts if h.counts(self.today) and not h.is_away(self.today)}
        if len(there) == 1:
            yield Worry("alone")


def _turns(holding: Holding) -> Iterator[date]:
    """Days from which the person may not be there any more."""
    if holding.ends_on is not None and holding.ends_on < date.max:
        yield holding.ends_on + timedelta(days=1)
    yield from (start for start, _ in holding.away)


def coverage(
    organisation: Organisation, routine: Routine, now: datetime, home: Callable[[int], int | None] = lambda _: None
) -> Grid:
    """Work out who gets what at `now`; `home` gives a person's unit. What is retired is left out."""
    facts = new_case(organisation, routine, now, home)
    levels = dict(_tree(organisation))
    units = tuple(unit for each in levels if not (unit := organisation.units[each]).retired)
    areas = tuple(area for area in organisation.areas.values() if not area.retired)
    possible = _possible(units, routine)
    names = closed_areas(organisation, routine)
    closed = frozenset(area.id for area in areas if area.name in names)
    watch = _Watch(organisation, facts.today)
    cells = {
        (unit.id, area.id): _cell(facts, watch, unit, area, matters=unit.id in possible and area.id not in closed)
        for unit in units
        for area in areas
    }
    return Grid(organisation, facts.today, units, areas, levels, possible, closed, cells)


def _tree(organisation: Organisation) -> Iterator[tuple[int, int]]:
    """Ids of units as the tree is read, each with how deep it lies."""
    below: dict[int | None, list[int]] = defaultdict(list)
    for unit in organisation.units.values():
        below[unit.above].append(unit.id)
    waiting = [(each, 0) for each in reversed(below[None])]
    while waiting:
        unit_id, level = waiting.pop()
        yield unit_id, level
        waiting += [(each, level + 1) for each in reversed(below[unit_id])]


def _possible(units: tuple[UnitCopy, ...], routine: Routine) -> frozenset[int]:
    """Ids of the units that a case can be about: those of the kind that the routine asks for, if it asks for one."""
    kind = routine.fields["unit"].choices
    chosen = frozenset(unit.id for unit in units if unit.kind == kind)
    return chosen or frozenset(unit.id for unit in units)


def _cell(facts: CaseFacts, watch: _Watch, unit: UnitCopy, area: AreaCopy, *, matters: bool) -> Cell:
    found = routed(facts.with_answers({"unit": unit.name, "area": area.name}))
    seat = found.seats[0] if found.seats else None
    if seat is None or seat.unit is None:
        kind: Kind = "hole" if not found else "fallen" if found.fell else "covered"
        return Cell(unit, area, kind, found, matters)
    holders = watch.organisation.holders(seat.role, seat.unit, area.id, watch.today)
    worries = watch.worries(seat.role, seat.unit, area.id)
    others = {h.person for h in watch.posts(seat.role, seat.unit, area.id)} - {h.person for h in holders}
    kind = "fallen" if found.fell else "warning" if worries else "inherited" if seat.unit != unit.id else "covered"
    return Cell(unit, area, kind, found, matters, seat.role, seat.unit, holders, len(others), worries)


def routed(facts: CaseFacts) -> Found:
    """Ask the router where the case goes. A row that names what the routine lacks leads to nobody."""
    try:
        return Lookup(facts).find(ROUTING)
    except KeyError:
        return Found(fell=True)


def holes(grid: Grid) -> list[Hole]:
    """Give each place where a case can come from and the first one meant to have it is missing."""
    return [Hole(c.unit.name, c.area.name, c.kind) for c in grid.cells.values() if c.matters and c.open]


def new_holes(today: Context, after: Context) -> list[Hole]:
    """Give the holes that would be there and aren't today; one that gets worse counts."""
    known = {(hole.unit, hole.area): hole.kind for hole in holes(of(today))}
    return [hole for hole in holes(of(after)) if known.get((hole.unit, hole.area)) not in (hole.kind, "hole")]


def of(context: Context) -> Grid:
    """Work out the coverage of a context's moment."""
    return coverage(context.organisation, context.routine, context.now, context.world(context.routine).home)
