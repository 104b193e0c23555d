"""What the list of cases asks of the database; what hangs on its reader and its address alone is made once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm.interfaces import ORMOption

from app.access import Viewer
from app.handling.fieldlist import FieldInterface
from app.web import queue
from app.web.apart import Apart, counted
from app.web.database import db
from app.web.here import actor, context
from app.web.interface import Wish
from app.web.shelf import Repeated, shelf
from app.workflow import held

T = TypeVar("T")


def _numbers(viewer: Viewer) -> Select[Any]:
    """Ask for the tabs' counts, and for that of what is held back."""
    asked: list[ColumnElement[Any]] = [*queue.counts(viewer), held.counted(viewer).label("n_held")]
    return select(*asked)


class CaseInterface(Apart, FieldInterface):
    """Cases, with the tabs' counts, and how many reports are held back for the same person."""

    def numbers(self, wish: Wish) -> Sequence[Any]:
        """How many there are, then the tabs' counts, then that of what is held back.

        Where something was typed, or is offered by no filter, it is asked by itself: so the long question for the tabs
        is the one that is kept.
        """
        viewer = context().viewer(actor().person)
        together = wish.counted and wish.key is not None

        def asked() -> Select[Any]:
            tabs = viewer.once(_numbers)
            return tabs.add_columns(counted(wish)) if together else tabs

        repeated = self._kept(("numbers", wish.key if together else ()), Repeated)
        [told] = repeated.rows(db.session(), asked)
        if together:
            return told[-1], *told[:-1]
        first = super().numbers(wish) if wish.counted else (told[queue.TABS.index(queue.tab())],)
        return *first, *told

    def rows(self, wish: Wish, options: Sequence[ORMOption], *, many: bool) -> Select[Any]:
        """Ask for the rows of a page; the first page's question is kept, for most people look at no other."""
        make = partial(super().rows, wish, options, many=many)
        return make() if wish.mark is not None else self._kept(("rows", wish.key, many), make)

    def _kept(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        if None in key:
            return make()
        viewer = context().viewer(actor().person)
        return shelf(viewer.organisation).get((viewer, *key), make)
