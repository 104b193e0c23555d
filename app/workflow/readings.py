"""Who has opened which case, and when: kept only where the routine declares `access_log`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from app.language.standard import is_declared
from app.workflow.context import Context
from model import CaseReading, Subject

PAGE, FILE = "page", "file"
SHOWN = 200
"""Readings that a page shows."""


def note(context: Context, subject: Subject, person: int | None, what: str) -> bool:
    """Note that a person opens a case or part; give whether a row was written: one in an hour is enough."""
    if person is None or not is_declared(context.routine, "access_log"):
        return False
    hour = context.now.replace(minute=0, second=0, microsecond=0)
    key: dict[str, Any] = {"subject_id": subject.id, "person_id": person, "what": what, "hour": hour}
    known = select(CaseReading.id).filter_by(**key)
    if context.session.scalar(known) is not None:
        return False
    dialect = sqlite if context.session.get_bind().dialect.name == "sqlite" else postgresql
    row = dialect.insert(CaseReading).values(**key, case_id=subject.whole_id or subject.id, at=context.now)
    context.session.execute(row.on_conflict_do_nothing())
    return True


def latest(context: Context, subject: Subject) -> Sequence[CaseReading]:
    """Give who has opened a part, or a case and its parts; the latest first."""
    here = CaseReading.case_id if subject.kind == "case" else CaseReading.subject_id
    query = select(CaseReading).where(here == subject.id).order_by(CaseReading.id.desc()).limit(SHOWN)
    loads = (joinedload(CaseReading.person), joinedload(CaseReading.subject))
    return context.session.scalars(query.options(*loads)).all()
