"""What a search costs beside the same list without one: processor time, and the database's plan.

python -m bench.searching --size 100k
python -m bench.searching --size 100k --database postgresql://user@127.0.0.1/postgres --plans

Each line is the middle of ten rounds, in which every page is read once: milliseconds of processor time (ours, and that
of PostgreSQL's processes), the ratio to the list of the same tab, cases found.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from sqlalchemy import event, text

from bench.__main__ import SIZES
from bench.data.facts import RARE
from bench.profiled import Inside, within
from model import searching

ROUNDS = 10
WORDS = {
    "the list itself": "",
    "a rare word": RARE,
    "a word in every case": "avvik",
    "a word that no case has": "xylofon",
    "such a word of pieces that many have": "avvikling",
    "part of a word that some have": "777",
    "a rare word and one in every case": f"avvik {RARE}",
    "two letters": "nø",
    "a number": "2024-0077",
}
LISTS = {"mine": "tab=mine", "all": "tab=all", "all, newest": "tab=all&sort=-submitted_at"}
INDEXED = {
    "sqlite": f"SELECT sum(length(block)) FROM {searching.TABLE}_data",  # noqa: S608 - our own names
    "postgresql": f"SELECT pg_relation_size('{searching.INDEX}')",
}


def pages() -> Iterator[tuple[str, str, str]]:
    """Each page as (list, what is looked for, address); the list itself first."""
    for name, asked in LISTS.items():
        for said, words in WORDS.items():
            yield name, said, f"/cases/?{asked}&q={quote(words)}" if words else f"/cases/?{asked}"


def measured(inside: Inside, server: Any) -> dict[tuple[str, str], list[float]]:
    """Milliseconds of processor time of each page, round by round."""
    found: dict[tuple[str, str], list[float]] = {(tab, said): [] for tab, said, _ in pages()}
    for nth in range(ROUNDS + 1):
        for tab, said, address in pages():
            before = time.process_time() + server()
            inside.handler.get(address)
            after = time.process_time() + server()
            if nth:
                found[tab, said].append((after - before) * 1000)
    return found


def tell(found: dict[tuple[str, str], list[float]], inside: Inside) -> None:
    """Print the table."""
    for tab, said, address in pages():
        own, beside = (statistics.median(found[tab, each]) for each in (said, next(iter(WORDS))))
        count = inside.handler.get(address).count("data-case=")
        print(f"| {tab} | {said} | {own:.1f} | {own / beside:.2f} | {count} |")


def plans(inside: Inside, engine: Any) -> None:
    """Print how the database answers each page's list."""
    sent: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, given, *_: sent.append((statement, given)))
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN (ANALYZE, BUFFERS) "
    for tab, said, address in pages():
        sent.clear()
        inside.handler.get(address)
        statement, given = max(sent, key=lambda each: len(each[0]))
        print(f"\n== {tab}: {said}")
        with engine.connect() as connection:
            for row in connection.exec_driver_sql(explain + statement, given):
                print("  ", row[-1][:170])


def main() -> None:
    """Fill, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="10k")
    parser.add_argument("--database", default="")
    parser.add_argument("--plans", action="store_true")
    asked = parser.parse_args()
    with within(asked.database, asked.size) as (inside, engine):
        if asked.plans:
            plans(inside, engine)
            return
        tell(measured(inside, inside.database_cpu), inside)
        with engine.connect() as connection:
            size = connection.scalar(text(INDEXED[engine.dialect.name]))
        print(f"The index has {size / 1e6:.1f} MB.")


if __name__ == "__main__":
    main()
