"""Files of a case or an action: which of them the viewer may have, and where each is downloaded."""

from __future__ import annotations

from flask import abort, url_for
from sqlalchemy import select

from app.access import Viewer
from app.routing.facts import CaseFacts
from app.web.attached import Attached, attached
from app.web.interface import BIGGEST_KEY
from app.workflow.context import Context
from app.workflow.filing import files_of
from model import StoredFile, Subject


def seen_files(context: Context, facts: CaseFacts, viewer: Viewer) -> list[StoredFile]:
    """Give the files of the case or action whose field the viewer may read."""
    subject = facts.subject
    return [each for each in files_of(context, subject) if viewer.shows(each.field, facts)] if subject else []


def files_for(context: Context, facts: CaseFacts, viewer: Viewer) -> list[Attached]:
    """Give the files whose field the viewer may read."""
    subject = facts.subject
    if subject is None:
        return []
    seen = seen_files(context, facts, viewer)
    return attached(seen, facts.routine, lambda which: url_for("CaseView.file", number=subject.number, which=which))


def one_file(context: Context, viewer: Viewer, number: str, which: int) -> StoredFile:
    """The file, if the viewer may open what it belongs to and read its field; otherwise it isn't there."""
    query = select(Subject).where(Subject.number == number[:32], viewer.visible())
    subject = context.session.scalar(query) if which <= BIGGEST_KEY else None
    file = context.session.get(StoredFile, which) if subject is not None else None
    if subject is None or file is None or file.subject_id != subject.id:
        return abort(404)
    return file if viewer.shows(file.field, context.facts(subject)) else abort(404)
