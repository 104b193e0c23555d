"""What a worker does each time it wakes, whoever wakes it: fire clocks that are due, send mails, have files scanned."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import structlog
from flask import Flask, current_app
from sqlalchemy.orm import Session, sessionmaker

from app.change.migrations import advance
from app.outbox.deliver import BATCH, deliver
from app.outbox.settings import Settings
from app.outbox.sink import Mailbox, Sink
from app.tally.folding import fold
from app.web import counting, logins
from app.web.database import db
from app.worker.nightly import check
from app.worker.proving import prove
from app.worker.scanning import scan
from app.worker.trying import try_out
from app.workflow import held
from app.workflow.orphans import rehome
from app.workflow.overlooked import look_again
from app.workflow.pending import sweep
from app.workflow.posting import post_reports
from app.workflow.reminding import run_due
from app.workflow.waiting import recount

CLOCKS = 50
"""Clocks of one transaction."""
CASES = 500
"""Cases that reports' numbers take in, in one transaction."""

log = structlog.get_logger()


def tick(app: Flask, now: datetime | None = None, alive: Callable[[], object] = lambda: None) -> int:
    """Fire due clocks, send waiting mails, one bounded batch of each, and seal the journal; how many things were done.

    `now` stands for the present. Less than a full batch of both means that nothing is left to do. A draft that
    waits to be tried is tried, too; that may take a while, so `alive` is called on the way, and mails go out.
    """

    def sign() -> None:
        alive()
        send(now)

    with app.app_context():
        done = _fire(now or datetime.now(UTC))
        prove(now or datetime.now(UTC))
        check(now or datetime.now(UTC))
        done += _fold(now or datetime.now(UTC))
        done += send(now) + scan(now or datetime.now(UTC), alive)
        return done + try_out(now or datetime.now(UTC), sign)


def send(now: datetime | None = None) -> int:
    """Send one batch of mails, in the demo to the demo's own server; how many were claimed. In an app's context."""
    settings = Settings.current()
    if not settings.smtp_url and current_app.config["DEMO"]:
        settings = replace(settings, smtp_url=_demo_server().url)
    return deliver(sessionmaker(db.engine), now=now, limit=BATCH, settings=settings)


def mailbox(app: Flask) -> Mailbox:
    """Give the place where the demo's mails are kept."""
    return Mailbox(Path(app.config["VAR"]) / "mails")


def _fire(now: datetime) -> int:
    """Run due clocks in a transaction; what goes wrong there is written down and keeps no mail back."""
    try:
        with Session(db.engine) as session, session.begin():
            return (
                run_due(session, now, CLOCKS)
                + rehome(session, now, CLOCKS)
                + look_again(session, now)
                + recount(session, now)
                + post_reports(session, now)
                + advance(session, now)
                + sweep(session, now)
                + counting.sweep(session, now)
                + logins.sweep(session, current_app.config["PERMANENT_SESSION_LIFETIME"])
                + held.expire(session, now, current_app.config["HELD_DAYS"])
            )
    except Exception:
        log.exception("clocks_failed")
        return 0


def _fold(now: datetime) -> int:
    """Take what has changed into reports' numbers; they are right without it, only slower."""
    try:
        with Session(db.engine) as session, session.begin():
            return fold(session, now, CASES)
    except Exception:
        log.exception("tallies_failed")
        return 0


_starting = Lock()


def _demo_server() -> Sink:
    """Give this process's demo server, started when it is first needed: after any fork."""
    with _starting:
        server: Sink | None = current_app.extensions.get("demo_mail")
        if server is None:
            server = Sink(mailbox(current_app), int(current_app.config["DEMO_SMTP_PORT"]))
            current_app.extensions["demo_mail"] = server
        return server
