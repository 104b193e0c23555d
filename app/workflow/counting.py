"""Counts of the cases that somebody may count: the report `all`, and any report that the routine declares."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Float, Integer, Select, case, cast, func, select
from sqlalchemy.orm import aliased, selectinload

from app.language.conditions import ALWAYS, ClockIs, Condition, holds, walk
from app.scope.conditions import meeting
from app.scope.numbers import NUMBER
from app.workflow.context import Context
from model import Clock, Subject

Reader = Callable[[Any], Any]
COLUMNS: Mapping[str, Any] = {
    "unit": Subject.unit_id,
    "area": Subject.area_id,
    "state": Subject.state,
    "severity": Subject.severity,
    "round": Subject.round,
    "flow": Subject.flow,
    "language": Subject.language,
    "reporter_kind": Subject.reporter_kind,
    "handler": Subject.handler,
    "title": Subject.title,
    "owner": Subject.owner_id,
    "reporter": Subject.reporter_id,
    "entered_by": Subject.entered_by_id,
    "due_on": Subject.due_on,
}
DAY, HOUR = 24 * 3600, 3600
"""Seconds."""
NAMED = ("unit", "area")
ALL = ("unit", "area", "state")
WHOLE = aliased(Subject)
"""The case of a part. Made once: a new one each time is a new table to a query, every column of it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which cases are counted: a row scope, flows (none = every case), a condition, and [since, until) of reporting.

    `open_scope` is the scope as it is for cases that nobody is shut out of; None = not known apart.
    """

    scope: ColumnElement[bool]
    of: tuple[str, ...] = ()
    when: Condition = ALWAYS
    since: datetime | None = None
    until: datetime | None = None
    open_scope: ColumnElement[bool] | None = None


class Run(NamedTuple):
    """One run of a clock: when it began, was due and stopped (None = not yet), and whether a new date was promised."""

    started: datetime
    due: datetime | None
    stopped: datetime | None
    extended: bool = False


class Lengths(NamedTuple):
    """Runs of a clock that are alike: finished or not, late or not (now, if unfinished), and about equally long.

    `seconds` is the mean of them; None = not finished. `extended` are those for which a new date was promised.
    """

    clock: str
    finished: bool
    late: bool
    seconds: float | None
    runs: int
    extended: int


def count(context: Context, rows: Iterable[str] = ALL, *, choice: Choice) -> list[dict[str, Any]]:
    """Count by these fields: [{"unit": name, ..., "count": n}], most first. A part counts at its whole's unit."""
    names = tuple(rows)
    return summed(context, names, found_by(context, names, choice))


def found_by(context: Context, names: Iterable[str], choice: Choice) -> Iterator[tuple[tuple[Any, ...], int]]:
    """Give each combination of what the database has for these fields in the chosen cases, with its count."""
    columns = _columns(names, choice)
    query = _joined(select(*columns, func.count()), choice).group_by(*columns)
    for *values, n in context.session.execute(chosen(query, context, choice)):
        yield tuple(values), n


def summed(context: Context, names: Sequence[str], found: Iterable[tuple[Sequence[Any], int]]) -> list[dict[str, Any]]:
    """Read what the database has, and add up what is alike then: [{"unit": name, ..., "count": n}], most first."""
    readers = _readers(context, names)
    counts: Counter[tuple[Any, ...]] = Counter()
    for values, n in found:
        counts[_key(readers, values)] += n
    return [{**dict(zip(names, values, strict=True)), "count": n} for values, n in counts.most_common() if n]


def column(name: str, choice: Choice) -> ColumnElement[Any]:
    """Give what holds the answer by which is counted, as the database has it."""
    if name in NAMED and choice.of:
        return func.coalesce(COLUMNS[name], getattr(WHOLE, COLUMNS[name].key))
    if name in COLUMNS:
        found: ColumnElement[Any] = COLUMNS[name]
        return found
    return Subject.answers[name].as_string()


def timed(context: Context, rows: Iterable[str], clock: str, choice: Choice) -> Iterator[tuple[tuple[Any, ...], Run]]:
    """Give each run of the clock in the chosen cases, with the answers to these fields."""
    found = select(Clock.started_at, Clock.due_at, Clock.stopped_at, Clock.extended, *_columns(rows, choice))
    query = _joined(found, choice).join(Clock, Clock.subject_id == Subject.id).where(Clock.name == clock)
    readers = _readers(context, rows)
    for started, due, stopped, extended, *values in context.session.execute(chosen(query, context, choice)):
        yield _key(readers, values) if readers else (), Run(started, due, stopped, extended)


