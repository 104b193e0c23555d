"""The physical limit: each work's SQL alone, by the database's own driver."""

from __future__ import annotations

import re
import sqlite3
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import psycopg

from bench.data.facts import RARE
from bench.data.filled import Data
from bench.expected import Expected
from bench.peers.settings import PAGE, PRAGMAS
from bench.peers.statements import statements

BUDGET = 0.3
LEAST, MOST = 5, 500
NAMED = re.compile(r"(?<!:):(\w+)")
WORDS = {"page": "W3", "far": "W3 far", "keyset": "W3 far, by key", "case": "W4", "badges": "W5", "year": "W7"}


class Raw:
    """One connection by the driver itself, writing as safely as the product does."""

    def __init__(self, url: str) -> None:
        self._sqlite = url.startswith("sqlite")
        if self._sqlite:
            self._connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=60)
            for pragma in PRAGMAS:
                self._connection.execute(f"PRAGMA {pragma}")
        else:
            self._connection = psycopg.connect(url, autocommit=True)
        texts = statements("sqlite" if self._sqlite else "postgresql")
        self._texts = texts if self._sqlite else {name: NAMED.sub(r"%(\1)s", text) for name, text in texts.items()}

    def ask(self, name: str, **given: Any) -> list[Any]:
        """Rows of a statement."""
        found: list[Any] = self._connection.execute(self._texts[name], self._values(given)).fetchall()
        return found

    def do(self, name: str, **given: Any) -> int:
        """Run a statement; give how many rows it wrote."""
        return int(self._connection.execute(self._texts[name], self._values(given)).rowcount)

    def run(self, statement: str) -> None:
        """Run any text."""
        self._connection.execute(statement)

    def _values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """SQLite keeps moments as text; so it is given them."""
        return {name: self.moment(value) if isinstance(value, datetime) else value for name, value in given.items()}

    def moment(self, value: datetime) -> Any:
        """A moment as the peers' columns have it."""
        bare = value.replace(tzinfo=None)
        return bare.isoformat(" ", "microseconds") if self._sqlite else bare

    def close(self) -> None:
        """Let go."""
        self._connection.close()


def timed(once: Callable[[], object], budget: float = BUDGET) -> dict[str, float]:
    """Median and third quartile in milliseconds of as many times as the budget of seconds lets."""
    once()
    waits: list[float] = []
    began = time.perf_counter()
    while len(waits) < LEAST or (time.perf_counter() - began < budget and len(waits) < MOST):
        at = time.perf_counter()
        once()
        waits.append((time.perf_counter() - at) * 1000)
    return {"ms": round(statistics.median(waits), 4), "times": len(waits)}


def measured(data: Data, expected: Expected) -> dict[str, Any]:
    """Each work's SQL, by the work's short name."""
    raw = Raw(data.small)
    here = {"faculty": data.places.faculty}
    closed = {**here, "state": "closed"}
    span = {"first": datetime(expected.year, 1, 1), "last": datetime(expected.year + 1, 1, 1)}  # noqa: DTZ001
    watched, moved = expected.watched[0][0], expected.moved[0][0]
    raw.run(f"UPDATE cases SET state = 'at_faculty' WHERE id = {moved}")  # noqa: S608 - our own number
    last = raw.ask("page", **closed, skip=PAGE * max(0, expected.far - 2))[-1][0]
    works: dict[str, Callable[[], object]] = {
        "W3": lambda: (raw.ask("page", **closed, skip=0), raw.ask("capped", **closed)),
        "W3 far": lambda: raw.ask("page", **closed, skip=PAGE * (expected.far - 1)),
        "W3 far, by key": lambda: raw.ask("keyset", **closed, mark=last),
        "W4": lambda: (raw.ask("case", case=watched, **here), raw.ask("events", case=watched)),
        "W5": lambda: (
            raw.ask("badges", handler=data.places.handler, **here),
            raw.ask("overdue", now=data.now, **here),
        ),
        "W7": lambda: (raw.ask("report", **span), raw.ask("medians", **span)),
        "search": lambda: raw.ask("search", word=f"%{RARE}%", **here),
        "W1": lambda: _report(raw, data),
        "W2": lambda: _move(raw, data, moved),
    }
    found: dict[str, Any] = {name: timed(once) for name, once in works.items()}
    found["W6"] = _swept(raw, data)
    raw.close()
    return found


def _report(raw: Raw, data: Data) -> None:
    raw.run("BEGIN")
    at = datetime.now()  # noqa: DTZ005 - the peers' columns have no time zone
    row = {
        "ref": f"R-{time.monotonic_ns()}",
        "title": "Avvik",
        "body": "Avlyst. " * 40,
        "email": "who@students.example",
    }
    [(case,)] = raw.ask("submit", **row, unit=data.places.faculty, area=data.places.areas[0], at=at)
    raw.do("event", case=case, at=at, actor=None, move="submit", before=None, after="received")
    raw.do("mail", kind="receipt", case=case, to="who@students.example", key=f"receipt:{case}", at=at)
    raw.run("COMMIT")


def _move(raw: Raw, data: Data, case: int) -> None:
    raw.run("BEGIN")
    at = datetime.now()  # noqa: DTZ005 - the peers' columns have no time zone
    states = {"before": "at_faculty", "after": "at_faculty"}
    [(version, mail)] = raw.ask("move", case=case, faculty=data.places.faculty, **states)
    raw.do("event", case=case, at=at, actor=data.places.handler, move="accept", **states)
    raw.do("mail", kind="accept", case=case, to=mail, key=f"raw:{case}:{version}", at=at)
    raw.run("COMMIT")


def _swept(raw: Raw, data: Data) -> dict[str, Any]:
    waits, mails = [], 0
    for _ in range(3):
        raw.run("UPDATE action SET reminded_at = NULL, reminders = 0 WHERE reminders > 0")
        raw.run("DELETE FROM outbox WHERE kind = 'reminder'")
        at = time.perf_counter()
        raw.run("BEGIN")
        mails = raw.do("sweep", now=data.now)
        raw.do("swept", now=data.now)
        raw.run("COMMIT")
        waits.append((time.perf_counter() - at) * 1000)
    each = round(1000 * statistics.median(waits) / mails, 1) if mails else 0
    return {"ms": round(statistics.median(waits), 4), "mails": mails, "us_per_mail": each}
