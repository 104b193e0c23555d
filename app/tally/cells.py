"""What cases add to tallies: which cells, and how much."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import floor, log
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select, true

from app.language.definition import Report
from app.tally.kept import timed
from app.workflow.context import Context
from app.workflow.counting import NAMED, Choice, chosen, column
from model import Clock, Subject

HOUR = timedelta(hours=1)
EXACT = 48
"""Hours up to which lengths are alike within the hour; beyond, within a fiftieth of their length."""
STEP = log(1.02)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Cell(NamedTuple):
    """All that makes cases, or runs of a clock, alike: the columns of `model.Tally`."""

    report: str
    clock: str
    year: int
    flow: str
    unit_id: int | None
    area_id: int | None
    answers: str = "[]"
    finished: bool = False
    late: bool = False
    length: int = 0
    below: bool = False

    @property
    def text(self) -> str:
        """What it is found by."""
        return json.dumps(self)


class Amount(NamedTuple):
    """How many there are, how many seconds they took in all, and for how many a new date was promised."""

    runs: int = 0
    seconds: int = 0
    extended: int = 0

    def plus(self, other: Amount) -> Amount:
        """Both together."""
        return Amount(self.runs + other.runs, self.seconds + other.seconds, self.extended + other.extended)

    @property
    def negative(self) -> Amount:
        """What takes it away."""
        return Amount(-self.runs, -self.seconds, -self.extended)


Added = dict[Cell, Amount]


def gather(
    context: Context, reports: Iterable[Report], ids: Collection[int], scope: ColumnElement[bool] | None = None
) -> dict[int, Added]:
    """Give what each of these cases adds, by its id; of those within the scope alone, where there is one."""
    found: dict[int, Added] = defaultdict(dict)
    for report in reports:
        choice = Choice(true() if scope is None else scope, report.of, report.when)
        for each in (_cases, _runs):
            for subject, cell, amount in each(context, report, choice, ids):
                found[subject][cell] = found[subject].get(cell, Amount()).plus(amount)
    return found


Found = Iterator[tuple[int, Cell, Amount]]


def _cases(context: Context, report: Report, choice: Choice, ids: Collection[int]) -> Found:
    beside = [column(name, choice) for name in others(report)]
    begun = _beginning(context, report, "")
    for subject, *row, values in _rows(context, choice, ids, beside):
        yield subject, begun(*row)._replace(answers=json.dumps(values)), Amount(1)


def _runs(context: Context, report: Report, choice: Choice, ids: Collection[int]) -> Found:
    clocks = sorted(timed(report))
    if not clocks:
        return
    asked = (Clock.name, Clock.started_at, Clock.due_at, Clock.stopped_at, Clock.extended)
    begun = {name: _beginning(context, report, name) for name in clocks}
    for subject, *row, (name, *moments, extended) in _rows(context, choice, ids, asked, clocks):
        finished, late, length, seconds = _length(*moments)
        cell = begun[name](*row)._replace(finished=finished, late=late, length=length)
        yield subject, cell, Amount(1, seconds, int(extended))


def _rows(
    context: Context, choice: Choice, ids: Collection[int], asked: Sequence[Any], clocks: Sequence[str] = ()
) -> Iterator[Any]:
    """Give each case's id, moment, flow, unit and area, and what else is asked for."""
    own = (Subject.id, Subject.submitted_at, Subject.flow, Subject.unit_id, Subject.area_id)
    query = select(*own, *asked).select_from(Subject)
    if clocks:
        query = query.join(Clock, Clock.subject_id == Subject.id).where(Clock.name.in_(clocks))
    narrow = chosen(query, context, choice).where(Subject.id.in_(ids))
    for row in context.session.execute(narrow):
        yield *row[: len(own)], list(row[len(own) :])


def _beginning(context: Context, report: Report, clock: str) -> Callable[..., Cell]:
    zone = context.organisation.worktime.zone
    return lambda at, flow, unit, area: Cell(report.name, clock, at.astimezone(zone).year, flow, unit, area)


def others(report: Report) -> list[str]:
    """Give the fields that a report counts by, besides those that have columns in the tallies."""
    return [name for name in report.rows if name not in NAMED]


def _length(started: datetime, due: datetime | None, stopped: datetime | None) -> tuple[bool, bool, int, int]:
    """Say whether a run is finished, whether it was late then, about how long it was or when it is due, and seconds."""
    if stopped is None:
        return False, False, microseconds(due), 0
    took = stopped - started
    return True, due is not None and stopped > due, about(took / HOUR), round(took.total_seconds())


def microseconds(moment: datetime | None) -> int:
    """Give a moment as a number that databases compare; 0 = never."""
    return 0 if moment is None else (moment - BEGINNING) // MICROSECOND


def about(hours: float) -> int:
    """Number the group of lengths that are about alike."""
    return floor(hours) if hours < EXACT else EXACT + floor(log(hours / EXACT) / STEP)
