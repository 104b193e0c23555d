"""One benchmark: data, products side by side, what is measured inside, and the figures as JSON and Markdown."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import rounds, sweeping
from bench.data.filled import FOLDER, Data, copies, opened
from bench.expected import Expected, expect
from bench.inside import limit
from bench.inside.all import measured as measured_inside
from bench.own import Own
from bench.products import Bare, Builder, Django, FlaskAdmin, Product, TunedDjango
from bench.running import Running
from bench.table import markdown
from bench.work import WORKS, Work

RESULTS = Path(__file__).parent / "results"
ALL: tuple[type[Product], ...] = (Own, Bare, FlaskAdmin, Builder, Django, TunedDjango)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured: so many `times` in each of so many `rounds`; empty `products` and `works` are all.

    Without cold `starts` it is a quick look: the very servers that are measured count statements, too.
    """

    size: str
    count: int
    server: str = ""
    rounds: int = 8
    times: int = 6
    products: tuple[str, ...] = ()
    works: tuple[str, ...] = ()
    starts: int = 3
    inside: bool = True
    folder: Path = FOLDER
    results: Path = RESULTS

    @property
    def name(self) -> str:
        """What its results are called."""
        return f"{'postgresql' if self.server else 'sqlite'}-{self.size}"


def say(text: str) -> None:
    """Tell how far it is."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", flush=True)


def run(plan: Plan, tell: Callable[[str], None] = say) -> Path:
    """Measure; give the file with the table, beside which lies the JSON of the same name."""
    began, busy = time.monotonic(), os.getloadavg()[0]
    tell(f"{plan.count} cases")
    with copies(plan.server, plan.count, plan.folder) as data:
        expected = expected_of(data)
        figures = {}
        if plan.inside:
            tell("inside")
            figures = {"limit": limit.measured(data, expected), "inside": measured_inside(data)}
        figures |= _measure(plan, data, expected, tell)
    asked = {name: getattr(plan, name) for name in ("size", "count", "rounds", "times")}
    machine = {"cores": os.cpu_count(), "load_before": busy, "python": platform.python_version()}
    at = {"at": datetime.now(UTC).isoformat("T", "seconds"), "seconds": round(time.monotonic() - began)}
    figures = {"name": plan.name, **asked, **at, "machine": machine, "far_page": expected.far, **figures}
    plan.results.mkdir(parents=True, exist_ok=True)
    (plan.results / f"{plan.name}.json").write_text(json.dumps(figures, indent=1) + "\n")
    told = plan.results / f"{plan.name}.md"
    told.write_text(markdown(figures))
    return told


def expected_of(data: Data) -> Expected:
    """Ask both databases what each work must come to."""
    engines = opened(data.small), opened(data.own)
    expected = expect(data, *engines)
    for each in engines:
        each.dispose()
    return expected


def _measure(plan: Plan, data: Data, expected: Expected, tell: Callable[[str], None]) -> dict[str, Any]:
    products = [made for each in ALL if (made := each(data, expected)).there]
    products = [each for each in products if not plan.products or each.key in plan.products]
    works = [each for each in WORKS if not plan.works or each.short in plan.works]
    queries, starts = {}, {each.key: rounds.Started() for each in products}
    if plan.starts:
        for each in products:
            tell(f"statements of {each.name}")
            queries[each.key] = rounds.count_queries(each, works)
        starts = rounds.cold_starts(products, plan.starts, tell)
    with started(products, counting=not plan.starts) as running:
        measured = {work.short: _measure_work(plan, running, work, tell) for work in works}
        tell("reminders")
        swept = sweeping.measured(running, expected)
        for each in running:
            starts[each.product.key].memory_mb = each.server.memory()
    if not plan.starts:
        queries = {each.key: {short: found[each.key].queries for short, found in measured.items()} for each in products}
    return {
        "products": {each.key: each.name for each in products},
        "works": {
            work.short: {
                "label": work.label,
                "products": {key: each.told() for key, each in measured[work.short].items()},
            }
            for work in works
        },
        "queries": queries,
        "starts": {key: asdict(each) for key, each in starts.items()},
        "reminders": swept,
    }


def _measure_work(plan: Plan, running: Sequence[Running], work: Work, tell: Callable[[str], None]) -> Any:
    tell(f"{work.short} {work.label}")
    times = max(1, round(plan.times * work.share))
    return rounds.measure(running, work, plan.rounds, times, tell)


@contextmanager
def started(products: Sequence[Product], *, counting: bool = False) -> Iterator[list[Running]]:
    """Start them all, and end them afterwards."""
    running: list[Running] = []
    try:
        for each in products:
            running.append(Running(each, counting=counting))  # noqa: PERF401 - those that run are stopped whatever comes
        yield running
    finally:
        for each in running:
            each.stop()
