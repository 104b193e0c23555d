"""How the installation runs: what machines ask for at /healthz and administrators see; numbers, and nobody's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from app.outbox import pausing, queue
from app.workflow import held
from model import Clock, LastCheck, Lease, OutboxPause, OutgoingMail, WorkflowEdition

WORKER, BACKUP, ANCHOR = "worker", "backup", "anchor"
ANCHORS = "anchors.jsonl"


@dataclass(frozen=True, slots=True)
class Running:
    """How it stands: `mails` is their number by status, `oldest` when the oldest that waits was written.

    `clocks` are due and not yet fired; `anchor` is when the journal's last anchor was written, if any.
    """

    schema: str | None
    edition: int | None
    beat: datetime | None
    mails: Mapping[str, int]
    oldest: datetime | None
    pause: OutboxPause | None
    clocks: int
    backup: datetime | None
    anchor: datetime | None
    held: int
    held_since: datetime | None


def look(session: Session, now: datetime, folder: Path) -> Running:
    """Look at database, worker, outbox and clocks, and for anchors in the folder, where none is noted."""
    number = select(OutgoingMail.status, func.count()).group_by(OutgoingMail.status)
    due = select(func.count()).where(Clock.stopped_at.is_(None), Clock.next_at <= now)
    return Running(
        schema=_schema(session),
        edition=session.scalar(select(WorkflowEdition.number).order_by(WorkflowEdition.number.desc()).limit(1)),
        beat=session.scalar(select(Lease.beat_at).where(Lease.name == WORKER)),
        mails={status: count for status, count in session.execute(number)},  # noqa: C416 - a result isn't a mapping's items
        oldest=queue.counts(session)[1],
        pause=pausing.standing(session),
        clocks=session.scalar(due) or 0,
        backup=_last(session, BACKUP),
        anchor=_last(session, ANCHOR) or _changed(folder / ANCHORS),
        held=held.waiting(session),
        held_since=held.oldest(session),
    )


def _last(session: Session, name: str) -> datetime | None:
    return session.scalar(select(LastCheck.at).where(LastCheck.name == name))


def _schema(session: Session) -> str | None:
    """Which migration the database stands at; None when it was made without any."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    return str(session.scalar(text("SELECT version_num FROM alembic_version")))


def _changed(file: Path) -> datetime | None:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.exists() else None
