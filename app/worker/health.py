"""`/healthz`: whether the product works, for machines; nothing in it is secret or about anybody."""

from datetime import UTC, datetime
from pathlib import Path
from shutil import disk_usage
from typing import Any

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.web import attack, counting, errors, running
from app.web.database import db
from app.workflow import viruses

SILENCE = 60
"""Seconds without a heartbeat after which the worker is taken to be gone."""

IMPATIENT = 1000
"""Milliseconds that the page waits for its turn to write."""

LEAST = 1_000_000
"""Bytes that SQLite's disk has to have left: a file's pages and the log of writes come on top of what is sent."""

SPILL = "SELECT count(*) FROM (SELECT n FROM generate_series(1, 3000) AS n ORDER BY md5(n::text)) AS more_than_fits"
"""A sort with little memory: PostgreSQL writes 150 kB of it to its disk, and nothing of them is left afterwards."""

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def health() -> ResponseReturnValue:
    """200 when all is well, 503 with the reason when not."""
    facts: dict[str, Any] = {
        "status": "ok",
        "version": str(current_app.config["VERSION"]),
        "limits": counting.told(),
        "broker": _broker(),
    }
    try:
        with Session(db.engine) as session:
            facts |= look(session, datetime.now(UTC), Path(current_app.config["VAR"]))
        require_writing(db.engine)
        room = has_room(db.engine)
    except SQLAlchemyError as fault:
        facts |= {"status": "failing", "reason": "database", "database": type(fault).__name__}
        return jsonify(facts), 503
    if not room:
        facts |= {"status": "failing", "reason": "disk"}
        return jsonify(facts), 503
    beat = facts["worker"]["heartbeat_age"]
    if current_app.config["WORKER"] != "none" and (beat is None or beat > SILENCE):
        facts |= {"status": "failing", "reason": "worker"}
        return jsonify(facts), 503
    return jsonify(facts)


def require_writing(engine: Engine) -> None:
    """Begin to write, and write nothing: a locked SQLite can still be read. Raises OperationalError."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        usual = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {min(usual or 0, IMPATIENT)}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.exec_driver_sql("ROLLBACK")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {usual}")


def has_room(engine: Engine) -> bool:
    """Whether the database's disk takes anything more; raises OperationalError where the database is away."""
    if engine.dialect.name == "sqlite":
        return disk_usage(Path(engine.url.database or "").parent).free >= LEAST
    with engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL work_mem = '64kB'")
        connection.exec_driver_sql("SET LOCAL temp_tablespaces = ''")
        try:
            connection.exec_driver_sql(SPILL)
        except OperationalError as fault:
            if not errors.is_full(fault):
                raise
            return False
    return True


def _broker() -> str | None:
    """Whether the last nudge reached the broker; None where there is none. Mails go out without it, a little later."""
    if not current_app.config["CELERY_BROKER_URL"]:
        return None
    from app.worker import nudger  # noqa: PLC0415 - Celery is imported where it is used

    return {None: "not asked yet", True: "ok", False: "out of reach"}[nudger.reached]


def look(session: Session, now: datetime, folder: Path) -> dict[str, Any]:
    """Look at database, edition, worker, outbox, clocks and backup; ages in seconds."""
    found = running.look(session, now, folder)
    waiting, dead = found.mails.get("waiting", 0), found.mails.get("dead", 0)
    return {
        "database": session.get_bind().dialect.name,
        "schema": found.schema,
        "edition": found.edition,
        "worker": {"heartbeat_age": _age(found.beat, now)},
        "outbox": {
            "waiting": waiting,
            "oldest_age": _age(found.oldest, now),
            "dead": dead,
            "sent": found.mails.get("sent", 0),
            "paused": found.pause is not None,
        },
        "clocks": {"due": found.clocks},
        "backup": {"age": _age(found.backup, now)},
        "anchor": {"age": _age(found.anchor, now)},
        "scanner": _scanner(session, now),
        "held": {"waiting": found.held, "oldest_age": _age(found.held_since, now)},
        "attack": current_app.config["ATTACK_MODE"] or attack.standing(session, now) is not None,
    }


def _scanner(session: Session, now: datetime) -> dict[str, Any] | None:
    """Look at the virus scanner; None where there is none. Reports come in without it, so that nothing fails here."""
    if not viruses.scanner():
        return None
    waiting = viruses.waiting(session)
    status = "out of reach" if waiting.failed else "ok"
    return {"status": status, "waiting": waiting.number, "oldest_age": _age(waiting.oldest, now)}


def _age(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else int((now - moment).total_seconds())
