"""What came out, room by room: as JSON, and as a table in Markdown."""

from collections import Counter
from collections.abc import Iterable
from math import sqrt

from bench.mutants.running import Outcome

Z = 1.96
"""Of a 95 % interval."""


def wilson(hits: int, size: int) -> tuple[float, float]:
    """Give the interval that the share lies in, 95 times in 100."""
    if size == 0:
        return 0.0, 1.0
    share, square = hits / size, Z * Z
    middle = (share + square / (2 * size)) / (1 + square / size)
    around = Z / (1 + square / size) * sqrt(share * (1 - share) / size + square / (4 * size * size))
    return max(0.0, middle - around), min(1.0, middle + around)


def rows(outcomes: Iterable[tuple[str, Outcome]], equivalent: dict[str, str]) -> list[dict]:
    """Give a row for each mutant."""
    return [
        {
            "room": room,
            "mutant": outcome.job.mutant.name,
            "line": outcome.job.mutant.line,
            "end": "equivalent" if _same(outcome, equivalent) else outcome.end,
            "by": outcome.by,
            "tests": len(outcome.job.tests),
            "left out": outcome.job.left_out,
            "seconds": round(outcome.took, 1),
        }
        for room, outcome in outcomes
    ]


def _same(outcome: Outcome, equivalent: dict[str, str]) -> bool:
    return outcome.end in ("survived", "untested") and outcome.job.mutant.name in equivalent


def figures(found: list[dict], populations: dict[str, int]) -> list[dict]:
    """Count: killed of those that can be, by room and in all."""
    counted = []
    for room in [*populations, "all"]:
        ends = Counter(row["end"] for row in found if room in ("all", row["room"]))
        size = sum(ends.values()) - ends["equivalent"]
        if size == 0:
            continue
        killed = ends["killed"] + ends["timeout"]
        low, high = wilson(killed, size)
        counted.append(
            {
                "room": room,
                "mutants there are": populations.get(room) or sum(populations.values()),
                "tried": size,
                "killed": killed,
                "by a timeout": ends["timeout"],
                "survived": size - killed,
                "equivalent": ends["equivalent"],
                "share": round(killed / size, 4),
                "interval": [round(low, 4), round(high, 4)],
            }
        )
    return counted


def table(counted: list[dict]) -> str:
    """Give the figures as Markdown."""
    lines = [
        "| room | mutants there are | tried | killed | survived | equivalent, left out | killed, % | 95 % interval |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for row in counted:
        low, high = row["interval"]
        killed = f"{row['killed']}" + (f" ({row['by a timeout']} by a timeout)" if row["by a timeout"] else "")
        lines.append(
            f"| {row['room']} | {row['mutants there are']} | {row['tried']} | {killed} | {row['survived']} "
            f"| {row['equivalent']} | {row['share'] * 100:.1f} | {low * 100:.1f} - {high * 100:.1f} |"
        )
    return "\n".join(lines)
