"""Cases found in the pieces of one's sight: counted first, piece by piece, which tells how the page is best found.

A search is answered in one piece and but once, for an index of words takes longer than all else: it tells the ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, select, union_all
from sqlalchemy.orm.interfaces import ORMOption

from app.web.database import db
from app.web.interface import CAP, Interface, Page, Wish
from model import Case, Subject

IS_CASE = (Subject.kind + "") == Case.__mapper__.polymorphic_identity
"""Adding nothing keeps the index by kind out: whose they are narrows more."""


def number(pieces: Sequence[Select[Any]]) -> ColumnElement[int]:
    """Count the rows of these selections, of each up to CAP + 1."""
    capped = (select(func.count()).select_from(each.limit(CAP + 1).correlate(None).subquery()) for each in pieces)
    return sum((each.scalar_subquery() for each in capped), start=literal(0))


def counted(wish: Wish) -> ColumnElement[Any]:
    """Count the cases of a wish; of a search, tell their ids as a text, up to CAP + 1 of them."""
    if wish.searched:
        few = select(Subject.id).where(*wish.conditions, IS_CASE).limit(CAP + 1).subquery()
        return select(func.aggregate_strings(cast(few.c.id, String), ",")).scalar_subquery()
    return number([select(literal(1)).select_from(Subject).where(*where) for where in _each(wish)])


def _each(wish: Wish) -> Sequence[Sequence[ColumnElement[bool]]]:
    return [(piece, *wish.where, IS_CASE) for piece in wish.pieces]


def _of_these(wish: Wish, ids: Sequence[int]) -> Wish:
    """Wish for cases found before; whether they may be seen is asked once more, for that may have changed."""
    scope = () if wish.scope is None else (wish.scope,)
    return replace(wish, where=(Subject.id.in_(ids),), pieces=scope)


class Apart(Interface):
    """A table of cases whose wishes come with pieces."""

    def numbers(self, wish: Wish) -> Sequence[Any]:
        """Tell what `counted` asks; whatever follows is told beside the page."""
        return db.session.execute(select(counted(wish))).one()

    def page(self, wish: Wish, options: Sequence[ORMOption] = ()) -> Page:
        """Read one page in two queries, or none of it where there is nothing.

        Few cases are gathered and sorted. Where there are more than CAP, a page of them soon comes by in the list's
        own order, while gathering them would grow with all that there are.
        """
        count, *extras = self.numbers(wish)
        if wish.searched:
            ids = [int(each) for each in (count or "").split(",") if each]
            count, wish = len(ids), wish if len(ids) > CAP else _of_these(wish, ids)
        found = db.session.execute(self.rows(wish, options, many=count > CAP)).all() if count else ()
        return self.paged(wish, found, min(count, CAP + 1), extras)

    def rows(self, wish: Wish, options: Sequence[ORMOption], *, many: bool) -> Select[Any]:
        """Ask for the rows of a page; `many` = there are more than CAP."""
        if many:
            return self.asked(self.matching(wish.conditions), wish, options)
        ids = union_all(*(select(Subject.id).where(*where) for where in _each(wish)))
        return self.asked(self.matching([Subject.id.in_(ids)]), wish, options, sorting=True)
