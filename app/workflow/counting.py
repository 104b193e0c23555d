"""Counts of the cases that somebody may see: the report `all`, and any report that the routine declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.workflow.context import Context
from model import Area, Case, Subject, Unit

COLUMNS: Mapping[str, Any] = {
    "unit": Unit.name,
    "area": Area.name,
    "state": Subject.state,
    "severity": Subject.severity,
    "round": Subject.round,
    "flow": Subject.flow,
}
ALL = ("unit", "area", "state")


def count(
    context: Context,
    rows: Iterable[str] = ALL,
    *,
    scope: ColumnElement[bool],
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[dict[str, Any]]:
    """Count cases by these fields within a row scope: [{"unit": name, ..., "count": n}], most first."""
    names = tuple(rows)
    columns = [COLUMNS[name] if name in COLUMNS else Subject.answers[name].as_string() for name in names]
    query = (
        select(*columns, func.count())
        .select_from(Case)
        .outerjoin(Unit, Unit.id == Case.unit_id)
        .outerjoin(Area, Area.id == Case.area_id)
        .where(scope)
        .group_by(*columns)
    )
    if since is not None:
        query = query.where(Case.submitted_at >= since)
    if until is not None:
        query = query.where(Case.submitted_at < until)
    found: Counter[tuple[Any, ...]] = Counter()
    for *values, n in context.session.execute(query):
        found[tuple(values)] += n
    return [{**dict(zip(names, values, strict=True)), "count": n} for values, n in found.most_common()]
