"""SQLite set up for every peer on SQLAlchemy as the product sets it up."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event

from bench.peers.settings import PRAGMAS


def tune(engine: Engine) -> None:
    """Set the pragmas on each new connection."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set)


def _set(connection: Any, _record: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
