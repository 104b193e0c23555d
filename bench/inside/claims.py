"""The outbox drained by processes at once, without a mail server: claimed, and its fate written down."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.queues import Queue
from typing import Any

from sqlalchemy import create_engine, func, insert, select
from sqlalchemy.orm import Session

from app.outbox import queue
from app.web.database import tune
from bench.data.filled import Data, dialect
from model import OutgoingMail
from model import OutgoingMail as Mail

SPAWN = get_context("spawn")
MAILS, BATCHES = 1500, (20, 200)
WORKERS = 2
KEY = "bench"


def measured(data: Data) -> dict[str, Any]:
    """Mails a second by the size of a batch; each was taken once."""
    return {f"batches of {batch}": _drained(data, batch) for batch in BATCHES}


def _drained(data: Data, batch: int) -> float:
    url = dialect(data.own)
    engine = create_engine(url)
    now = datetime.now(UTC)
    with Session(engine) as session, session.begin():
        session.execute(insert(OutgoingMail), [_mail(number, batch, now) for number in range(MAILS)])
    done: Queue[tuple[int, float, float]] = SPAWN.Queue()
    processes = [SPAWN.Process(target=drain, args=(url, batch, done)) for _ in range(WORKERS)]
    for each in processes:
        each.start()
    told = [done.get(timeout=300) for _ in processes]
    for each in processes:
        each.join()
    with Session(engine) as session:
        mine = OutgoingMail.event_key.like(f"{KEY}:{batch}:%")
        sent = session.scalar(select(func.count()).where(mine, Mail.status == "sent", Mail.tries == 1))
    engine.dispose()
    if sent != MAILS or sum(count for count, _, _ in told) != MAILS:
        raise RuntimeError(f"of {MAILS} mails {told} were taken and {sent} sent once")
    return round(MAILS / (max(end for _, _, end in told) - min(began for _, began, _ in told)))


def drain(url: str, batch: int, done: Queue[tuple[int, float, float]]) -> None:
    """Take and finish mails until there are none: one transaction a batch, one a mail, as the worker has them."""
    engine = create_engine(url, connect_args={"timeout": 60, "isolation_level": "IMMEDIATE"} if "sqlite" in url else {})
    if engine.dialect.name == "sqlite":
        tune(engine)
    worker, taken = f"bench-{time.monotonic_ns()}", 0
    began = time.time()
    while True:
        now = datetime.now(UTC)
        with Session(engine) as session, session.begin():
            letters = queue.claim(session, worker=worker, now=now, limit=batch).letters
        if not letters:
            break
        for each in letters:
            with Session(engine) as session, session.begin():
                queue.sent(session, each.id, worker=worker, now=now)
        taken += len(letters)
    done.put((taken, began, time.time()))


def _mail(number: int, batch: int, now: datetime) -> dict[str, Any]:
    key = f"{KEY}:{batch}:{number}"
    who = {
        "address": f"{number}@students.example",
        "name": "receipt",
        "language": "nb",
        "message_id": f"<{key}@b.example>",
    }
    texts = {"subject": "Sak", "body": "Takk for at du sier fra.", "event_key": key}
    return {**who, **texts, "created_at": now, "next_try_at": now}
