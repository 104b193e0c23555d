"""What a viewer finds of cases: one function for each surface, so that no surface has a scope of its own.

Pages, lists with their counts and files, search, reports and downloads ask here; so do scenarios, which compare them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from sqlalchemy import BindParameter, ColumnElement, Select, and_, case, exists, literal, select
from sqlalchemy.orm import aliased, with_expression
from sqlalchemy.orm.interfaces import ORMOption

from app.access import Viewer
from app.routing.facts import CaseFacts
from app.scope import search
from app.workflow.context import Context
from app.workflow.extras import Fields, sources
from app.workflow.filing import FILE, files_of
from model import Case, Document, Part, StoredFile, Subject

WORDS = ("title", "description")
"""Fields whose words a case or part is found by."""

LONGEST_NUMBER = 32
_PART = aliased(Subject)
BESIDE = {
    "parts": select(_PART.id).where(_PART.whole_id == Subject.id),
    "files": select(StoredFile.id).where(StoredFile.subject_id == Subject.id),
    "letters": select(Document.id).where(Document.subject_id == Subject.id),
}
T = TypeVar("T", bound=Subject)


def rows(viewer: Viewer, table: type[Subject]) -> ColumnElement[bool]:
    """Predicate: the rows of the viewer's list of cases or of parts, of its counts and of its file."""
    return viewer.visible(parts=table is not Case)


def pieces(viewer: Viewer, table: type[Subject]) -> tuple[ColumnElement[bool], ...]:
    """`rows` of cases in pieces without a row in common; none of parts, which are found through their cases."""
    return viewer.apart() if table is Case else ()


def numbers(context: Context, viewer: Viewer, kind: type[Subject] = Subject) -> set[str]:
    """Numbers of the cases and parts (or of those of one kind) that the viewer may open."""
    return set(context.session.scalars(select(kind.number).where(rows(viewer, kind))))


def opened(viewer: Viewer, table: type[T], number: str | BindParameter[str]) -> Select[T]:
    """The row that its page shows to the viewer, if any; a statement that is kept is given the number each time."""
    asked = number[:LONGEST_NUMBER] if isinstance(number, str) else number
    return select(table).where(table.number == asked, rows(viewer, table))


@cache
def looked_beside() -> ORMOption:
    """Let a query of cases say what there is beside each: a page then asks for that alone."""
    found: ColumnElement[str] = literal(",")
    for name, rows in BESIDE.items():
        found = found + case((exists(rows), f"{name},"), else_="")
    return with_expression(Subject.beside, found)


def lacks(subject: Subject, name: str) -> bool:
    """Whether it is known that there are no `parts`, `files` or `letters`."""
    return subject.beside is not None and f",{name}," not in subject.beside


def counted(viewer: Viewer) -> ColumnElement[bool]:
    """Predicate: what the report `all` counts for the viewer."""
    return viewer.visible()


def searched(context: Context, viewer: Viewer, table: type[Subject], text: str) -> ColumnElement[bool] | None:
    """Predicate: rows that a search finds, by number or by words that the viewer may read; None for no words."""
    words, fields, session = search.words_of(text), Fields(viewer, table is Part), context.session
    if not words:
        return None
    there, dialect = fields.words(), session.get_bind().dialect.name
    near = search.narrowing(session, words, wholes=fields.reads_wholes)
    return and_(*near, *(search.holds(there, word, dialect) for word in words))


def shows(viewer: Viewer, name: str, facts: CaseFacts) -> bool:
    """Whether the viewer may read a field of a row found; of a title also what it begins as.

    Only where somebody is kept out of something is each row looked at.
    """
    needed = sources(viewer.routine, name)
    held = viewer.limits(facts.flow.name) or any(_has_see(viewer, each) for each in needed)
    return not held or len(viewer.readable(needed, facts, viewer.fields(facts))) == len(needed)


def _has_see(viewer: Viewer, name: str) -> bool:
    declared = viewer.routine.fields.get(name)
    return declared is not None and declared.see is not None


def heading_in_full(viewer: Viewer, facts: CaseFacts) -> str:
    """The same, for a viewer of whom it is known that they see the case or part wholly."""
    title, needed = facts.subject.title if facts.subject else "", sources(viewer.routine, "title")
    held = any(_has_see(viewer, each) for each in needed)
    return title or "" if not held or len(viewer.readable(needed, facts, None)) == len(needed) else ""


def heading(viewer: Viewer, facts: CaseFacts) -> str:
    """The title as lists and pages show it to the viewer: nothing where they may not read its words."""
    title = facts.subject.title if facts.subject else ""
    return title if title and shows(viewer, "title", facts) else ""


def files(context: Context, viewer: Viewer, facts: CaseFacts) -> Sequence[StoredFile]:
    """The files of the case or part whose field the viewer may read, the oldest first."""
    subject = facts.subject
    return [each for each in files_of(context, subject) if _reads(each, facts, viewer)] if subject else []


def file(context: Context, viewer: Viewer, number: str, which: int) -> StoredFile | None:
    """The file that is downloaded, if the viewer may open what it belongs to and read its field."""
    subject = context.session.scalar(opened(viewer, Subject, number))
    found = context.session.get(StoredFile, which) if subject is not None else None
    if subject is None or found is None or found.subject_id != subject.id:
        return None
    return found if _reads(found, context.facts(subject), viewer) else None


def _reads(file: StoredFile, facts: CaseFacts, viewer: Viewer) -> bool:
    """Whether the viewer may have the file: one that a later answer replaced belongs to the history."""
    value = facts.value(file.field)
    now = {each.get(FILE) for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)}
    return viewer.shows(file.field, facts) and (file.id in now or viewer.shows("history", facts))
