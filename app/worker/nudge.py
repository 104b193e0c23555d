"""The nudge: a commit that wrote mails wakes whoever sends them, at once and without waiting for the next look."""

from threading import Event

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.outbox.compose import WROTE

mails = Event()
"""Set when this process has committed mails; whoever waits for it clears it."""


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    if session.info.pop(WROTE, False):
        mails.set()


@event.listens_for(Session, "after_rollback")
def _rolled_back(session: Session) -> None:
    session.info.pop(WROTE, None)
