"""Delivery: claims mails, sends them, and writes down each one's fate before it takes the next.

A worker that is killed between the server's yes and its own note sends the same mail again, under the same
Message-ID; anything stricter would lose mails instead.
"""

import os
import socket
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from app.outbox import links, message, queue
from app.outbox.message import Letter, UnsendableError
from app.outbox.settings import Settings
from app.outbox.smtp import Server, UnreachableError, Verdict

BATCH = 20
BATCH_SECONDS = 20.0
"""A slow server's batch ends early, well within its lease; the rest goes back unsent."""

log = structlog.get_logger()


def deliver(
    session_factory: Callable[[], Session],
    *,
    now: datetime | None = None,
    limit: int = BATCH,
    settings: Settings | None = None,
    patience: float | None = None,
) -> int:
    """Send up to `limit` mails that are due; how many were claimed. Its sessions and transactions are its own.

    `now` stands for the present; `patience` is how many seconds the server has for a mail. Without a mail
    server nothing is claimed.
    """
    settings = settings or Settings.current()
    if not settings.smtp_url:
        return 0
    worker = f"{socket.gethostname()[:30]}-{os.getpid()}-{uuid4().hex[:8]}"
    with session_factory() as session, session.begin():
        claim = queue.claim(session, worker=worker, now=now or datetime.now(UTC), limit=limit)
    if claim.letters:
        batch = _Batch(session_factory, settings, claim, worker, now)
        batch.send(Server(settings.smtp_url, **({} if patience is None else {"patience": patience})))
    return len(claim.letters)


class _Batch:
    """One claim on its way."""

    def __init__(
        self,
        session_factory: Callable[[], Session],
        settings: Settings,
        claim: queue.Claim,
        worker: str,
        now: datetime | None,
    ) -> None:
        self._session_factory = session_factory
        self._settings = settings
        self._claim = claim
        self._worker = worker
        self._now = now
        self._began = time.monotonic()

    def send(self, server: Server) -> None:
        """Send each; when the server can't be reached, put back what is left."""
        fates: Counter[str] = Counter()
        left = list(self._claim.letters)
        try:
            with server:
                while left and time.monotonic() - self._began < BATCH_SECONDS:
                    fates[self._send_one(server, left[0])] += 1
                    del left[0]
        except UnreachableError as reason:
            fates["unreached"] = len(left)
            fault, unreached, left = str(reason), left, []
            self._write(lambda session: self._unreached(session, unreached, fault))
        if left:
            self._write(lambda session: queue.put_back(session, left, worker=self._worker))
        log.info("mails", **fates)

    def _send_one(self, server: Server, letter: Letter) -> str:
        verdict = self._try(server, letter)
        self._write(lambda session: self._note(session, letter, verdict))
        if verdict.outcome != "sent":
            log.warning(
                "mail_failed", mail=letter.id, subject=letter.thread, outcome=verdict.outcome, tries=letter.tries
            )
        return verdict.outcome

    def _try(self, server: Server, letter: Letter) -> Verdict:
        try:
            link = links.address(letter.link, self._claim.follows, self._settings) if letter.link else ""
            built = message.build(letter, link, self._settings)
            receiver = message.envelope(letter.address)
        except ValueError as fault:
            known = isinstance(fault, UnsendableError)
            return Verdict("dead", str(fault) if known else f"it can't be written: {type(fault).__name__}")
        return server.send(message.bare(self._settings.sender), receiver, built)

    def _note(self, session: Session, letter: Letter, verdict: Verdict) -> None:
        now = self._now or datetime.now(UTC)
        match verdict.outcome:
            case "sent":
                queue.sent(session, letter.id, worker=self._worker, now=now)
            case "again":
                queue.failed(session, letter, worker=self._worker, now=now, fault=verdict.fault)
            case _:
                queue.dead(session, letter.id, worker=self._worker, fault=verdict.fault)

    def _unreached(self, session: Session, letters: list[Letter], fault: str) -> None:
        now = self._now or datetime.now(UTC)
        queue.unreached(session, letters, worker=self._worker, now=now, fault=fault)

    def _write(self, change: Callable[[Session], None]) -> None:
        with self._session_factory() as session, session.begin():
            change(session)
