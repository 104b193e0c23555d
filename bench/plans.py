"""How the database goes about each work: none may go through a great table, and no list may be sorted whole.

    python -m bench.plans --size 1m --database postgresql://user@127.0.0.1/postgres

`make bench` asks this, too, and fails on what it finds. PostgreSQL reads few rows one after the other whatever indexes
there are; so below a hundred thousand cases it is asked what it would do if that were dear.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from app.workflow.reminding import run_due
from bench.__main__ import SIZES
from bench.profiled import Inside, within
from bench.serve import CLOCKS
from bench.work import FAR, LIST, WORKS

GREAT = ("subject", "journal_entry", "journal_seal", "clock")
SMALL_INDEX = "ix_subject_shut"
"""Has only the few cases that somebody is shut out of."""
SORTED = "USE TEMP B-TREE FOR ORDER BY"
IN_ORDER = {LIST, FAR}
"""Works whose rows come in the order of an index."""
MANY_SORTED = 10_000
"""Rows of the great tables."""
ENOUGH = 100_000
ASKED = ("SELECT", "UPDATE", "WITH", "DELETE")


@contextmanager
def heard(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are sent meanwhile, with what they are given."""
    sent: list[tuple[str, Any]] = []

    def hear(_connection: object, _cursor: object, statement: str, given: Any, _context: object, many: bool) -> None:
        if not many and statement.lstrip().startswith(ASKED):
            sent.append((statement, given))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def steps_on_sqlite(connection: Connection, statement: str, given: Any) -> list[str]:
    """What SQLite would do, step by step."""
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]


def through_all(steps: Sequence[str], tables: Sequence[str] = GREAT) -> list[str]:
    """Steps that go through a whole great table, or through all of an index of one, or make an index for themselves."""
    whole = [step.split() for step in steps if step.startswith("SCAN ") or "USING AUTOMATIC" in step]
    return [" ".join(words) for words in whole if words[1] in tables and words[-1] != SMALL_INDEX]


def faults_on_sqlite(connection: Connection, work: str, statement: str, given: Any) -> list[str]:
    """What is wrong with a statement of a work."""
    steps = steps_on_sqlite(connection, statement, given)
    page = work in IN_ORDER and "ORDER BY subject." in statement
    return through_all(steps) + [step for step in steps if page and step == SORTED]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan of PostgreSQL's and all within it."""
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


def faults_on_postgresql(connection: Connection, _work: str, statement: str, given: Any) -> list[str]:
    """What is wrong with a statement."""
    [[[told]]] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given).all()
    found = []
    for node in nodes(told["Plan"]):
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in GREAT:
            found.append(f"goes through {node['Relation Name']}")
        many = node["Node Type"] == "Sort" and node["Plan Rows"] > MANY_SORTED
        if many and any(each.get("Relation Name") in GREAT for each in nodes(node)):
            found.append(f"sorts {node['Plan Rows']} rows")
    return found


def statements(inside: Inside, engine: Engine) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """(work, what it sends once everything that is kept in memory is there); a sweep is the last."""
    for work in WORKS:
        for _ in range(2):
            [item] = work.ready(inside, 1)  # type: ignore[arg-type]
            with heard(engine) as sent:
                work.once(inside, item)  # type: ignore[arg-type]
        yield work.short, sent
    inside.forget_reminders()
    with heard(engine) as sent, Session(engine) as session, session.begin():
        run_due(session, datetime.now(UTC), CLOCKS)
    yield "W6", sent


def faults(inside: Inside, engine: Engine, count: int) -> Iterator[str]:
    """What the database does amiss, work by work."""
    sqlite = engine.dialect.name == "sqlite"
    look = faults_on_sqlite if sqlite else faults_on_postgresql
    for name, sent in statements(inside, engine):
        with engine.connect() as connection:
            if not sqlite and count < ENOUGH:
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            for statement, given in sent:
                yield from (f"{name}: {each}: {statement[:300]}" for each in look(connection, name, statement, given))


def main() -> None:
    """Fill, look, and say what is amiss; the exit code is 1 where something is."""
    parser = argparse.ArgumentParser(prog="bench.plans", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="10k")
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    os.environ.setdefault("PASSWORD_HASH_METHOD", "scrypt:1024:8:1")
    with within(asked.database, asked.size) as (inside, engine):
        found = list(faults(inside, engine, SIZES[asked.size]))
    print("\n".join(found) or "Every work finds its rows by an index.")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
