"""What is done once a night, whichever process ticks first: looking for cases that nobody can move, and at all rows."""

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from app.change import sweeping
from app.web.database import db, look_at_rows

log = structlog.get_logger()


def check(now: datetime) -> None:
    """Look for cases that are stuck if this night's check is still to be made. In an app's context."""
    try:
        with Session(db.engine) as session, session.begin():
            due = sweeping.is_due(session, now)
            if due:
                sweeping.nightly(session, now)
        if due:
            look_at_rows(db.engine)
    except Exception:
        log.exception("check_failed")
        _give_up(now)


def _give_up(now: datetime) -> None:
    try:
        with Session(db.engine) as session, session.begin():
            sweeping.give_up(session, now)
    except Exception:
        log.exception("check_failed_twice")
