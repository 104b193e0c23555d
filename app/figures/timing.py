"""How long work took: a clock's runs, in time, late, and how long the middle one took."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from app.workflow.counting import DAY, Lengths


@dataclass(frozen=True, slots=True)
class Timing:
    """Runs of one clock; the `extended` ones are among the others.

    `days` is the middle finished run's length in days, None when none has finished.
    """

    label: str
    in_time: int = 0
    late: int = 0
    running: int = 0
    overdue: int = 0
    extended: int = 0
    days: float | None = None

    @property
    def all(self) -> int:
        """Every run."""
        return self.in_time + self.late + self.running + self.overdue


def timings(clocks: Mapping[str, str], runs: Iterable[Lengths]) -> list[Timing]:
    """Put the runs of each clock, name -> label, together."""
    found: dict[str, list[Lengths]] = {name: [] for name in clocks}
    for each in runs:
        found[each.clock].append(each)
    return [_timing(label, found[name]) for name, label in clocks.items()]


def _timing(label: str, alike: Sequence[Lengths]) -> Timing:
    def runs(*, finished: bool, late: bool) -> int:
        return sum(each.runs for each in alike if (each.finished, each.late) == (finished, late))

    return Timing(
        label=label,
        in_time=runs(finished=True, late=False),
        late=runs(finished=True, late=True),
        running=runs(finished=False, late=False),
        overdue=runs(finished=False, late=True),
        extended=sum(each.extended for each in alike),
        days=_middle([each for each in alike if each.finished]),
    )


def _middle(alike: Sequence[Lengths]) -> float | None:
    """The middle run's length in days, or that between the two middle ones; each takes the mean of those like it."""
    ordered = sorted((each.seconds or 0.0, each.runs) for each in alike)
    ends = list(accumulate(n for _, n in ordered))
    if not ends:
        return None
    both = ((ends[-1] - 1) // 2, ends[-1] // 2)
    return sum(ordered[bisect_right(ends, place)][0] for place in both) / 2 / DAY
