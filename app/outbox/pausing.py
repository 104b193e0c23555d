"""The outbox after a restore: nothing is sent until somebody has said what becomes of the mails written before."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from model import OutboxPause, OutgoingMail


def standing(session: Session) -> OutboxPause | None:
    """Give the pause that nobody has ended; None when mails are sent."""
    query = select(OutboxPause).where(OutboxPause.released_at.is_(None)).order_by(OutboxPause.id).limit(1)
    return session.scalars(query).first()


def pause(session: Session, now: datetime, backup_at: datetime) -> None:
    """Let nothing be sent from now on; `backup_at` is when the restored backup was made. The caller commits."""
    session.add(OutboxPause(since=now, backup_at=backup_at))
    session.flush()


def written_before(session: Session, at: datetime) -> int:
    """How many mails wait that were written up to then: those that may have been sent before the restore."""
    waiting = select(func.count()).where(OutgoingMail.status == "waiting", OutgoingMail.created_at <= at)
    return session.scalar(waiting) or 0


def release(session: Session, now: datetime, person: int | None, *, drop: bool) -> int | None:
    """End every pause; `drop` = mails written before the backup are never sent. The caller commits.

    `person` is None for a command. Gives how many mails were dropped; None when nothing was paused.
    """
    dropped = None
    while (found := standing(session)) is not None:
        found.dropped = _drop(session, found.backup_at) if drop else 0
        found.released_at, found.released_by_id = now, person
        session.flush()
        dropped = (dropped or 0) + found.dropped
    return dropped


def _drop(session: Session, at: datetime) -> int:
    old = update(OutgoingMail).where(OutgoingMail.status == "waiting", OutgoingMail.created_at <= at)
    given_up = old.values(status="dropped", locked_until=None, locked_by=None).returning(OutgoingMail.id)
    return len(session.scalars(given_up.execution_options(synchronize_session=False)).all())
