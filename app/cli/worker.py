"""`flask worker`: the worker as a process of its own, one tick by hand, and how it stands."""

import json
import signal
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from app.logs import set_up
from app.outbox import queue
from app.web.database import db
from app.worker.embedded import Worker
from app.worker.health import look
from app.worker.tick import tick

group = AppGroup("worker", help="Mails and clocks.")


@group.command("run")
def run() -> None:
    """Work until told to stop (Ctrl-C, SIGTERM)."""
    set_up()
    worker = Worker(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - it outlives the proxy
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: worker.quit())
    worker.run()


@group.command("once")
def once() -> None:
    """Do all that is due now, and end."""
    done = 0
    while did := tick(current_app._get_current_object()):  # type: ignore[attr-defined]  # noqa: SLF001
        done += did
    click.echo(f"{done} done")


@group.command("status")
def status() -> None:
    """Show the worker's heartbeat and what is waiting."""
    with Session(db.engine) as session:
        click.echo(json.dumps(look(session, datetime.now(UTC), Path(current_app.config["VAR"])), indent=2))


@group.command("retry")
def retry() -> None:
    """Let every dead mail be tried anew."""
    with Session(db.engine) as session, session.begin():
        click.echo(f"{queue.revive(session, datetime.now(UTC))} will be tried again")
