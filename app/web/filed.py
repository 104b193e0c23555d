"""Files and letters of a case or an action: which of them the viewer may have, and where each is read."""

from __future__ import annotations

from flask import abort, url_for
from sqlalchemy import select

from app.access import Viewer
from app.routing.facts import CaseFacts
from app.web.attached import Attached, attached
from app.web.interface import BIGGEST_KEY
from app.web.lettered import Kept, listed, receiver_of
from app.workflow import finding, letters
from app.workflow.context import Context
from model import Document, StoredFile, Subject


def files_for(context: Context, facts: CaseFacts, viewer: Viewer) -> list[Attached]:
    """Give the files whose field the viewer may read."""
    subject = facts.subject
    if subject is None or finding.lacks(subject, "files"):
        return []
    seen = finding.files(context, viewer, facts)
    return attached(seen, facts.routine, lambda which: url_for("CaseView.file", number=subject.number, which=which))


def one_file(context: Context, viewer: Viewer, number: str, which: int) -> StoredFile:
    """The file, if the viewer may open what it belongs to and read its field; otherwise it isn't there."""
    found = finding.file(context, viewer, number, which) if which <= BIGGEST_KEY else None
    return found or abort(404)


def letters_for(context: Context, facts: CaseFacts, viewer: Viewer) -> list[Kept]:
    """Give the letters that the viewer may read; whoever sees all of the case also sees that some were erased."""
    subject = facts.subject
    if subject is None or finding.lacks(subject, "letters"):
        return []
    full = viewer.fully(facts)
    kept = letters.of_subject(context, subject)
    seen = [each for each in kept if (each.forgotten and full) or letters.readable(each, viewer, facts)]
    return listed(
        seen,
        lambda each: receiver_of(each, facts, viewer),
        lambda which, ending: letter_address(subject.number, which, ending),
    )


def letter_address(number: str, which: int, ending: str = "") -> str:
    """Where a letter is read, or with ".pdf" downloaded."""
    return url_for("CaseView.letter_pdf" if ending else "CaseView.letter", number=number, which=which)


def one_letter(context: Context, viewer: Viewer, number: str, which: int) -> Document:
    """Give the letter, if the viewer got it, or sees its whole case and all that it names; else it isn't there."""
    those = select(Document).join(Document.subject).where(Subject.number == number[:32])
    document = next((each for each in context.session.scalars(those) if each.id == which), None)
    if document is None:
        return abort(404)
    mine = viewer.person is not None and document.receiver_id == viewer.person
    seen = mine or context.session.scalar(select(Subject.id).where(Subject.id == document.subject_id, viewer.visible()))
    return document if seen and letters.readable(document, viewer, context.facts(document.subject)) else abort(404)
