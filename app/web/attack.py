"""Attack mode: a time in which reports are let in with more care. An administrator begins it, or a setting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app, has_request_context
from flask.globals import request_ctx
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, joinedload

from app.web.database import db
from model import AttackMode

LATEST = 10
"""Earlier times of attack that are told of."""


def is_on() -> bool:
    """Whether it is on as this request is answered; asked once for each request."""
    if current_app.config["ATTACK_MODE"]:
        return True
    kept: bool | None = getattr(request_ctx, "avviksflyt_attack", None) if has_request_context() else None
    if kept is None:
        kept = bool(db.session.scalar(select(on(datetime.now(UTC)))))
        know(on=kept)
    return kept


def know(*, on: bool) -> None:
    """Keep for this request what the database has said."""
    if has_request_context():
        context: Any = request_ctx
        context.avviksflyt_attack = on


def on(now: Any) -> ColumnElement[bool]:
    """Predicate of no table's rows: whether a time of attack lasts at that moment."""
    return exists().where(AttackMode.until > now, AttackMode.ended_at.is_(None))


def standing(session: Session, now: datetime) -> AttackMode | None:
    """Give the time of attack that an administrator began and that isn't over."""
    query = select(AttackMode).where(*_standing(now)).order_by(AttackMode.id.desc())
    return session.scalars(query.options(joinedload(AttackMode.started_by)).limit(1)).first()


def _standing(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return AttackMode.until > now, AttackMode.ended_at.is_(None)


def begin(session: Session, person: int | None, now: datetime, hours: int) -> None:
    """Begin it, or let it last until so many hours from now. The caller commits."""
    last = session.scalars(select(AttackMode).where(*_standing(now)).with_for_update()).all()
    _end(last, person, now)
    session.add(AttackMode(since=now, until=now + timedelta(hours=hours), started_by_id=person))


def end(session: Session, person: int | None, now: datetime) -> bool:
    """End it before its time; whether it was on. The caller commits."""
    last = session.scalars(select(AttackMode).where(*_standing(now)).with_for_update()).all()
    _end(last, person, now)
    return bool(last)


def _end(those: Sequence[AttackMode], person: int | None, now: datetime) -> None:
    for each in those:
        each.ended_at, each.ended_by_id = now, person


def over(session: Session, now: datetime) -> Sequence[AttackMode]:
    """Give the latest that are over, the newest first."""
    query = select(AttackMode).where((AttackMode.until <= now) | AttackMode.ended_at.is_not(None))
    loaded = query.options(joinedload(AttackMode.started_by), joinedload(AttackMode.ended_by))
    return session.scalars(loaded.order_by(AttackMode.id.desc()).limit(LATEST)).all()
