"""The figures as a page of Markdown: each work, every product, and how many times the product's own cost that is."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.figures import Ratio, quartiles, ratio, shown

OWN = "own"
Figures = Mapping[str, Any]


def markdown(figures: Figures) -> str:
    """Write it."""
    return "\n".join(_page(figures)) + "\n"


def _page(figures: Figures) -> Iterator[str]:
    machine = figures["machine"]
    yield f"# {figures['name']}: {figures['count']:,} cases"
    yield ""
    yield (
        f"{figures['at']}, {figures['rounds']} rounds of {figures['times']}, {machine['cores']} cores, Python "
        f"{machine['python']}, load before {machine['load_before']:.1f}. Milliseconds: median (quartiles). "
        "A ratio is a product's cost over ours, round by round: above 1 ours is cheaper; in brackets where it lies in "
        "95 of 100 draws of the rounds. CPU is of the server's processes (and the database's), for each time."
    )
    for short, work in figures["works"].items():
        far = f", page {figures['far_page']}" if "far" in short else ""
        yield from ("", f"## {short}: {work['label']}{far}", "")
        yield from _work(figures, short, work["products"])
    yield from _starts(figures)
    yield from _reminders(figures)
    yield from _inside(figures)


def _rows(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(str(each) for each in row) + " |"


def _work(figures: Figures, short: str, products: Figures) -> Iterator[str]:
    own, rows = products.get(OWN, {}), []
    for key, found in products.items():
        name, queries = figures["products"][key], figures["queries"].get(key, {}).get(short, "")
        if not found["waits_ms"]:
            rows.append((name, found.get("fault", "not measured"), *("",) * 5))
            continue
        waits = [wait for each in found["waits_ms"] for wait in each]
        kept = (found["bytes"] // 1024, queries)
        rows.append(
            (name, _spread(waits), _ratio(_medians(own), _medians(found)), _cpu(found), _of_cpu(own, found), *kept)
        )
    if limit := figures.get("limit", {}).get(short):
        rows.append(("SQL alone", f"{limit['ms']:.2f}", "", "", "", "", ""))
    if key := figures.get("limit", {}).get(f"{short}, by key"):
        rows.append(("SQL alone, by key", f"{key['ms']:.2f}", "", "", "", "", ""))
    yield from _rows(("", "ms", "ratio", "CPU ms", "CPU ratio", "KB", "statements"), rows)


def _spread(values: Sequence[float]) -> str:
    low, middle, high = quartiles(values)
    return f"{middle:.1f} ({low:.1f}-{high:.1f})"


def _medians(found: Figures) -> list[float]:
    return [statistics.median(each) for each in found.get("waits_ms", ())]


def _whole(found: Figures) -> list[float]:
    both = zip(found.get("cpu_ms", ()), found.get("database_cpu_ms", ()), strict=True)
    return [server + database for server, database in both]


def _cpu(found: Figures) -> str:
    server, database = statistics.median(found["cpu_ms"]), statistics.median(found["database_cpu_ms"])
    return f"{server:.1f} + {database:.1f}" if database else f"{server:.1f}"


def _ratio(own: Sequence[float], others: Sequence[float]) -> Ratio | str:
    return ratio(own, others) if own and len(own) == len(others) else ""


def _of_cpu(own: Figures, found: Figures) -> Ratio | str:
    return _ratio(_whole(own), _whole(found))


def _starts(figures: Figures) -> Iterator[str]:
    yield from ("", "## W8: from the process's start to its first page; memory", "")
    rows = []
    for key, found in figures["starts"].items():
        seconds, cpu = found["seconds"], found["cpu"]
        times = (_seconds(seconds), _seconds(cpu)) if seconds else ("", "")
        rows.append((figures["products"][key], *times, round(found["memory_mb"])))
    yield from _rows(("", "s", "CPU s", "MB at most, after all works"), rows)


def _seconds(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f}"


def _reminders(figures: Figures) -> Iterator[str]:
    yield from ("", "## W6: reminders of overdue actions", "")
    told = {key: each for key, each in figures["reminders"].items() if each["ms"]}
    rows = [
        (figures["products"][key], each["actions"], each["mails"], f"{statistics.median(each['us_per_mail']):.0f}")
        for key, each in told.items()
    ]
    if limit := figures.get("limit", {}).get("W6"):
        rows.append(("SQL alone", limit["mails"], limit["mails"], f"{limit['us_per_mail']:.0f}"))
    yield from _rows(("", "overdue actions", "mails", "µs a mail"), rows)


def _inside(figures: Figures) -> Iterator[str]:
    inside = figures.get("inside")
    if not inside:
        return
    yield from ("", "## Inside", "")
    rows = [(name, f"{value:,.1f} µs") for name, value in inside["engine"].items()]
    moves = figures["works"].get("W2", {}).get("products", {}).get(OWN, {}).get("cpu_ms")
    if moves:
        part = inside["engine"]["one move of the machine"] / 1000 / statistics.median(moves)
        rows.append(("the machine's share of a move's CPU", f"{100 * part:.1f} %"))
    rows += [
        (f"mails claimed and finished by two processes, {how}", f"{n:,} a second")
        for how, n in inside["outbox"].items()
    ]
    dry = inside["dry run"]
    times = shown(dry["seconds"] / dry["plain"])
    said = f"{dry['seconds']:.2f} s for {dry['open']} open cases, {times}x plain SQL"
    rows.append((f"dry run, {dry['draft']}", said))
    yield from _rows(("", ""), rows)
