"""The worker inside a web process: one thread, elected among all processes by the lease."""

import atexit
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.web.database import db
from app.worker import lease, nudge
from app.worker.tick import tick

POLL = 1.0
"""Seconds between two looks when nothing nudges."""
RENEW = timedelta(seconds=5)
PATIENCE = 10.0
"""Seconds that a stop waits for a mail that is on its way."""

log = structlog.get_logger()


class Worker:
    """Ticks while it has the lease, and stands by while another process has it."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._holder = lease.new_holder()
        self._renewed: datetime | None = None
        self._stopping = Event()
        self._thread = Thread(target=self.run, name="worker", daemon=True)

    def start(self) -> None:
        """Run in a thread that ends with the process."""
        self._thread.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """End after what is in hand, and let another process take over at once."""
        self.quit()
        if self._thread.is_alive():
            self._thread.join(PATIENCE)

    def quit(self) -> None:
        """Say that it shall end; safe in a signal handler."""
        self._stopping.set()
        nudge.mails.set()

    def run(self) -> None:
        """Work until stopped; a database that is away is waited for."""
        while not self._stopping.is_set():
            nudge.mails.clear()
            if not self.work():
                nudge.mails.wait(POLL)
        self._leave()

    def work(self) -> int:
        """Tick once if the lease is ours; how many things were done."""
        try:
            return tick(self._app, alive=self._elected) if self._elected() else 0
        except Exception:
            log.exception("worker_failed")
            return 0

    def _elected(self) -> bool:
        now = datetime.now(UTC)
        if self._renewed is not None and self._renewed <= now < self._renewed + RENEW:
            return True
        with self._app.app_context(), Session(db.engine) as session, session.begin():
            taken = lease.take(session, self._holder, now)
        if taken and self._renewed is None:
            log.info("worker_elected", holder=self._holder)
        self._renewed = now if taken else None
        return taken

    def _leave(self) -> None:
        if self._renewed is None:
            return
        try:
            with self._app.app_context(), Session(db.engine) as session, session.begin():
                lease.release(session, self._holder, datetime.now(UTC))
        except SQLAlchemyError:
            log.exception("lease_kept")
