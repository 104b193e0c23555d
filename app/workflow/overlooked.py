"""Cases that were joined while the joined one moved on: neither of the two who pressed saw what the other did.

Who joins a case looks at it as it is; who moves that one looks at who waits for it. At once, on PostgreSQL, each sees
the past of the other, and what should then happen by itself would wait for a move that may never come. Locks against
that would have to be taken on every case that is named, in an order that no chain of moves can keep: the worker looks.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.workflow import engine, step
from app.workflow.context import Context
from model import CaseLink, Part, Subject

LATELY = timedelta(minutes=2)
"""Longer than any request takes."""

log = structlog.get_logger(__name__)


def look_again(session: Session, now: datetime) -> int:
    """Do what has become possible where a named case has changed lately; give how many moved. The caller commits."""
    named = aliased(Subject)
    waiting = select(CaseLink.subject_id).join(named, named.id == CaseLink.case_id)
    lately = waiting.where(named.changed_at > now - LATELY)
    unfinished = select(Subject).where(Subject.finished.is_(False), Subject.id.in_(lately)).order_by(Subject.id)
    found = session.scalars(unfinished).all()
    context = Context.open(session, now) if found else None
    return sum(_go_on(context, each) for each in found if context is not None)


def _go_on(context: Context, subject: Subject) -> bool:
    if step.by_itself(context, subject) is None:
        return False
    before = subject.events
    try:
        with context.session.begin_nested():
            for each in (subject.whole, subject) if isinstance(subject, Part) else (subject,):
                engine.hold(context, each)
            engine.ripple(context, subject)
    except Exception:
        log.exception("overlooked_stays", case=subject.number)
        return False
    return subject.events != before
