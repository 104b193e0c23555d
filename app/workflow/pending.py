"""Files of a form that was refused: held for a short while for whoever sent it, bounded, and then swept away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.workflow.uploads import MOST_FILES, Upload, fault_of, safe_name, stem_of
from model import PendingFile

LASTS = timedelta(hours=2)
MOST_EACH, MOST_ALL = 40_000_000, 1_000_000_000
"""Bytes that are held for one sender, and for all of them."""


def hold(
    session: Session, owner: str, field: str, uploads: Iterable[Upload], *, beside: Sequence[PendingFile], now: datetime
) -> tuple[list[PendingFile], list[str]]:
    """Hold what may be an answer; give the rows, and the names of files there was no room for.

    The sender's files of other forms make room, the oldest first; those `beside`, of the same form, stay.
    """
    several = list(uploads)
    rows: list[PendingFile] = []
    without_room = [stem_of(each.name) for each in several[MOST_FILES:]]  # not looked at: looking costs
    for upload in (each for each in several[:MOST_FILES] if not fault_of(each)):
        content = upload.found.content
        size = len(content)
        if _make_room(session, owner, size, keep={row.id for row in (*beside, *rows)}):
            name = safe_name(upload)
            row = PendingFile(owner=owner, field=field, name=name, size=size, at=now, content=content)
            session.add(row)
            session.flush()
            rows.append(row)
        else:
            without_room.append(safe_name(upload))
    return rows, without_room


def _make_room(session: Session, owner: str, size: int, keep: set[int]) -> bool:
    query = select(PendingFile.id, PendingFile.size).where(PendingFile.owner == owner).order_by(PendingFile.id)
    mine = {row.id: row.size for row in session.execute(query)}
    for old in [row for row in mine if row not in keep]:
        if _fits(mine, size):
            break
        del mine[old]
        session.execute(delete(PendingFile).where(PendingFile.id == old))
    everything = session.scalar(select(func.coalesce(func.sum(PendingFile.size), 0))) or 0
    return _fits(mine, size) and everything + size <= MOST_ALL


def _fits(mine: dict[int, int], size: int) -> bool:
    return len(mine) < MOST_FILES and sum(mine.values()) + size <= MOST_EACH


def held(session: Session, owner: str, field: str, ids: Iterable[int], now: datetime) -> list[PendingFile]:
    """Give the sender's own among these rows; what is too old or somebody else's isn't there."""
    mine = (PendingFile.owner == owner, PendingFile.field == field, PendingFile.at > now - LASTS)
    query = select(PendingFile).where(PendingFile.id.in_(list(ids)[:MOST_FILES]), *mine)
    return list(session.scalars(query.order_by(PendingFile.id)))


def drop(session: Session, owner: str, ids: Iterable[int]) -> None:
    """Erase the sender's own among these rows."""
    session.execute(delete(PendingFile).where(PendingFile.id.in_(list(ids)), PendingFile.owner == owner))


def sweep(session: Session, now: datetime) -> int:
    """Erase what nobody has come back for; how many."""
    gone = session.scalars(select(PendingFile.id).where(PendingFile.at <= now - LASTS)).all()
    session.execute(delete(PendingFile).where(PendingFile.id.in_(gone)))
    return len(gone)
