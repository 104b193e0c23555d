"""Filling tables as fast as each database can: rows gathered, then COPY or executemany."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol, Self

import psycopg
from psycopg import sql

BATCH = 20_000
_encode = json.JSONEncoder().encode


class Bulk(Protocol):
    """Rows on their way into tables; `columns` names each table's, in the order in which rows give them."""

    columns: Mapping[str, Sequence[str]]

    def add(self, table: str, row: Sequence[Any]) -> None:
        """Put one row in."""

    def run(self, statements: Iterable[str]) -> None:
        """Run statements at once."""


class _Gathering:
    def __init__(self, columns: Mapping[str, Sequence[str]]) -> None:
        self.columns = columns
        self._rows: dict[str, list[Sequence[Any]]] = {name: [] for name in columns}

    def add(self, table: str, row: Sequence[Any]) -> None:
        self._rows[table].append(row)

    def flush(self, least: int = 1) -> None:
        """Write what there is of tables that have at least so many rows waiting; in the tables' order."""
        if not any(len(rows) >= least for rows in self._rows.values()):
            return
        for table, rows in self._rows.items():
            if rows:
                self._write(table, rows)
                rows.clear()

    def _write(self, table: str, rows: list[Sequence[Any]]) -> None:
        raise NotImplementedError


class Sqlite(_Gathering):
    """Into a file that nobody else uses."""

    def __init__(self, path: str, columns: Mapping[str, Sequence[str]]) -> None:
        super().__init__(columns)
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-200000", "foreign_keys=OFF"):
            self._connection.execute(f"PRAGMA {pragma}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failed: object) -> None:
        if failed[0] is None:
            self.flush()
            self._connection.execute("ANALYZE")
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.close()

    def run(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self._connection.execute(statement)

    def _write(self, table: str, rows: list[Sequence[Any]]) -> None:
        names = ", ".join(self.columns[table])
        marks = ", ".join("?" * len(self.columns[table]))
        self._connection.execute("BEGIN")
        kinds = AS_SQLITE
        insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
        self._connection.executemany(
            insert, ([kinds[type(v)](v) if type(v) in kinds else v for v in row] for row in rows)
        )
        self._connection.execute("COMMIT")


def _moment(value: datetime) -> str:
    """As SQLAlchemy and Django both read it back."""
    return value.isoformat(" ", "microseconds")[:26]


AS_SQLITE: Mapping[type, Callable[[Any], Any]] = {
    datetime: _moment,
    date: date.isoformat,
    dict: _encode,
    list: _encode,
}


class Postgresql(_Gathering):
    """Into a database that nobody else uses."""

    def __init__(self, url: str, columns: Mapping[str, Sequence[str]]) -> None:
        super().__init__(columns)
        self._connection = psycopg.connect(url)
        self._connection.execute("SET synchronous_commit = off")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failed: object) -> None:
        if failed[0] is None:
            self.flush()
            for table in self.columns:
                self._go_on_counting(table)
            self._connection.execute("SET synchronous_commit = on")  # else VACUUM finds no page yet that all can see
            self._connection.commit()
            self._connection.autocommit = True
            self._connection.execute("VACUUM ANALYZE")
        self._connection.close()

    def run(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self._connection.execute(statement)

    def _write(self, table: str, rows: list[Sequence[Any]]) -> None:
        names = sql.SQL(", ").join(map(sql.Identifier, self.columns[table]))
        copy = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
        with self._connection.cursor().copy(copy) as into:
            for row in rows:
                into.write_row([_encode(value) if isinstance(value, dict | list) else value for value in row])

    def _go_on_counting(self, table: str) -> None:
        """Let the table's own numbers go on after the highest."""
        if "id" not in self.columns[table]:
            return
        sequence = self._connection.execute("SELECT pg_get_serial_sequence(%s, 'id')", (table,)).fetchone()
        if sequence and sequence[0]:
            last = sql.SQL("SELECT setval(%s, (SELECT coalesce(max(id), 1) FROM {}))").format(sql.Identifier(table))
            self._connection.execute(last, sequence)


def into(url: str, columns: Mapping[str, Sequence[str]]) -> Sqlite | Postgresql:
    """Open the way into the database at `url`."""
    if url.startswith("sqlite:///"):
        return Sqlite(url.removeprefix("sqlite:///"), columns)
    return Postgresql(url, columns)
