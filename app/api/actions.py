"""Actions: one's list of them, each action, its moves."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response
from flask_appbuilder.api import expose
from sqlalchemy import ColumnElement, not_, true
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.api import lists, schemas
from app.api.operation import operation
from app.api.subjects import Subjects
from app.web import queue
from app.web.filters import Filter
from app.web.roles import PARTS
from model import Part

TABS = ("mine", "all")


class ActionApi(Subjects):
    """Actions."""

    resource_name = "actions"
    openapi_spec_tag = "Actions"
    screen = PARTS
    thing = "action"
    kind = Part
    tabs = TABS

    def filters(self) -> Sequence[Filter]:
        """Those of the page."""
        return [*queue.filters_of_actions(), *super().filters()]

    def of_tab(self, tab: str) -> ColumnElement[bool]:
        """Those of the page: open ones, or all."""
        return not_(Part.finished) if tab == "mine" else true()

    def loads(self) -> Sequence[ORMOption]:
        """The case and the clocks."""
        return (joinedload(Part.whole), selectinload(Part.clocks))  # type: ignore[attr-defined]

    def loads_of_list(self) -> Sequence[ORMOption]:
        """The case."""
        return (*super().loads_of_list(), joinedload(Part.whole))

    @expose("")
    @operation(
        "Actions that you see",
        answers={200: schemas.Rows},
        query=lists.told({"q": "Number or words"}, TABS),
        needs="list",
    )
    def list(self) -> Response:
        """Give one page of the list."""
        return self.listed()
