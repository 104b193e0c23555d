"""What a generated list asks of the database: one page of rows with its relations and a capped count, in one query."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import JSON, Column, ColumnElement, Select, Text, func, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, defer, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.web.database import db

CAP = 1000
"""Counts are exact up to this; above it a list says "more than"."""
BIGGEST_KEY = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Order:
    """Sorting by one column that is never empty, then by primary key; a model may sort by something else before it."""

    column: str
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.column}" if self.descending else self.column


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, with the keys that lead to the pages around it; `count` is CAP + 1 when there are more."""

    rows: Sequence[Any] = ()
    count: int = 0
    before: object = None
    after: object = None
    extras: Sequence[Any] = ()

    @property
    def counted(self) -> str:
        """Count as it is told."""
        return f"{CAP}+" if self.count > CAP else str(self.count)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which page is wanted: rows that meet `where`, in `order`, `size` of them after or before the row `mark`.

    Only if `counted` it is said how many there are. `pieces` say once more what `scope` says, as alternatives that
    have no row in common. `searched` = words narrow it. `key` is what all of it but `mark` hangs on beside its reader;
    None where that isn't known.
    """

    where: tuple[ColumnElement[bool], ...]
    order: Order
    size: int
    mark: object = None
    back: bool = False
    counted: bool = True
    scope: ColumnElement[bool] | None = None
    pieces: tuple[ColumnElement[bool], ...] = ()
    searched: bool = False
    key: Hashable = None

    @property
    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """All that a row must meet."""
        return self.where if self.scope is None else (self.scope, *self.where)


class Interface(SQLAInterface):  # type: ignore[misc]
    """Flask-AppBuilder's way to a table, with pages found by key and nothing loaded row by row."""

    def get_columns_list(self) -> list[str]:
        """Name what the table has; what a query works out is no column, so no form asks it."""
        worked_out = {name for name, each in self.list_columns.items() if not isinstance(each, Column)}
        return [name for name in super().get_columns_list() if name not in worked_out]

    def attribute(self, name: str) -> InstrumentedAttribute[Any]:
        """Mapped attribute of that name."""
        found: InstrumentedAttribute[Any] = getattr(self.obj, name)
        return found

    def sorted_by(self, name: str) -> ColumnElement[Any]:
        """Give what a column's order goes by: never empty."""
        found: ColumnElement[Any] = cast(Any, self.attribute(name))
        return found

    def is_sortable(self, name: str) -> bool:
        """Whether rows may be sorted by this column: a plain one that is never empty."""
        return name in self.list_columns and not self.is_nullable(name) and not self.is_json(name)

    def key(self, text: object) -> int | str | None:
        """Primary key from an address; None when it can't be one."""
        if not self.is_integer(self.get_pk_name()):
            return str(text)
        value = str(text)
        number = int(value) if value.isascii() and value.isdigit() and len(value) < 11 else BIGGEST_KEY + 1  # noqa: PLR2004 - longer ones are bigger
        return number if number <= BIGGEST_KEY else None

    def options(self, columns: Sequence[str], needs: Sequence[str] = ()) -> list[ORMOption]:
        """Load what these columns show and no more: relations at once, long texts not at all."""
        roots = dict.fromkeys(name.partition(".")[0] for name in (*columns, *needs))
        loads: list[ORMOption] = []
        for name in roots:
            if self.is_relation(name):
                many = self.list_properties[name].uselist
                loads.append((selectinload if many else joinedload)(self.attribute(name)))
        long = [name for name, column in self.list_columns.items() if isinstance(column.type, Text | JSON)]
        return loads + [defer(self.attribute(name)) for name in long if name not in roots]

    def matching(self, where: Sequence[ColumnElement[bool]]) -> Select[Any]:
        """Select the rows that meet every condition."""
        return select(self.obj).where(*where)

    def page(self, wish: Wish, options: Sequence[ORMOption] = ()) -> Page:
        """Read one page in one query."""
        total = self._count(wish.conditions) if wish.counted else literal(0)
        found = self.found(self.matching(wish.conditions).add_columns(total), wish, options)
        return self.paged(wish, found, int(found[0][1]) if found else 0)

    def found(
        self, statement: Select[Any], wish: Wish, options: Sequence[ORMOption], *, sorting: bool = False
    ) -> Sequence[Any]:
        """Read the rows of one page, and one more if there are more; `sorting` = by no index that is in order."""
        return db.session.execute(self.asked(statement, wish, options, sorting=sorting)).all()

    def asked(
        self, statement: Select[Any], wish: Wish, options: Sequence[ORMOption], *, sorting: bool = False
    ) -> Select[Any]:
        """Ask for the rows of one page, and for one more."""
        downwards = wish.order.descending != wish.back
        if wish.mark is not None:
            statement = statement.where(self._beyond(wish, downwards=downwards))
        for key in self._keys(wish.order):
            column = func.coalesce(key, key) if sorting else key
            statement = statement.order_by(column.desc() if downwards else column.asc())
        return statement.limit(wish.size + 1).options(*options)

    def paged(self, wish: Wish, found: Sequence[Any], count: int, extras: Sequence[Any] = ()) -> Page:
        """Make a page of the rows found."""
        rows = [row[0] for row in found[: wish.size]]
        more = len(found) > wish.size
        if wish.back:
            rows.reverse()
        return Page(rows, count, *self._edges(wish, rows, more=more), extras)

    def _edges(self, wish: Wish, rows: Sequence[Any], *, more: bool) -> tuple[object, object]:
        if not rows:
            return None, None
        first, last = (self.get_pk_value(row) for row in (rows[0], rows[-1]))
        earlier = more if wish.back else wish.mark is not None
        later = True if wish.back else more
        return first if earlier else None, last if later else None

    def _keys(self, order: Order) -> list[ColumnElement[Any]]:
        pk: str = self.get_pk_name()
        names = (*getattr(self.obj, "SORTED_FIRST", {}).get(order.column, ()), order.column, pk)
        return [self.sorted_by(name) for name in dict.fromkeys(names)]

    def _beyond(self, wish: Wish, *, downwards: bool) -> ColumnElement[bool]:
        # The mark is looked up among the rows one may see: another's key must not tell where its row stands.
        keys = self._keys(wish.order)
        pk = self.attribute(self.get_pk_name())
        mark = select(*keys).where(*wish.conditions, pk == wish.mark)
        # An own name for the inner table, or it would be taken for the outer one.
        inner = mark.correlate(None).scalar_subquery()
        position = tuple_(*keys) if len(keys) > 1 else keys[0]
        return position < inner if downwards else position > inner

    def _count(self, where: Sequence[ColumnElement[bool]]) -> ColumnElement[int]:
        pk = self.attribute(self.get_pk_name())
        capped = select(literal(1)).select_from(self.obj).where(*where, pk.is_not(None)).limit(CAP + 1)
        return select(func.count()).select_from(capped.correlate(None).subquery()).scalar_subquery().label("total")