def lasted(context: Context, clocks: Iterable[str], choice: Choice) -> Iterator[Lengths]:
    """Give the runs of the clocks in the chosen cases, those of the same hour together."""
    seconds = _seconds(context.session.get_bind().dialect.name)
    finished, late = Clock.stopped_at.is_not(None), func.coalesce(Clock.stopped_at, context.now) > Clock.due_at
    kinds = (Clock.name, finished, func.coalesce(late, False), cast(seconds / HOUR, Integer))
    numbers = (func.avg(seconds), func.count(), func.sum(case((Clock.extended, 1), else_=0)))
    query = _joined(select(*kinds, *numbers), choice).join(Clock, Clock.subject_id == Subject.id)
    query = query.where(Clock.name.in_(sorted(clocks))).group_by(*kinds)
    for clock, ended, after, _, *told in context.session.execute(chosen(query, context, choice)):
        yield Lengths(clock, bool(ended), bool(after), *told)


def _seconds(dialect: str) -> ColumnElement[float]:
    """How long a run took; null while it runs."""
    if dialect == "sqlite":
        return (func.julianday(Clock.stopped_at, type_=Float) - func.julianday(Clock.started_at, type_=Float)) * DAY
    return cast(func.extract("epoch", Clock.stopped_at - Clock.started_at), Float)


def valued(context: Context, rows: Iterable[str], field: str, choice: Choice) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Give each answer to the field in the chosen cases, with the answers to these fields."""
    query = _joined(select(column(field, choice), *_columns(rows, choice)), choice)
    readers = _readers(context, [field, *rows])
    for values in context.session.execute(chosen(query, context, choice)):
        value, *key = _key(readers, values)
        if value not in (None, "", False):
            yield tuple(key), value


def _columns(rows: Iterable[str], choice: Choice) -> list[ColumnElement[Any]]:
    return [column(name, choice) for name in rows]


def _readers(context: Context, rows: Iterable[str]) -> list[Reader]:
    return [_reader(context, name) for name in rows]


def _reader(context: Context, name: str) -> Reader:
    """How a counted answer is read, so that what is answered alike is counted together, however it was written."""
    if name in NAMED:
        named: Mapping[int, Any] = getattr(context.organisation, f"{name}s")
        return lambda key: named[key].name if key in named else None
    declared = context.routine.fields.get(name)
    if declared is None or name in COLUMNS:
        return _as_is
    return _several if declared.many else {"number": _number, "tick": _tick}.get(declared.type, _as_is)


def _key(readers: Iterable[Reader], values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(read(value) for read, value in zip(readers, values, strict=True))


def _as_is(value: Any) -> Any:
    return value


def _tick(value: Any) -> Any:
    """Databases write it differently."""
    return {"true": True, "1": True, "false": False, "0": False}.get(value)


def _several(value: Any) -> Any:
    """Several answers are counted as one combination, in whatever order they were given; none is None."""
    if not value or not value.startswith("["):
        return value or None
    return tuple(sorted(json.loads(value), key=str)) or None


def _number(value: Any) -> Any:
    """`10` and `10.0` are one number; what isn't any stays as it is."""
    return value if not value or re.match(NUMBER, value) is None else f"{Decimal(value).normalize():f}"


def _joined(query: Select[Any], choice: Choice) -> Select[Any]:
    """Read a part's unit and area from its whole where it has none; whoever counts cases alone needs no whole."""
    found = query.select_from(Subject)
    return found.outerjoin(WHOLE, WHOLE.id == Subject.whole_id) if choice.of else found


def _meeting(context: Context, choice: Choice, kind: ColumnElement[bool]) -> ColumnElement[bool]:
    """Which cases meet the condition; one that hangs on a clock is asked of each case."""
    guards = {name: guard.needs for name, guard in context.routine.guards.items()}
    if not any(isinstance(each, ClockIs) for each in walk(choice.when, guards)):
        return meeting(choice.when, context.routine, context.organisation)
    several = select(Subject).where(kind, choice.scope).options(selectinload(Subject.clocks))
    found = context.session.scalars(several)
    return Subject.id.in_([each.id for each in found if holds(choice.when, context.facts(each))])


def chosen(query: Select[Any], context: Context, choice: Choice) -> Select[Any]:
    """Narrow a query of subjects to the chosen ones."""
    kind = Subject.flow.in_(choice.of) if choice.of else Subject.kind == "case"
    query = query.where(kind, choice.scope, _meeting(context, choice, kind))
    if choice.since is not None:
        query = query.where(Subject.submitted_at >= choice.since)
    if choice.until is not None:
        query = query.where(Subject.submitted_at < choice.until)
    return query
