"""SQLite's part of a backup: a copy as of one moment, and the way back as one write that others wait for."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.backup.archive import CannotRestore, Manifest, counted
from app.outbox import pausing
from model import schema


def file_of(url: str) -> Path:
    """Give the file of an SQLite address."""
    return Path(url.removeprefix("sqlite:///"))


def dump(url: str, place: Path) -> dict[str, int]:
    """Copy the database as it is at one moment, while others write; how many rows each table of the copy has."""
    with closing(sqlite3.connect(file_of(url), timeout=60)) as live:
        live.execute("VACUUM INTO ?", (str(place),))
    return _rows(place)


def bring_back(url: str, copy: Path, manifest: Manifest, now: datetime) -> None:
    """Check the copy, bring it up, pause its outbox, and put it in place. Raises CannotRestore."""
    _check(copy, manifest)
    schema.upgrade(f"sqlite:///{copy}")
    engine = create_engine(f"sqlite:///{copy}")
    with Session(engine) as session, session.begin():
        pausing.pause(session, now, datetime.fromisoformat(manifest.made_at))
    engine.dispose()
    file_of(url).parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(file_of(url), timeout=60)) as live:
        source.backup(live)


def _check(copy: Path, manifest: Manifest) -> None:
    try:
        with closing(sqlite3.connect(copy)) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if not whole or _rows(copy) != manifest.rows:
            raise CannotRestore("The backup is damaged: its tables aren't those that its manifest tells of.")
    except (sqlite3.DatabaseError, DatabaseError) as fault:
        raise CannotRestore("The backup is damaged: its database can't be read.") from fault


def _rows(file: Path) -> dict[str, int]:
    engine = create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            return counted(connection)
    finally:
        engine.dispose()
