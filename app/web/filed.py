"""Files of a case or an action: which of them the viewer may have, and where each is downloaded."""

from __future__ import annotations

from flask import abort, url_for

from app.access import Viewer
from app.routing.facts import CaseFacts
from app.web.attached import Attached, attached
from app.workflow import finding
from app.workflow.context import Context
from model import StoredFile


def files_for(context: Context, facts: CaseFacts, viewer: Viewer) -> list[Attached]:
    """Give the files whose field the viewer may read."""
    subject = facts.subject
    if subject is None:
        return []
    seen = finding.files(context, viewer, facts)
    return attached(seen, facts.routine, lambda which: url_for("CaseView.file", number=subject.number, which=which))


def one_file(context: Context, viewer: Viewer, number: str, which: int) -> StoredFile:
    """The file, if the viewer may open what it belongs to and read its field; otherwise it isn't there."""
    return finding.file(context, viewer, number, which) or abort(404)
