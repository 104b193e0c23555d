"""`/healthz`: whether the product works, for machines; nothing in it is secret or about anybody."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.outbox import queue
from app.web.database import db
from app.worker import lease
from app.workflow import viruses
from model import WorkflowEdition

SILENCE = 60
"""Seconds without a heartbeat after which the worker is taken to be gone."""

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def health() -> ResponseReturnValue:
    """200 when all is well, 503 with the reason when not."""
    shared = not str(current_app.config["RATELIMIT_STORAGE_URI"]).startswith("memory:")
    facts: dict[str, Any] = {
        "status": "ok",
        "version": str(current_app.config["VERSION"]),
        "limits": "shared by all processes" if shared else "counted by each process",
    }
    try:
        with Session(db.engine) as session:
            facts |= look(session, datetime.now(UTC))
    except SQLAlchemyError as fault:
        facts |= {"status": "failing", "reason": "database", "database": type(fault).__name__}
        return jsonify(facts), 503
    beat = facts["worker"]["heartbeat_age"]
    if current_app.config["WORKER"] != "none" and (beat is None or beat > SILENCE):
        facts |= {"status": "failing", "reason": "worker"}
        return jsonify(facts), 503
    return jsonify(facts)


def look(session: Session, now: datetime) -> dict[str, Any]:
    """Look at database, edition, worker and outbox; ages in seconds."""
    edition = session.scalar(select(WorkflowEdition.number).order_by(WorkflowEdition.number.desc()).limit(1))
    waiting, oldest, dead = queue.counts(session)
    return {
        "database": session.get_bind().dialect.name,
        "schema": _schema(session),
        "edition": edition,
        "worker": {"heartbeat_age": _age(lease.last_beat(session), now)},
        "outbox": {"waiting": waiting, "oldest_age": _age(oldest, now), "dead": dead},
        "scanner": _scanner(session, now),
    }


def _scanner(session: Session, now: datetime) -> dict[str, Any] | None:
    """Look at the virus scanner; None where there is none. Reports come in without it, so that nothing fails here."""
    if not viruses.scanner():
        return None
    waiting = viruses.waiting(session)
    status = "out of reach" if waiting.failed else "ok"
    return {"status": status, "waiting": waiting.number, "oldest_age": _age(waiting.oldest, now)}


def _schema(session: Session) -> str | None:
    """Which migration the database stands at; None when it was made without any."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    return str(session.scalar(text("SELECT version_num FROM alembic_version")))


def _age(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else int((now - moment).total_seconds())
