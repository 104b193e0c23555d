"""Cases: the handlers' list, each case, its moves - and a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, current_app
from flask_appbuilder.api import expose
from sqlalchemy import ColumnElement
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app import privacy
from app.api import bodies, lists, moving, offered, schemas
from app.api.base import answered
from app.api.operation import operation
from app.api.subjects import Subjects
from app.i18n import gettext, language
from app.language.definition import Field, Flow, Transition
from app.language.parties import Word, opened
from app.web import queue
from app.web.apart import Apart
from app.web.filters import Filter
from app.web.grants import can, me
from app.web.here import context
from app.web.problems import Problem
from app.web.roles import CASES
from app.workflow import engine
from app.workflow.actor import Actor
from app.workflow.evaluator import holds_by
from model import Case, Part

FILTERS = {
    "q": "Number or words",
    "area": "Name of an area",
    "unit": "Name of a unit; those under it count, too",
    "state": "Name of a state",
}
SENDER = "reporter"
"""Whoever sends the report: nobody is named as it."""
Way = tuple[Flow, Transition]
"""A transition by which a case of the flow begins."""


class CaseApi(Subjects):
    """Cases."""

    resource_name = "cases"
    openapi_spec_tag = "Cases"
    screen = CASES
    thing = "case"
    kind = Case
    interface = Apart
    tabs = queue.TABS

    def filters(self) -> Sequence[Filter]:
        """Those of the page."""
        return [*queue.filters(), *super().filters()]

    def of_tab(self, tab: str) -> ColumnElement[bool]:
        """Those of the page."""
        return queue.clause_of(tab)

    def loads(self) -> Sequence[ORMOption]:
        """Parts and clocks."""
        return (selectinload(Case.parts).selectinload(Part.clocks), selectinload(Case.clocks))  # type: ignore[attr-defined]

    @expose("")
    @operation("Cases that you see", answers={200: schemas.Rows}, query=lists.told(FILTERS, queue.TABS), needs="list")
    def list(self) -> Response:
        """Give one page of the list."""
        return self.listed()

    @expose("", methods=["POST"])
    @operation("Report a case", answers={201: schemas.Moved}, errors=(403, 422, 429), body=schemas.NewCase)
    def report(self) -> Response:
        """Begin a case, as the report page does: whoever the routine lets report may."""
        sender = _sender()
        mine = _beginnings(sender)
        sent = bodies.read(schemas.NewCase, bodies.biggest_for(_asked(mine)))
        ways = _chosen(mine, sent.get("transition"))
        fields = _asked(ways)
        answers = bodies.answers(sent.get("answers", {}), fields)
        name = ways[0][1].name
        flow = engine.choose_flow(context(), name, answers, sender)
        facts = context().facts_of_new(flow, {})
        _look_for_personal_data(fields, answers, confirmed=bool(sent.get("keep_personal_data")))
        made = moving.committed(
            lambda: engine.create(context(), name, actor=sender, answers=answers, flow=flow), facts, None
        )
        told = moving.came_of(made, name, readable=can("can_show", CASES))
        return answered(told, HTTPStatus.CREATED, **({"Location": told["address"]} if told["address"] else {}))


def _sender() -> Actor:
    person = me()
    if person is None:
        raise Problem(HTTPStatus.FORBIDDEN, gettext("This account belongs to nobody, so it can't report."))
    return Actor(person.id, language(), kind=person.kind)


def _beginnings(sender: Actor) -> list[Way]:
    """Flows with each transition by which the sender may begin a case: what anyone may comes first."""
    flows = [flow for flow in context().routine.flows.values() if not flow.part_of]
    found = [(flow, each) for flow in flows for each in flow.transitions.values() if _begins(flow, each, sender)]
    return sorted(found, key=lambda way: Word("anyone") not in opened(way[1].by, context().routine.parties))


def _begins(flow: Flow, transition: Transition, sender: Actor) -> bool:
    return transition.creates and holds_by(context().facts_of_new(flow.name, {}), transition, sender)


def _chosen(mine: list[Way], name: str | None) -> list[Way]:
    """The ways of that name, or of the first. Raises Problem."""
    wanted = name or (mine[0][1].name if mine else "")
    chosen = [way for way in mine if way[1].name == wanted]
    if not chosen:
        raise Problem(HTTPStatus.FORBIDDEN, gettext("The routine has no such report that you may make."))
    return chosen


def _asked(ways: list[Way]) -> list[Field]:
    names = dict.fromkeys(name for _, each in ways for name in each.asked if name != SENDER)
    return [context().routine.fields[name] for name in names]


def _look_for_personal_data(fields: list[Field], answers: Mapping[str, Any], *, confirmed: bool) -> None:
    """Refuse texts that hold what the report page stops, or warns about until that is confirmed. Raises Problem."""
    levels = current_app.config.get("PRIVACY_KINDS")
    texts = [(each, answers.get(each.name)) for each in fields if each.is_text]
    found = [(each, finding) for each, text in texts for finding in privacy.find(str(text or ""), levels)]
    reasons = [offered.personal(each, finding) for each, finding in found if finding.block or not confirmed]
    if reasons:
        told = gettext("Some of it looks like personal data. Write roles, or send it with “keep_personal_data”.")
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, told, reasons=reasons)
