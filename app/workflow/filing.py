"""Files that were sent with an answer: kept with the case in the move's own transaction, erased with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from app.workflow import viruses
from app.workflow.context import Context
from app.workflow.uploads import Upload, safe_name
from model import StoredFile, Subject

FILE = "file"
"""In an answer that is a file: its id. `name` beside it is what it is called."""


def without_files(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Give the answers that aren't files just sent."""
    return {name: value for name, value in answers.items() if not _uploads(value)}


def store(context: Context, subject: Subject, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep the files; give the answers as the case and its journal keep them: {"file": id, "name": name} for a file."""
    return {name: _kept(context, subject, name, value) for name, value in answers.items()}


def _uploads(value: Any) -> bool:
    return isinstance(value, Upload) or (isinstance(value, list) and any(isinstance(each, Upload) for each in value))


def _kept(context: Context, subject: Subject, field: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_kept(context, subject, field, each) for each in value]
    if not isinstance(value, Upload):
        return value
    kept = value.found
    row = StoredFile(
        subject_id=subject.id,
        field=field,
        name=safe_name(value),
        kind=kept.kind,
        size=len(kept.content),
        at=context.now,
        content=kept.content,
        status=viruses.first_status(),
    )
    context.session.add(row)
    context.session.flush()
    return {FILE: row.id, "name": row.name}


def forget(context: Context, subject: Subject, fields: Iterable[str]) -> None:
    """Erase the files of these fields."""
    gone = delete(StoredFile).where(StoredFile.subject_id == subject.id, StoredFile.field.in_(list(fields)))
    context.session.execute(gone)


def files_of(context: Context, subject: Subject) -> Sequence[StoredFile]:
    """The subject's files, the oldest first."""
    query = select(StoredFile).where(StoredFile.subject_id == subject.id).order_by(StoredFile.id)
    return context.session.scalars(query).all()
