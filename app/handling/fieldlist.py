"""Lists that the routine's own fields work in like built-in ones: filters, search, columns, sorting."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from flask import request
from sqlalchemy import ColumnElement
from sqlalchemy.orm import with_expression
from sqlalchemy.orm.interfaces import ORMOption

from app.i18n import say
from app.web import narrowing
from app.web.extras import PREFIX, Extras
from app.web.filters import Answers, Filter
from app.web.here import actor, context
from app.web.interface import Interface, Page
from app.web.look import Look
from app.web.table import Table
from model import Part

COLUMNS = "columns"
"""The argument that names further columns."""


class FieldInterface(Interface):
    """Cases or parts, sorted by the routine's own fields, too."""

    def extra_fields(self) -> Extras:
        """The fields of these rows as the person of this request may read them."""
        return Extras(context().viewer(actor().person), self.obj is Part, context())

    def sorted_by(self, name: str) -> ColumnElement[Any]:
        """Give what a column's order goes by: never empty."""
        if name.startswith(PREFIX):
            return self.extra_fields().key(name.removeprefix(PREFIX))
        return super().sorted_by(name)


@lru_cache(maxsize=64)
def _of_columns(interface: FieldInterface, needs: tuple[str, ...]) -> tuple[ORMOption, ...]:
    """The same for every reader, and long to make."""
    return tuple(interface.options([], needs))


class FieldLook(Look):
    """A list of cases or parts. Further columns are chosen in the address: `?columns=cause&columns=amount`."""

    kept = ("tab",)

    def extras(self) -> Extras:
        """The routine's own fields in this list."""
        found: Extras = self.datamodel.extra_fields()
        return found

    def chosen(self) -> list[str]:
        """Names of the fields chosen as further columns, in the order of the fields."""
        asked = set(request.args.getlist(COLUMNS))
        return [name for name in self.extras().fields if name in asked]

    def choosable(self) -> Sequence[tuple[str, str, bool]]:
        """What may be chosen as a further column, as (name, label, whether it is)."""
        chosen = self.chosen()
        return [(name, say(field.label), name in chosen) for name, field in self.extras().fields.items()]

    def narrowings(self) -> Sequence[Filter]:
        """Filters by the routine's own fields."""
        return narrowing.filters(context().viewer(actor().person), parts=self.datamodel.obj is Part)

    def key(self, answers: Answers, tab: str) -> Hashable:
        """All that the list's question hangs on; None where an answer is none that its filter offers.

        The way of a search hangs on how many rows have the words now, and what somebody looks for isn't kept in memory.
        What is kept is sent with its values written out, so they are to be ours.
        """
        asked = ((each, answers.given[each.name]) for each in answers.filters if each.name in answers.given)
        if not all(each.offers(value) for each, value in asked):
            return None
        return tab, tuple(self.chosen()), tuple(answers.given.items()), answers.order, answers.size, answers.back

    def shown_columns(self) -> Sequence[str]:
        """Names of the columns that the person of this request sees, in order."""
        return [*super().shown_columns(), *(f"{PREFIX}{name}" for name in self.chosen())]

    def sortable(self) -> Sequence[str]:
        """Names of the columns by which they may sort."""
        extras = self.extras()
        return [*super().sortable(), *(f"{PREFIX}{name}" for name in self.chosen() if extras.sortable(name))]

    def label(self, name: str) -> str:
        """Heading of a column."""
        if name.startswith(PREFIX):
            return say(self.extras().fields[name.removeprefix(PREFIX)].label)
        return super().label(name)

    def sorts(self) -> Sequence[tuple[str, str]]:
        """Orders one may choose, as (value of `sort`, label)."""
        own = [name for name in self.sortable() if name.startswith(PREFIX)]
        return [*super().sorts(), *self.both_ways(own)]

    def loaded(self, *needs: str) -> list[ORMOption]:
        """Say what is loaded with each row: the answers, and which of the chosen fields may be read there."""
        chosen = self.chosen()
        texts = [name for name in chosen if name in self.datamodel.list_columns]
        loads = _of_columns(self.datamodel, ("answers", "excluded", *needs, *texts))
        if not chosen:
            return [*loads]
        return [*loads, with_expression(self.datamodel.attribute("readable"), self.extras().readable(chosen))]

    def table(self, page: Page, answers: Answers | None = None) -> Table:
        """The table, which further columns can make wider than the page."""
        return replace(super().table(page, answers), wide=bool(self.chosen()))

    def prepare(self, rows: Sequence[Any]) -> None:
        """Fetch at once the people that chosen columns name; a session forgets what nobody holds."""
        context().know(self.extras().people(rows, self.chosen()))

    def own_value(self, row: Any, name: str) -> Any:
        """What a row shows in a chosen column."""
        return self.extras().value(row, name.removeprefix(PREFIX))
