"""Dry runs of more cases than somebody should wait for: tried by the worker, with a sign of life now and then."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

import structlog
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.change import dryrun
from app.change.rehearsal import rehearse
from app.web.database import db
from model import DryRun

ABANDONED = timedelta(minutes=5)
"""How long a run without a sign of life is believed to go on somewhere else."""

log = structlog.get_logger()


def try_out(now: datetime, alive: Callable[[], object]) -> int:
    """Perform a run that waits, calling `alive` now and then; how many there were. In an app's context."""
    with Session(db.engine) as session:
        run = dryrun.waiting(session)
        if run is None or (run.beat_at is not None and now - run.beat_at < ABANDONED):
            return 0
        number, run.beat_at = run.id, now
        session.commit()
        try:
            rehearse(session, run, now, _progress(session, run, now, alive))
            session.commit()
        except Exception:
            log.exception("dry_run_failed")
            session.rollback()
            session.execute(delete(DryRun).where(DryRun.id == number))
            session.commit()
    return 1


def _progress(session: Session, run: DryRun, now: datetime, alive: Callable[[], object]) -> Callable[[], None]:
    began = monotonic()

    def shown() -> None:
        run.beat_at = now + timedelta(seconds=monotonic() - began)
        session.commit()
        alive()

    return shown
