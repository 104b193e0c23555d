"""What cases and actions share: their lists, each by itself, its files, and its moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import Response
from flask_appbuilder.api import expose
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.access import Viewer
from app.api import lists, moving, schemas
from app.api.base import Api, answered
from app.api.operation import Parameter, operation, query
from app.api.shown import Shown
from app.web import narrowing
from app.web.attached import download
from app.web.database import db
from app.web.filed import one_file
from app.web.filters import Answers, Filter, clean
from app.web.here import actor, context
from app.web.interface import Interface, Wish
from app.web.problems import Problem
from app.workflow import finding
from model import Part, Subject


class Subjects(Api):
    """Cases, or actions."""

    kind: type[Subject] = Subject
    interface: type[Interface] = Interface
    tabs: tuple[str, ...] = ()

    def filters(self) -> Sequence[Filter]:
        """What the list can be narrowed by: on the page, too, the routine's own fields do that."""
        return narrowing.filters(_viewer(), parts=self.kind is Part)

    def operation_helper(
        self,
        path: str | None = None,
        operations: dict[str, Any] | None = None,
        methods: list[str] | None = None,
        func: Callable[..., Any] | None = None,
        **more: Any,
    ) -> None:
        """Tell the list's filters in the document: they are those of the routine in force."""
        super().operation_helper(path, operations, methods, func, **more)
        if operations and func is not None and func.__name__ == "list":
            told = operations["get"]["parameters"]
            known = {each["name"] for each in told}
            new = (each for each in self.filters() if each.name not in known)
            told += [query(each.name, Parameter(str(each.label))) for each in new]

    def of_tab(self, tab: str) -> ColumnElement[bool]:
        """Rows of a tab."""
        raise NotImplementedError

    def loads(self) -> Sequence[ORMOption]:
        """What is read with one of them."""
        return ()

    def listed(self) -> Response:
        """One page of the list: the same rows, in the same order, as the page for people."""
        interface = self.interface(self.kind)
        answers = self._tabbed(lists.asked(self.filters(), self.tabs, interface))
        scope, pieces = finding.rows(_viewer(), self.kind), finding.pieces(_viewer(), self.kind)
        asked = (answers.where, answers.order, answers.size, answers.mark, answers.back, answers.counted)
        wish = Wish(*asked, scope, pieces, answers.searched)
        page = interface.page(wish, self.loads_of_list())
        shown = [Shown.in_list(context(), _viewer(), row) for row in page.rows]
        context().know({person for each in shown for person in each.people()})
        return answered(lists.page(page, [each.row() for each in shown]))

    def loads_of_list(self) -> Sequence[ORMOption]:
        """What is read with the rows of the list."""
        return (selectinload(self.kind.clocks),)  # type: ignore[attr-defined]

    def _tabbed(self, found: Answers) -> Answers:
        return replace(found, where=(*found.where, self.of_tab(lists.tab())))

    def found(self, number: str) -> Subject:
        """The one with that number, if one may open it. Raises Problem."""
        query: Select[Any] = select(self.kind).where(
            self.kind.number == clean(number)[:32], finding.rows(_viewer(), self.kind)
        )
        row: Subject | None = db.session.scalars(query.options(*self.loads())).first()
        if row is None:
            raise Problem(HTTPStatus.NOT_FOUND)
        return row

    @expose("/<number>")
    @operation("One {thing}", answers={200: schemas.Detail}, errors=(404,), needs="show")
    def one(self, number: str) -> Response:
        """Give one with all that one may read of it."""
        return answered(Shown.alone(context(), _viewer(), self.found(number)).detail(actor()))

    @expose("/<number>/files/<int:which>")
    @operation("A file of the {thing}", answers={200: None}, errors=(404,), needs="show")
    def file(self, number: str, which: int) -> Response:
        """Give a file, to be saved."""
        return download(one_file(context(), _viewer(), self.found(number).number, which))

    @expose("/<number>/moves/<transition>")
    @operation("What a move of the {thing} asks", answers={200: schemas.Form}, errors=(404, 422), needs="show")
    def form(self, number: str, transition: str) -> Response:
        """Give the questions of a move."""
        return answered(moving.asked(self.found(number), transition).form())

    @expose("/<number>/moves/<transition>", methods=["POST"])
    @operation(
        "Move the {thing}",
        answers={200: schemas.Moved},
        errors=(404, 409, 422),
        needs="show",
        body=schemas.Sending,
    )
    def move(self, number: str, transition: str) -> Response:
        """Make a move."""
        made = moving.asked(self.found(number), transition).make()
        return answered(moving.came_of(made, transition))


def _viewer() -> Viewer:
    return context().viewer(actor().person)
