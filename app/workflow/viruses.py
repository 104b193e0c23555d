"""What a virus scanner says of a case's files: which wait for it, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app
from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.orm import Session

import config
from app.workflow import mailing
from app.workflow.context import Context
from model import CLEAN, INFECTED, PENDING, UNSCANNED, StoredFile

AGAIN = timedelta(minutes=1)
"""How long a file rests that the scanner gave no answer about."""
MAIL = "infected_file"


class Waiting(NamedTuple):
    """Files that can't be downloaded yet: how many, since when the oldest, and how many the scanner failed."""

    number: int
    oldest: datetime | None
    failed: int


def scanner() -> str:
    """Give the address of the scanner, as CLAMD_URL says it; empty where there is none."""
    return str((current_app.config if current_app else vars(config)).get("CLAMD_URL", ""))


def first_status() -> str:
    """Give the status of a file just received."""
    return PENDING if scanner() else UNSCANNED


def waiting(session: Session) -> Waiting:
    """Count the files that can't be downloaded before they are scanned."""
    asked = select(func.count(), func.min(StoredFile.at), func.count(StoredFile.tried_at))
    number, oldest, failed = session.execute(asked.where(StoredFile.status == PENDING)).one()
    return Waiting(number, oldest, failed)


def due(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Give ids of files to scan now: those that nobody can have yet first, then those from before the scanner."""
    order = (case((StoredFile.status == PENDING, 0), else_=1), StoredFile.id)
    return session.scalars(select(StoredFile.id).where(_is_due(now)).order_by(*order).limit(limit)).all()


def _is_due(now: datetime) -> ColumnElement[bool]:
    rested = or_(StoredFile.tried_at.is_(None), StoredFile.tried_at <= now - AGAIN)
    return StoredFile.status.in_((PENDING, UNSCANNED)) & rested


def put_off(session: Session, now: datetime, which: int | None = None) -> None:
    """Let one file rest that the scanner can't judge; without `which` all of them, for there is no scanner."""
    those = _is_due(now) if which is None else StoredFile.id == which
    session.execute(update(StoredFile).where(those).values(tried_at=now))


def judge(session: Session, which: int, virus: str, now: datetime) -> None:
    """Write down what the scanner found, "" for nothing. An infected file's content is erased, and administrators told.

    The mail names the case and nothing that people wrote.
    """
    file = session.get(StoredFile, which)
    if file is None:
        return
    file.tried_at = None
    file.status = INFECTED if virus else CLEAN
    if virus:
        file.content = b""
        context = Context.open(session, now)
        mailing.warn_administrators(context, file.subject, context.facts(file.subject), f"file:{file.id}", MAIL)
