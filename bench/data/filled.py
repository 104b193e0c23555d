"""Filled databases, kept from one run to the next, and a copy of them for each run to change as it likes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from app.tally import cells
from bench.data import counted, facts, own, seeded, small
from bench.data.places import Places
from config import ORGANISATION_FILE, ROOT, WORKFLOW_FILE
from model import searching, tally
from model.schema import MIGRATIONS

FOLDER = ROOT / "build" / "bench"
KINDS = ("own", "small")
PREFIX = "avviksflyt_bench"
IN_STEP = [Path(str(each.__file__)) for each in (searching, tally, cells)]
"""What keeps more than the rows that are written."""


@dataclass(frozen=True, slots=True)
class Data:
    """One run's databases: the product's and the peers', holding the same `count` cases; `now` is the facts' moment."""

    own: str
    small: str
    places: Places
    count: int
    now: datetime
    folder: Path


def opened(url: str) -> Engine:
    """An engine that commits each statement."""
    arguments = {"timeout": 60} if url.startswith("sqlite") else {}
    return create_engine(dialect(url), isolation_level="AUTOCOMMIT", connect_args=arguments)


def dialect(url: str) -> str:
    """The address as SQLAlchemy knows it."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def copies(server: str, count: int, folder: Path = FOLDER) -> Iterator[Data]:
    """Fill databases with that many cases unless that has been done today; give copies, and remove them in the end.

    `server` is empty for SQLite, or the address of a database of a PostgreSQL server on which databases may be made:
    that one itself isn't touched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = _Postgresql(server, count) if server else _Sqlite(folder, count)
    now = own.moment(datetime.now(UTC))
    _fill_once(kept, folder, count, now)
    with tempfile.TemporaryDirectory(dir=folder, prefix="run-") as here:
        urls = kept.copy(Path(here))
        try:
            yield Data(urls["own"], urls["small"], _places(urls["own"]), count, now, Path(here))
        finally:
            kept.drop()


def _fill_once(kept: _Sqlite | _Postgresql, folder: Path, count: int, now: datetime) -> None:
    stamp = folder / f"{kept.name}.json"
    key = {"sources": _sources(), "now": now.isoformat(), "count": count}
    if stamp.exists() and json.loads(stamp.read_text()) == key and kept.there():
        return
    stamp.unlink(missing_ok=True)
    urls = kept.make()
    with tempfile.TemporaryDirectory(dir=folder) as here:
        seeded.seed(dialect(urls["own"]), Path(here))
    engine = create_engine(dialect(urls["own"]))
    with Session(engine) as session, session.begin():
        seeded.widen(session)
    engine.dispose()
    places = _places(urls["own"])
    with counted.unwatched(dialect(urls["own"])):
        own.fill(urls["own"], places, facts.cases(places, count, now), count, now)
    small.fill(urls["small"], places, facts.cases(places, count, now), now)
    stamp.write_text(json.dumps(key))


def _places(url: str) -> Places:
    engine = create_engine(dialect(url))
    with Session(engine) as session:
        found = seeded.places(session)
    engine.dispose()
    return found


def _sources() -> str:
    """What the databases are made from: another text of any of it makes them anew."""
    files = [*sorted(Path(__file__).parent.glob("*.py")), *sorted(MIGRATIONS.glob("versions/*.py")), *IN_STEP]
    texts = (each.read_bytes() for each in (*files, WORKFLOW_FILE, ORGANISATION_FILE))
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


class _Sqlite:
    """Files."""

    def __init__(self, folder: Path, count: int) -> None:
        self.name = f"sqlite-{count}"
        self._files = {kind: folder / f"{self.name}-{kind}.db" for kind in KINDS}

    def there(self) -> bool:
        return all(each.exists() for each in self._files.values())

    def make(self) -> dict[str, str]:
        for file in self._files.values():
            for ending in ("", "-wal", "-shm"):
                Path(f"{file}{ending}").unlink(missing_ok=True)
        return {kind: f"sqlite:///{file}" for kind, file in self._files.items()}

    def copy(self, folder: Path) -> dict[str, str]:
        return {kind: f"sqlite:///{shutil.copy(file, folder / f'{kind}.db')}" for kind, file in self._files.items()}

    def drop(self) -> None:
        """The folder goes with its files."""


class _Postgresql:
    """Databases beside the one at `server`."""

    def __init__(self, server: str, count: int) -> None:
        self.name = f"postgresql-{count}"
        self._server, self._count = server.replace("postgresql+psycopg://", "postgresql://", 1), count
        self._copies: list[str] = []

    def _names(self, ending: str = "") -> dict[str, str]:
        return {kind: f"{PREFIX}_{self._count}_{kind}{ending}" for kind in KINDS}

    def _urls(self, names: dict[str, str]) -> dict[str, str]:
        address = self._server.partition("?")[0].rsplit("/", 1)[0]
        return {kind: f"{address}/{name}" for kind, name in names.items()}

    def _tell(self, *statements: str) -> list[object]:
        engine = opened(self._server)
        with engine.connect() as connection:
            answers = [connection.execute(text(each)) for each in statements]
            found = [each.scalar() if each.returns_rows else None for each in answers]
        engine.dispose()
        return found

    def there(self) -> bool:
        asked = (f"SELECT 1 FROM pg_database WHERE datname = '{name}'" for name in self._names().values())  # noqa: S608
        return all(self._tell(*asked))

    def make(self) -> dict[str, str]:
        names = self._names()
        self._tell(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names.values()))
        self._tell(*(f"CREATE DATABASE {name}" for name in names.values()))
        return self._urls(names)

    def copy(self, folder: Path) -> dict[str, str]:  # noqa: ARG002 - as the other one
        here, made = self._names(), self._names(f"_{os.getpid()}")
        self._copies = list(made.values())
        self._tell(*(f"CREATE DATABASE {made[kind]} TEMPLATE {here[kind]}" for kind in KINDS))
        return self._urls(made)

    def drop(self) -> None:
        self._tell(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in self._copies))
