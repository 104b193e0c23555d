"""How long work took: a clock's runs, in time, late, and how long the middle one took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from app.workflow.context import Context
from app.workflow.counting import Choice, timed

DAY = timedelta(days=1)


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


def timing(context: Context, clock: str, label: str, choice: Choice) -> Timing:
    """Count the clock's runs in the chosen cases."""
    found = [run for _, run in timed(context, (), clock, choice)]
    ended = [(run.started, run.due, run.stopped) for run in found if run.stopped is not None]
    late = sum(due is not None and stop > due for _, due, stop in ended)
    overdue = sum(run.stopped is None and run.due is not None and context.now > run.due for run in found)
    return Timing(
        label=label,
        in_time=len(ended) - late,
        late=late,
        running=len(found) - len(ended) - overdue,
        overdue=overdue,
        extended=sum(run.extended for run in found),
        days=median((stop - start) / DAY for start, _, stop in ended) if ended else None,
    )
