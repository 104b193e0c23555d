"""Opening a case where the routine keeps a log of it: who, when - and what the log says to those who may read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.access import Viewer
from app.i18n import gettext, moment
from app.language.standard import is_declared
from app.routing.facts import CaseFacts
from app.web.database import db
from app.web.here import actor, context
from app.web.story import Line
from app.workflow import readings
from app.workflow.context import Context
from model import CaseReading, Subject


@contextmanager
def opened(subject: Subject, what: str = readings.PAGE) -> Iterator[None]:
    """Note that the person of this request opens it. Kept once the page is made: what isn't shown isn't noted."""
    fresh = readings.note(context(), subject, actor().person, what)
    yield
    if fresh:
        db.session.commit()


def readers(context: Context, facts: CaseFacts, viewer: Viewer) -> list[Line]:
    """Give who has opened it, as far as the viewer may read the log; nothing where none is kept."""
    if facts.subject is None or not is_declared(context.routine, "access_log") or not viewer.shows("access_log", facts):
        return []
    return [_line(each, facts.subject) for each in readings.latest(context, facts.subject)]


def _line(reading: CaseReading, here: Subject) -> Line:
    what = gettext("opened a file") if reading.what == readings.FILE else gettext("opened the page")
    where = "" if reading.subject_id == here.id else f" · {reading.subject.number}"
    return Line(f"{reading.person!r}", "", f"{moment(reading.at)} · {what}{where}")
