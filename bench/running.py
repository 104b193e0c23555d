"""A product that runs: its server, somebody logged in, a visitor, and its tables as the benchmark looks at them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, text

from bench.client import Client
from bench.data.filled import opened
from bench.peers.settings import ACCOUNT
from bench.products import Product
from bench.served import Server, cpu_of

PLACE = ("PATH", "HOME", "LANG", "TZ")


@dataclass(frozen=True, slots=True)
class Tables:
    """How a product calls what every one of them has: cases, what happened to them, mails; and its overdue actions."""

    case: str
    event: str
    mail: str
    number: str
    back: tuple[str, ...]
    unremind: tuple[str, ...]


SMALL = Tables(
    case="cases",
    event="event",
    mail="outbox",
    number="ref",
    back=("UPDATE cases SET state = 'at_faculty' WHERE id IN ({ids}) AND state <> 'at_faculty'",),
    unremind=(
        "UPDATE action SET reminded_at = NULL, reminders = 0 WHERE reminders > 0",
        "DELETE FROM outbox WHERE kind = 'reminder'",
    ),
)
OWN = Tables(
    case="subject",
    event="journal_entry",
    mail="outgoing_mail",
    number="number",
    back=(
        "DELETE FROM clock WHERE name = 'in_progress' AND subject_id IN ({ids})",
        "UPDATE clock SET stopped_at = NULL WHERE name = 'at_faculty' AND subject_id IN ({ids})",
        "UPDATE subject SET state = 'at_faculty' WHERE id IN ({ids}) AND state <> 'at_faculty'",
    ),
    unremind=(
        "DELETE FROM outgoing_mail WHERE event_key LIKE 'clock:%' OR name = 'reminders'",
        """UPDATE clock SET next_at = due_at, reminded_until = {reminded}
            WHERE name = 'action_due' AND stopped_at IS NULL AND due_at < {now}""",
    ),
)


class Books:
    """A product's tables, as the benchmark looks at them and puts them back."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.tables = OWN if product.own_tables else SMALL
        self.engine: Engine = opened(product.url)

    def database_cpu(self) -> float:
        """Seconds of processor time that the database's processes for this product have taken; 0 for SQLite."""
        if self.engine.dialect.name == "sqlite":
            return 0.0
        query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with self.engine.connect() as connection:
            return sum(cpu_of(pid) for (pid,) in connection.execute(text(query)))

    def value(self, query: str, **given: object) -> int:
        """One number."""
        with self.engine.connect() as connection:
            return int(connection.execute(text(query), given).scalar() or 0)

    def marks(self) -> Mapping[str, int]:
        """The highest id of cases, events and mails."""
        names = (self.tables.case, self.tables.event, self.tables.mail)
        return {name: self.value(f"SELECT max(id) FROM {name}") for name in names}  # noqa: S608 - our own names

    def added(self, marks: Mapping[str, int]) -> tuple[int, ...]:
        """How many cases, events and mails there are above these marks."""
        return tuple(self.value(f"SELECT count(*) FROM {name} WHERE id > :id", id=mark) for name, mark in marks.items())  # noqa: S608

    def move_back(self) -> None:
        """Put the cases that moves are measured with where they were."""
        numbers = ", ".join(f"'{number}'" for _, number in self.product.expected.moved)
        ids = f"SELECT id FROM {self.tables.case} WHERE {self.tables.number} IN ({numbers})"  # noqa: S608
        self._run(statement.format(ids=ids) for statement in self.tables.back)

    def forget_reminders(self) -> None:
        """Let nobody have been reminded of the overdue actions."""
        sqlite = self.engine.dialect.name == "sqlite"
        now = "datetime('now')" if sqlite else "now()"
        reminded = "datetime('now', '-9 days')" if sqlite else "now() - interval '9 days'"
        self._run(statement.format(now=now, reminded=reminded) for statement in self.tables.unremind)

    def _run(self, statements: Iterator[str]) -> None:
        with self.engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))


class Running(Books):
    """One product, up and logged in; `handler` and `visitor` are connections of their own."""

    def __init__(self, product: Product, *, counting: bool = False) -> None:
        super().__init__(product)
        place = {name: os.environ[name] for name in PLACE if name in os.environ}
        environment = {**place, **product.settings(), **({"BENCH_COUNT": "1"} if counting else {})}
        log = product.data.folder.parent / f"{product.key}.log"
        self.server = Server(product.command(), environment, product.form_path, log, product.told)
        self.handler, self.visitor = Client(self.server.port), Client(self.server.port)
        product.login(self.handler)
        self.counter = self.handler
        if product.counter != ACCOUNT:
            self.counter = Client(self.server.port)
            product.login(self.counter, product.counter)

    def begin(self) -> None:
        """Let both connections count anew."""
        for each in (self.handler, self.visitor, self.counter):
            each.begin()

    def stop(self) -> None:
        """End it."""
        for each in (self.handler, self.visitor, self.counter):
            each.close()
        self.server.stop()
        self.engine.dispose()

    def sweep(self) -> int:
        """Run what is due; give how many mails were written."""
        return int(json.loads(self.visitor.post("/bench/sweep", {}))["mails"])
