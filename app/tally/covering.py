"""Which tallies add up to what a reader may count: of a unit with all below it where all of that counts, else its own.

Numbers of clocks are kept for each unit, and for each that has others below once more with those. The tree is the one
that was in force when they were added up, so whoever moves a unit makes no number wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, literal, null, or_, select, union_all
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session
from sqlalchemy.sql.visitors import iterate, replacement_traverse

from app.routing.organisation import Organisation
from app.tally.cells import Added, Amount, Cell
from model import Area, Subject, Tally, Unit

SUBJECT, TALLY = cast(Table, Subject.__table__), cast(Table, Tally.__table__)
ASKED = ("flow", "unit_id", "area_id")
"""What a tally has of a case."""
Place = tuple[str, int | None, int | None]
"""A flow, a unit and an area."""


@dataclass(frozen=True)
class Tree:
    """Units and the unit above each, None = none."""

    above: Mapping[int, int | None]

    @staticmethod
    def of(organisation: Organisation) -> Tree:
        """Give that of the organisation."""
        return Tree({unit.id: unit.above for unit in organisation.units.values()})

    @staticmethod
    def read(kept: Mapping[str, int | None]) -> Tree:
        """Give one that was kept."""
        return Tree({int(unit): above for unit, above in kept.items()})

    @property
    def to_keep(self) -> dict[str, int | None]:
        """The tree as JSON has it."""
        return {str(unit): above for unit, above in self.above.items()}

    @cached_property
    def below(self) -> Mapping[int, list[int]]:
        """Units right below each that has some."""
        found = defaultdict(list)
        for unit, above in self.above.items():
            if above is not None:
                found[above].append(unit)
        return dict(found)

    def grown_to(self, other: Tree) -> Tree | None:
        """Give this one with the other's new units; None where numbers added up by this one wouldn't fit it."""
        for unit, above in other.above.items():
            known = self.above.get(unit, above)
            if known != above or (unit not in self.above and above in self.above and above not in self.below):
                return None
        return Tree({**self.above, **other.above})

    def line(self, unit: int | None) -> Iterator[int]:
        """Give each unit whose numbers have this one's among them: itself if it has units below, and those above."""
        seen: set[int] = set()
        while unit is not None and unit not in seen:
            seen.add(unit)
            if unit in self.below:
                yield unit
            unit = self.above.get(unit)

    def cover(self, whole: Collection[int]) -> tuple[frozenset[int], frozenset[int]]:
        """Give units that stand for all below them, and others, which together are these."""
        full = self._full(set(whole))
        with_all = frozenset(u for u in full if u in self.below and self.above.get(u) not in full)
        covered = {u for u in whole if any(above in full for above in self.line(u))}
        return with_all, frozenset(set(whole) - covered)

    def _full(self, whole: set[int]) -> set[int]:
        """Units with units below that all are among these, themselves too."""
        lacking = {above for unit in self.above if unit not in whole for above in (unit, *self.line(unit))}
        return {unit for unit in self.below if unit in whole and unit not in lacking}


def widened(added: Mapping[Cell, Amount], tree: Tree) -> Added:
    """Add what the units above have of it."""
    found: Added = defaultdict(Amount)
    for cell, amount in added.items():
        found[cell] = found[cell].plus(amount)
        for unit in tree.line(cell.unit_id) if cell.clock else ():
            above = cell._replace(unit_id=unit, below=True)
            found[above] = found[above].plus(amount)
    return found


def of_tallies(scope: ColumnElement[bool] | None, there: Mapping[str, Any] | None = None) -> ColumnElement[bool] | None:
    """Ask of tallies, or of other columns, what is asked of cases; None where it hangs on more than they have."""
    if scope is None:
        return None
    columns = {SUBJECT.c[name]: (there or TALLY.c)[name] for name in ASKED}

    def replaced(element: Any, **_options: Any) -> Any:
        return columns.get(element)

    found: ColumnElement[bool] = replacement_traverse(scope, {}, replaced)
    left = (each for each in iterate(found) if getattr(each, "table", None) is SUBJECT or isinstance(each, Select))
    return found if next(left, None) is None else None


def covering(
    session: Session, scope: ColumnElement[bool], flows: Iterable[str], tree: Tree
) -> Iterator[ColumnElement[bool]]:
    """Give predicates on tallies of clocks that together are the scope, by as few of them as can be.

    No tally meets two of them: each is a question of its own, for which an index serves.
    """
    units: dict[tuple[str, int | None], set[int]] = defaultdict(set)
    nowhere: set[tuple[str, int | None]] = set()
    for flow, unit, area in _places(session, scope, flows):
        if unit is None:
            nowhere.add((flow, area))
        else:
            units[flow, area].add(unit)
    alike: dict[Any, list[tuple[str, int | None]]] = defaultdict(list)
    for key in units.keys() | nowhere:
        with_all, own = tree.cover(units.get(key, set()))
        alike[True, with_all].append(key)
        alike[False, own | {None} if key in nowhere else own].append(key)
    for (below, those), keys in alike.items():
        if those:
            yield and_(TALLY.c.below if below else ~TALLY.c.below, _one_of(TALLY.c.unit_id, those), _of(keys))


def _places(session: Session, scope: ColumnElement[bool], flows: Iterable[str]) -> Iterable[Place]:
    """Every flow, unit and area within the scope, whether there are cases or not."""
    kinds = union_all(*(select(literal(flow).label("flow")) for flow in sorted(flows))).subquery()
    none = select(as_type(null(), Unit.id.type))
    units = union_all(select(Unit.id.label("unit_id")), none).subquery()
    areas = union_all(select(Area.id.label("area_id")), none).subquery()
    there = {"flow": kinds.c.flow, "unit_id": units.c.unit_id, "area_id": areas.c.area_id}
    query = select(*there.values()).select_from(kinds.join(units, literal(1) == 1).join(areas, literal(1) == 1))
    return session.execute(query.where(cast(Any, of_tallies(scope, there)))).tuples()


def _of(keys: Iterable[tuple[str, int | None]]) -> ColumnElement[bool]:
    areas: dict[str, list[int | None]] = defaultdict(list)
    for flow, area in keys:
        areas[flow].append(area)
    return or_(*(and_(TALLY.c.flow == flow, _one_of(TALLY.c.area_id, those)) for flow, those in sorted(areas.items())))


def _one_of(column: ColumnElement[Any], values: Iterable[int | None]) -> ColumnElement[bool]:
    either = set(values)
    known = sorted(value for value in either if value is not None)
    met = [column.in_(known)] if known else []
    return or_(*met, column.is_(None)) if None in either else or_(*met)
