"""A report that was held back becomes a case by the ordinary way, under the number that its sender has."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from flask_babel import force_locale
from werkzeug.datastructures import FileStorage, MultiDict

from app.submit.report import NoEntrance, Report
from app.web.database import db
from app.workflow import beginning, engine, held, journal
from app.workflow.actor import Actor
from app.workflow.context import Context
from model import RELEASED, Case, HeldReport


class Impossible(Exception):
    """The routine in force doesn't take the report."""


def release(report: HeldReport, by: Actor, now: datetime) -> Case:
    """Make the case. Raises Impossible; the caller commits, or rolls back."""
    here = Context.open(db.session(), now)
    with force_locale(report.language):
        case = _case(here, report)
    case.follow_salt = report.follow_salt
    beginning.follow(case)
    journal.note(here, case, by, journal.LET_THROUGH)
    report.case_id = case.id
    held.end(db.session(), report, RELEASED, by.person, now)
    return case


def _case(here: Context, report: HeldReport) -> Case:
    sender = report.sender
    mine = Actor(report.sender_id, report.language, kind=sender.kind if sender else "")
    again = Report(here, mine, _sent(report), report.way)
    try:
        name, flow = again.transition.name, again.entrance[0].name
        signed, answers = again.signed(), again.answers()
        key, number = report.submit_key, report.number
        made = engine.create(here, name, actor=signed, answers=answers, flow=flow, submit_key=key, number=number)
    except (NoEntrance, engine.Refused) as refused:
        raise Impossible from refused
    if not isinstance(made, Case):
        raise Impossible
    return made


def _sent(report: HeldReport) -> MultiDict[str, str]:
    """Give the form as it came, its files among it."""
    files = [(each.field, FileStorage(BytesIO(each.content), each.name)) for each in report.files]
    return MultiDict([*((name, value) for name, value in report.typed), *files])  # type: ignore[list-item]
