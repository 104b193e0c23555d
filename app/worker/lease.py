"""One process at a time: a lease in the database, renewed while its holder lives and taken over when it doesn't."""

import os
import socket
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from model import Lease

NAME = "worker"
LENGTH = timedelta(seconds=30)
"""How long a holder that says nothing is believed to live. One too slow to say so shares the work for a while,
which costs nothing: mails have leases of their own, and clocks their rows."""


def new_holder() -> str:
    """Name this process, as nobody else is named."""
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{uuid4().hex[:8]}"


def take(session: Session, holder: str, now: datetime) -> bool:
    """Take the lease, or renew it; False while somebody else has it."""
    free = or_(Lease.holder == holder, Lease.until <= now)
    values = {"holder": holder, "until": now + LENGTH, "beat_at": now}
    renewed = update(Lease).where(Lease.name == NAME, free).values(**values).returning(Lease.name)
    if session.scalar(renewed.execution_options(synchronize_session=False)):
        return True
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    first = dialect.insert(Lease).values(name=NAME, **values).on_conflict_do_nothing().returning(Lease.name)
    return session.scalar(first) is not None


def release(session: Session, holder: str, now: datetime) -> None:
    """Let the next one have it at once; the heartbeat stays."""
    mine = update(Lease).where(Lease.name == NAME, Lease.holder == holder).values(until=now)
    session.execute(mine.execution_options(synchronize_session=False))


def last_beat(session: Session) -> datetime | None:
    """Say when a worker last showed itself; None if none ever did."""
    return session.scalar(select(Lease.beat_at).where(Lease.name == NAME))
