"""The replica that reports and files are read from, while it is there and in step; else the database itself."""

from __future__ import annotations

import time

import structlog
from flask import Flask, current_app, g
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.web.database import db, server_options, set_each

NAME = "avviksflyt_replica"
ASIDE = 30.0
"""Seconds in which a replica that was out of reach isn't asked again: each try may take as long as a connection may."""
WRITTEN = text("SELECT CAST(pg_current_wal_lsn() AS text)")
BEHIND = text("""
SELECT pg_is_in_recovery(),
       CASE WHEN pg_last_wal_replay_lsn() >= CAST(:written AS pg_lsn) THEN 0
            ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END
""")
"""Whether it is a replica at all, and how many seconds it may be behind: since the last change that it has followed."""

log = structlog.get_logger()


class Replica:
    """A replica, which is read from unless it is more than `most` seconds behind."""

    def __init__(self, engine: Engine, most: float) -> None:
        self.engine = engine
        self.most = most
        self.aside_until = 0.0

    def session(self) -> Session | None:
        """Give a session that reads from it; None, and a line in the log, where the database must be read instead."""
        if time.monotonic() < self.aside_until:
            return None
        written = db.session.scalar(WRITTEN)
        session = Session(self.engine, autoflush=False)
        try:
            follows, behind = session.execute(BEHIND, {"written": written}).one()
        except DBAPIError:
            self.aside_until = time.monotonic() + ASIDE
            return self._refused(session, "out of reach")
        if not follows:
            return self._refused(session, "no replica")
        if behind is None or behind > self.most:
            return self._refused(session, "behind", seconds=None if behind is None else round(behind))
        return session

    @staticmethod
    def _refused(session: Session, reason: str, **told: int | None) -> None:
        session.close()
        log.warning("replica_not_read", reason=reason, **told)


def init_replica(app: Flask) -> None:
    """Know the replica, where there is one."""
    url = str(app.config["REPLICA_URL"])
    if not url:
        return
    if str(app.config["DATABASE_URL"]).startswith("sqlite"):
        raise RuntimeError("REPLICA_URL is for PostgreSQL: SQLite has no replicas")
    engine = create_engine(url, **server_options(app.config))
    set_each(engine, app.config)
    app.extensions[NAME] = Replica(engine, app.config["REPLICA_BEHIND"])
    app.teardown_appcontext(_close)


def reader() -> Session:
    """Give the session in which this request reads much at once: nothing is ever written in it."""
    if "reader" not in g:
        replica: Replica | None = current_app.extensions.get(NAME)
        g.reader = replica.session() if replica else None
    return g.reader or db.session


def _close(_fault: BaseException | None) -> None:
    session: Session | None = g.pop("reader", None)
    if session is not None:
        session.close()
