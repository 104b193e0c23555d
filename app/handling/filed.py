"""Files of a case or an action: which of them the viewer may have, and where each is downloaded."""

from __future__ import annotations

from flask import abort, url_for
from sqlalchemy import select

from app.access import Viewer
from app.routing.facts import CaseFacts
from app.web.attached import Attached, attached
from app.workflow.context import Context
from app.workflow.filing import FILE, files_of
from model import StoredFile, Subject


def files_for(context: Context, facts: CaseFacts, viewer: Viewer) -> list[Attached]:
    """Give the files whose field the viewer may read."""
    subject = facts.subject
    if subject is None:
        return []
    seen = [each for each in files_of(context, subject) if _reads(each, facts, viewer)]
    return attached(seen, facts.routine, lambda which: url_for("CaseView.file", number=subject.number, which=which))


def one_file(context: Context, viewer: Viewer, number: str, which: int) -> StoredFile:
    """The file, if the viewer may open what it belongs to and read its field; otherwise it isn't there."""
    query = select(Subject).where(Subject.number == number[:32], viewer.visible())
    subject = context.session.scalar(query)
    file = context.session.get(StoredFile, which) if subject is not None else None
    if subject is None or file is None or file.subject_id != subject.id:
        return abort(404)
    return file if _reads(file, context.facts(subject), viewer) else abort(404)


def _reads(file: StoredFile, facts: CaseFacts, viewer: Viewer) -> bool:
    """Whether the viewer may have the file: one that a later answer replaced belongs to the history."""
    value = facts.value(file.field)
    now = {each.get(FILE) for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)}
    return viewer.shows(file.field, facts) and (file.id in now or viewer.shows("history", facts))
