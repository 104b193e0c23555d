"""Rounds: every product in turn, there and back again, so that whatever else the machine does hits all alike."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bench.products import Product
from bench.running import Running
from bench.work import Work, Wrong

COLD_STARTS = 3


@dataclass
class Measured:
    """One product at one work: `waits` milliseconds of each time by round, `cpu` of its processes a time by round."""

    waits: list[list[float]] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    database_cpu: list[float] = field(default_factory=list)
    queries: int = 0
    size: int = 0
    fault: str = ""

    def told(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "waits_ms": [[round(each, 3) for each in waits] for waits in self.waits],
            "cpu_ms": [round(each, 3) for each in self.cpu],
            "database_cpu_ms": [round(each, 3) for each in self.database_cpu],
            "bytes": self.size,
            **({"fault": self.fault} if self.fault else {}),
        }


def one_round(running: Running, work: Work, count: int, measured: Measured) -> None:
    """Do a work so many times, and keep what it cost."""
    items = work.ready(running, count)
    before = running.marks() if work.cases is not None else None
    waits: list[float] = []
    size = queries = 0
    cpu, database = running.server.cpu(), running.database_cpu()
    gc.disable()  # the harness's own pauses are nobody's
    for item in items:
        running.begin()
        client = work.once(running, item)
        waits.append(client.seconds * 1000)
        size, queries = client.size, client.queries
    gc.enable()
    cpu, database = running.server.cpu() - cpu, running.database_cpu() - database
    if before is not None:
        work.check(running, before, len(items))
    measured.waits.append(waits)
    measured.cpu.append(cpu * 1000 / len(waits))
    measured.database_cpu.append(database * 1000 / len(waits))
    measured.size, measured.queries = size, queries


def in_turn(products: Sequence[Running], number: int) -> list[Running]:
    """The order of a round: there in one, back in the next."""
    return list(products) if number % 2 == 0 else list(reversed(products))


def measure(products: Sequence[Running], work: Work, rounds: int, count: int, tell: Callable[[str], None]) -> dict:
    """Let all do the work in turn; give what each has cost, by key. Who does it wrongly is left out of it."""
    found = {each.product.key: Measured() for each in products}
    able = []
    for each in products:
        try:
            one_round(each, work, 2, Measured())
            able.append(each)
        except Wrong as wrong:
            found[each.product.key].fault = str(wrong)
            tell(str(wrong))
    for number in range(rounds):
        for each in in_turn(able, number):
            one_round(each, work, count, found[each.product.key])
    for each in able:
        mine = found[each.product.key]
        waits = statistics.median(wait for waits in mine.waits for wait in waits)
        tell(f"  {each.product.name:20} {waits:8.2f} ms  cpu {statistics.median(mine.cpu):8.2f} ms")
    return found


@dataclass
class Started:
    """How long a product takes until its first page, in seconds, with the processor time of that; memory in the end."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory_mb: float = 0.0


def count_queries(product: Product, works: Sequence[Work]) -> dict[str, int]:
    """Statements of each work once it is warm, by a server that counts them."""
    running = Running(product, counting=True)
    found = {}
    try:
        for work in works:
            measured = Measured()
            with suppress(Wrong):
                one_round(running, work, 2, measured)
                found[work.short] = measured.queries
    finally:
        running.stop()
    return found


def cold_starts(products: Sequence[Product], times: int, tell: Callable[[str], None]) -> dict[str, Started]:
    """Start and stop each in turn; the first start of each, which makes tables of its own, went before."""
    found = {each.key: Started() for each in products}
    for number in range(times):
        for each in products if number % 2 == 0 else reversed(products):
            running = Running(each)
            found[each.key].seconds.append(running.server.seconds)
            found[each.key].cpu.append(running.server.cpu())
            running.stop()
    for each in products:
        if found[each.key].seconds:
            tell(f"  {each.name:20} {statistics.median(found[each.key].seconds):8.2f} s to the first page")
    return found
