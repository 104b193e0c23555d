"""The numbers that reports keep, as the worker has them once it has seen every case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.tally.folding import fold
from model import tally

BATCH = 2000


@contextmanager
def unwatched(url: str) -> Iterator[None]:
    """Let rows be written without a note of each; all of them are taken in afterwards."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        tally.unwatch(connection)
    yield
    with engine.begin() as connection:
        tally.watch(connection)
    while _more(Session(engine)):
        pass


def _more(session: Session) -> bool:
    with session, session.begin():
        return fold(session, datetime.now(UTC), BATCH) == BATCH
