"""How often an address may try: counted in our own database, by all processes together, under names that say nothing.

Where the store fails, each process counts by itself until it is back: nobody is shut out, and nobody gets in free.
"""

from __future__ import annotations

import hmac
import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from flask import Flask, current_app, request
from flask_limiter import Limiter, RequestLimit
from limits import RateLimitItem
from limits.storage import Storage
from limits.strategies import STRATEGIES, FixedWindowRateLimiter
from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.i18n import moment
from app.web import attack
from app.web.database import db
from model import RateCount

WITH_PORT = re.compile(r"(\d+\.\d+\.\d+\.\d+):\d+|\[([0-9a-fA-F:.]+)\](?::\d+)?")
UNKNOWN = "unknown"
READS_FIRST = "reads-first"
SITE = 64
"""Bits of an IPv6 address that its holder can't change: all addresses behind them are one sender."""
SHARED, APART = "shared by all processes", "counted by each process"
PATIENCE = {"socket_connect_timeout": 2, "socket_timeout": 2}
"""Seconds that a request waits for Redis."""


class OwnDatabase(Storage):
    """The counts as rows of our own database; each hit is one statement in a transaction of its own."""

    STORAGE_SCHEME = ["database"]

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a failing store raises."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count a hit; a count whose time is over begins anew."""
        now = datetime.now(UTC)
        ends = now + timedelta(seconds=expiry)
        dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
        counted = dialect.insert(RateCount).values(key=_kept(key), count=amount, ends_at=ends)
        over = RateCount.ends_at <= now
        anew = {
            "count": case((over, amount), else_=RateCount.count + amount),
            "ends_at": case((over, ends), else_=RateCount.ends_at),
        }
        upsert = counted.on_conflict_do_update(index_elements=[RateCount.key], set_=anew).returning(RateCount.count)
        with db.engine.begin() as connection:
            return int(connection.scalar(upsert) or 0)

    def get(self, key: str) -> int:
        """How many hits count now."""
        with db.engine.connect() as connection:
            return connection.scalar(_counting(RateCount.count, key)) or 0

    def get_expiry(self, key: str) -> float:
        """When the count begins anew, in seconds since 1970; now if nothing is counted."""
        with db.engine.connect() as connection:
            ends = connection.scalar(_counting(RateCount.ends_at, key))
        return ends.timestamp() if ends else time.time()

    def check(self) -> bool:
        """Whether the table answers."""
        try:
            with db.engine.connect() as connection:
                connection.execute(select(RateCount.key).limit(1))
        except SQLAlchemyError:
            return False
        return True

    def reset(self) -> int:
        """Forget every count; how many there were."""
        return self._forget()

    def clear(self, key: str) -> None:
        """Forget one count."""
        self._forget(RateCount.key == _kept(key))

    @staticmethod
    def _forget(*which: Any) -> int:
        with db.engine.begin() as connection:
            return connection.execute(delete(RateCount).where(*which)).rowcount


def _counting(column: Any, key: str) -> Any:
    return select(column).where(RateCount.key == _kept(key), RateCount.ends_at > datetime.now(UTC))


def _kept(key: str) -> str:
    """Name a count so that nobody without the secret can find out whose it is."""
    secret = f"limits {current_app.config['SECRET_KEY']}".encode()
    return hmac.digest(secret, key.encode(), "sha256").hex()


class ReadsFirst(FixedWindowRateLimiter):
    """Counts in spans of time, and writes nothing for whoever is stopped already: an attack must not cost writes."""

    def hit(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        """Count a hit if it may be; whether it may."""
        return self.test(item, *identifiers, cost=cost) and super().hit(item, *identifiers, cost=cost)


STRATEGIES[READS_FIRST] = ReadsFirst


def sweep(session: Session, now: datetime) -> int:
    """Forget counts whose time is over; how many. The caller commits."""
    over = session.scalars(select(RateCount.key).where(RateCount.ends_at <= now).limit(1)).first()
    if over is None:
        return 0
    swept = delete(RateCount).where(RateCount.ends_at <= now)
    return int(getattr(session.execute(swept), "rowcount", 0))


# -- whose hits they are, and how many they may be -------------------------------


def address() -> str:
    """Name whoever asks: an IPv4 address, or the network that an IPv6 address lies in."""
    given = (request.remote_addr or "").strip()
    bare = WITH_PORT.fullmatch(given)
    try:
        found = ip_address((bare[1] or bare[2]) if bare else given.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, SITE), strict=False))


def limit(name: str) -> Callable[[], str]:
    """Give the limit that a setting names, or the tighter one while the product is under attack."""

    def read() -> str:
        tight = current_app.config.get(f"ATTACK_{name}")
        return str(tight if tight and attack.is_on() else current_app.config[name])

    return read


def make(app: Flask) -> Limiter:
    """Make what counts."""
    logging.getLogger("flask-limiter").setLevel(logging.WARNING)  # below that it tells addresses
    options = PATIENCE if str(app.config["RATELIMIT_STORAGE_URI"]).startswith("redis") else {}
    limiter = Limiter(
        key_func=address,
        strategy=READS_FIRST,
        storage_options=options,
        in_memory_fallback_enabled=True,
        swallow_errors=True,
        on_breach=_told,
    )
    limiter.init_app(app)
    return limiter


def _told(_limit: RequestLimit) -> None:
    current_app.logger.warning("too many tries at %s", request.endpoint)


def limiter() -> Limiter:
    """Give what counts in this application."""
    found: Limiter = current_app.appbuilder.sm.limiter  # type: ignore[attr-defined]
    return found


def again_at() -> datetime:
    """When whoever was stopped may try again."""
    stopped = limiter().current_limit
    ends = stopped.reset_at if stopped else 0
    return datetime.fromtimestamp(max(ends, time.time() + 1), UTC)


def said(until: datetime) -> str:
    """Name the minute from which they may."""
    return moment(until + timedelta(seconds=59))


def seconds_left(until: datetime) -> str:
    """Say how long that is, as the header Retry-After does."""
    return str(max(1, round(until.timestamp() - time.time())))


def told() -> str:
    """Say how hits are counted, for /healthz."""
    counts = limiter()
    if not counts.enabled:
        return "off"
    if str(current_app.config["RATELIMIT_STORAGE_URI"]).startswith("memory:"):
        return APART
    return SHARED if counts.storage.check() else f"the store is out of reach: {APART}"
