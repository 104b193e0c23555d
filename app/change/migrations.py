"""Open cases brought to a new edition by the worker: a batch at a time, taken up again wherever it stopped."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.change.publish import RECOUNT
from app.workflow import engine, migrating
from app.workflow.context import Context
from model import Case, Migration, Subject

BATCH = 50
"""Cases of one transaction."""
STRAGGLERS = timedelta(minutes=2)
"""How long after publishing a case may still come in that was begun under the edition before."""

log = structlog.get_logger()


def advance(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Bring one batch of cases on; give how many there were. The caller commits."""
    begun = select(Migration).order_by(Migration.id).with_for_update(skip_locked=True)
    for migration in session.scalars(begun.where(Migration.finished_at.is_(None))):
        if brought := _bring(session, migration, now, limit):
            return brought
    late = Migration.finished_at.is_not(None), Migration.started_at > now - STRAGGLERS, Migration.flow != RECOUNT
    return sum(_stragglers(session, migration, now, limit) for migration in session.scalars(begun.where(*late)))


def _bring(session: Session, migration: Migration, now: datetime, limit: int) -> int:
    rows = session.scalars(_left(migration, migration.last_id).limit(limit)).all()
    if rows:
        context = Context.open(session, now)
        for case in rows:
            migration.done += _one(context, migration, case)
            migration.last_id = case.id
    if len(rows) < limit:
        migration.finished_at = now
    return len(rows)


def _stragglers(session: Session, migration: Migration, now: datetime, limit: int) -> int:
    """Bring on what came in late; give how many could be."""
    rows = session.scalars(_left(migration, 0).limit(limit)).all()
    context = Context.open(session, now)
    return sum(_one(context, migration, case) for case in rows)


def _left(migration: Migration, after: int) -> Select[Case]:
    query = select(Case).where(Case.finished.is_(False), Case.id > after).order_by(Case.id)
    if migration.flow == RECOUNT:
        return query
    return query.where(Case.flow == migration.flow, Subject.edition_id < migration.edition_id)


def _one(context: Context, migration: Migration, case: Case) -> int:
    """Bring one case on; one that has meanwhile come to stand where the edition has no state stays as it is."""
    if migration.flow == RECOUNT:
        engine.hold(context, case)
        return sum(migrating.recount(context.facts(each)) for each in (case, *case.parts)) and 1
    try:
        with context.session.begin_nested():
            migrating.migrate(context, case, migration.states)
    except (migrating.Lost, engine.EndlessRing) as fault:
        log.warning("case_stays_on_its_edition", case=case.number, fault=type(fault).__name__)
        return 0
    # Nobody has brought on what still stands behind: counted as done it would be looked at again, for ever.
    return int(case.edition_id >= migration.edition_id)
