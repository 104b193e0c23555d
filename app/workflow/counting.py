"""Counts of the cases that somebody may count: the report `all`, and any report that the routine declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from app.language.conditions import ALWAYS, Condition
from app.scope.conditions import meeting
from app.workflow.context import Context
from model import Area, Clock, Subject, Unit

COLUMNS: Mapping[str, Any] = {
    "unit": Unit.name,
    "area": Area.name,
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
ALL = ("unit", "area", "state")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which cases are counted: a row scope, flows (none = every case), a condition, and [since, until) of reporting."""

    scope: ColumnElement[bool]
    of: tuple[str, ...] = ()
    when: Condition = ALWAYS
    since: datetime | None = None
    until: datetime | None = None


def count(context: Context, rows: Iterable[str] = ALL, *, choice: Choice) -> list[dict[str, Any]]:
    """Count by these fields: [{"unit": name, ..., "count": n}], most first. A part counts at its whole's unit."""
    names = tuple(rows)
    columns = [_column(context, name) for name in names]
    whole = aliased(Subject)
    query: Select[Any] = (
        select(*columns, func.count())
        .select_from(Subject)
        .outerjoin(whole, whole.id == Subject.whole_id)
        .outerjoin(Unit, Unit.id == func.coalesce(Subject.unit_id, whole.unit_id))
        .outerjoin(Area, Area.id == func.coalesce(Subject.area_id, whole.area_id))
        .group_by(*columns)
    )
    found: Counter[tuple[Any, ...]] = Counter()
    for *values, n in context.session.execute(_chosen(query, context, choice)):
        found[tuple(values)] += n
    return [{**dict(zip(names, values, strict=True)), "count": n} for values, n in found.most_common()]


def runs(context: Context, clock: str, *, choice: Choice) -> list[tuple[datetime, datetime | None, datetime | None]]:
    """Each run of the clock: when it started, when it was due, when it stopped (None = not yet)."""
    columns: list[Any] = [Clock.started_at, Clock.due_at, Clock.stopped_at]
    query: Select[Any] = (
        select(*columns).select_from(Subject).join(Clock, Clock.subject_id == Subject.id).where(Clock.name == clock)
    )
    return [(row[0], row[1], row[2]) for row in context.session.execute(_chosen(query, context, choice))]


def _column(context: Context, name: str) -> ColumnElement[Any]:
    if name in COLUMNS:
        column: ColumnElement[Any] = COLUMNS[name]
        return column
    answer = Subject.answers[name]
    declared = context.routine.fields.get(name)
    return answer.as_boolean() if declared and declared.type == "tick" else answer.as_string()


def _chosen(query: Select[Any], context: Context, choice: Choice) -> Select[Any]:
    kind = Subject.flow.in_(choice.of) if choice.of else Subject.kind == "case"
    query = query.where(kind, choice.scope, meeting(choice.when, context.routine, context.organisation))
    if choice.since is not None:
        query = query.where(Subject.submitted_at >= choice.since)
    if choice.until is not None:
        query = query.where(Subject.submitted_at < choice.until)
    return query
