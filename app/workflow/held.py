"""Reports that are held back: which there are, who may read them, and their end. Making one is the report page's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, delete, func, or_, select, true, update
from sqlalchemy.orm import Session, joinedload, undefer

from app.access import Viewer
from app.outbox import tokens
from app.outbox.settings import Settings
from model import DELETED, EXPIRED, RELEASED, WAITING, Case, HeldFile, HeldReport

MOST = 50
"""Reports of one page."""
BATCH = 100
BYTES = 1_000_000_000
"""Bytes of files that all held reports may have."""


def theirs(viewer: Viewer) -> ColumnElement[bool]:
    """Predicate on HeldReport: those whose case would be the viewer's to handle. Nobody else reads one."""
    return HeldReport.handler.in_(viewer.seats())


def waiting(session: Session, which: ColumnElement[bool] | None = None) -> int:
    """How many wait for a person."""
    found = _waiting(true() if which is None else which)
    return session.scalar(select(func.count()).select_from(HeldReport).where(*found)) or 0


def counted(viewer: Viewer) -> ScalarSelect[int]:
    """Count those that wait for the viewer, as a column of another query."""
    return select(func.count()).select_from(HeldReport).where(*_waiting(theirs(viewer))).scalar_subquery()


def oldest(session: Session) -> datetime | None:
    """When the one that has waited longest came."""
    return session.scalar(select(func.min(HeldReport.received_at)).where(*_waiting()))


def _waiting(*which: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return (HeldReport.status == WAITING, *which)


def listed(session: Session, which: ColumnElement[bool]) -> Sequence[HeldReport]:
    """Give those that wait, the oldest first, with their words; at most MOST."""
    query = select(HeldReport).where(*_waiting(which)).order_by(HeldReport.received_at, HeldReport.id).limit(MOST)
    return session.scalars(query.options(joinedload(HeldReport.sender), undefer(HeldReport.shown))).all()


def taken(session: Session, pk: int, which: ColumnElement[bool], now: datetime) -> HeldReport | None:
    """Take one that waits, until the transaction ends: of two people who decide at once, one finds it gone."""
    taking = update(HeldReport).where(HeldReport.id == pk, *_waiting(which)).values(decided_at=now)
    found = session.scalar(taking.returning(HeldReport.id).execution_options(synchronize_session=False))
    return session.get(HeldReport, pk, populate_existing=True) if found is not None else None


def of_sender(session: Session, person: int) -> Sequence[HeldReport]:
    """Give those that wait and that the person sent while logged in, the newest first."""
    query = select(HeldReport).where(*_waiting(HeldReport.sender_id == person)).options(undefer(HeldReport.shown))
    return session.scalars(query.order_by(HeldReport.id.desc()).limit(MOST)).all()


def by_token(session: Session, token: str) -> HeldReport | None:
    """Find the one that waits and that the link's token opens."""
    return _opened(session, HeldReport.follow_hash == tokens.digest(token))


def by_code(session: Session, typed: str) -> HeldReport | None:
    """Find the one that waits and that the code opens, however it was typed."""
    return _opened(session, HeldReport.code_hash == tokens.digest(tokens.normal(typed)))


def _opened(session: Session, which: ColumnElement[bool]) -> HeldReport | None:
    return session.scalar(select(HeldReport).where(*_waiting(which)).options(undefer(HeldReport.shown)))


def became(digest: str) -> ColumnElement[bool]:
    """Predicate on Case: the one that a link or code opens which was given while its report was held back."""
    given = or_(HeldReport.follow_hash == digest, HeldReport.code_hash == digest)
    same = (HeldReport.follow_salt == Case.follow_salt, HeldReport.status == RELEASED)
    return Case.id.in_(select(HeldReport.case_id).where(given, *same, HeldReport.case_id == Case.id))


def token_of(report: HeldReport) -> str:
    """Make the token of its link anew; no case has a number below nothing, so no case's is like it."""
    return tokens.token(Settings.current().secret, -report.id, report.follow_salt)


def code_of(report: HeldReport) -> str:
    """Make its code anew."""
    return tokens.code(Settings.current().secret, -report.id, report.follow_salt)


def has_room(session: Session, most: int) -> bool:
    """Whether one more may be held."""
    size = session.scalar(select(func.coalesce(func.sum(HeldFile.size), 0))) or 0
    return waiting(session) < most and size < BYTES


# -- their end ---------------------------------------------------------------------


def end(session: Session, report: HeldReport, status: str, person: int | None, now: datetime) -> None:
    """Erase its words and files, and keep what became of it. The caller commits."""
    report.status, report.decided_at, report.decided_by_id = status, now, person
    report.typed, report.shown, report.sender_id = [], {}, None
    if status in (DELETED, EXPIRED):
        report.follow_hash = report.code_hash = None
    session.execute(delete(HeldFile).where(HeldFile.report_id == report.id))


def expire(session: Session, now: datetime, days: int) -> int:
    """End those that nobody has looked at for so many days; how many. The caller commits."""
    late = select(HeldReport).where(*_waiting(HeldReport.received_at <= now - timedelta(days=days)))
    rows = session.scalars(late.order_by(HeldReport.id).limit(BATCH)).all()
    for row in rows:
        end(session, row, EXPIRED, None, now)
    return len(rows)


@dataclass(frozen=True, slots=True)
class Ahead:
    """How many end by themselves soon and later, and the first of these as (number, end)."""

    soon: int
    later: int
    reports: tuple[tuple[str, datetime], ...]


def ahead(session: Session, now: datetime, days: int, soon: timedelta, later: timedelta) -> Ahead:
    """Say what will be erased by itself, by numbers alone. `later` has those of `soon` in it."""
    stays = timedelta(days=days)
    ending = (HeldReport.received_at <= now + later - stays,)
    rows = select(HeldReport.number, HeldReport.received_at).where(*_waiting(*ending))
    found = session.execute(rows.order_by(HeldReport.received_at, HeldReport.id).limit(MOST)).all()
    return Ahead(
        waiting(session, HeldReport.received_at <= now + soon - stays),
        waiting(session, *ending),
        tuple((number, at + stays) for number, at in found),
    )


def decided(session: Session) -> Sequence[HeldReport]:
    """Give those that were decided last, the newest first."""
    query = select(HeldReport).where(HeldReport.status != WAITING).order_by(HeldReport.decided_at.desc())
    return session.scalars(query.options(joinedload(HeldReport.decided_by)).limit(MOST)).all()


def ended(session: Session, statuses: Collection[str] = (RELEASED, DELETED, EXPIRED)) -> dict[str, int]:
    """How many came to each end."""
    counted = select(HeldReport.status, func.count()).where(HeldReport.status.in_(statuses))
    return {status: count for status, count in session.execute(counted.group_by(HeldReport.status))}  # noqa: C416 - rows
