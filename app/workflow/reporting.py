"""What a declared report counts or lists, as plain rows: the same for its page, its file and a scenario.

Source: the language's section 10.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from statistics import mean, median
from typing import Any

from sqlalchemy import select

from app.access import Viewer
from app.language.definition import Report
from app.language.moments import Length
from app.workflow.context import Context
from app.workflow.counting import Choice, Run, chosen, count, timed, valued
from model import Subject

COUNT = "count"
DAY = timedelta(days=1)
Key = tuple[Any, ...]


def rows(context: Context, viewer: Viewer, report: Report, choice: Choice | None = None) -> list[dict[str, Any]]:
    """Give the report's rows for the viewer: each its fields with a count, sums and times; or the columns of a list."""
    choice = choice or choice_of(viewer, report)
    if report.show and not report.rows:
        return [_columns(context, viewer, report, subject) for subject in listed(context, choice)]
    found = []
    sums, times = _sums(context, report, choice), _times(context, report, choice)
    for row in count(context, report.rows, choice=choice):
        key = tuple(row[name] for name in report.rows)
        if report.hide_below and row[COUNT] < report.hide_below:
            found.append({**row, COUNT: f"under {report.hide_below}"})
        else:
            found.append({**row, **sums.get(key, {}), **times.get(key, {})})
    return found


def choice_of(viewer: Viewer, report: Report, since: datetime | None = None, until: datetime | None = None) -> Choice:
    """Which cases the report counts for the viewer."""
    flows = viewer.routine.flows
    parts = any(flows[name].part_of for name in report.of)
    scope, here = viewer.granted(report.see, parts=parts), viewer.granted(report.see, parts=parts, shut=False)
    return Choice(scope, report.of, report.when, since, until, here)


def listed(context: Context, choice: Choice) -> list[Subject]:
    """The cases of a list, the oldest first."""
    return list(context.session.scalars(chosen(select(Subject), context, choice).order_by(Subject.id)))


def _columns(context: Context, viewer: Viewer, report: Report, subject: Subject) -> dict[str, Any]:
    """A list's line: the report's `see` grants its columns, but not a field that has a `see` of its own."""
    facts = context.facts(subject)
    shown = (name for name in report.show if _granted(viewer, name) or viewer.shows(name, facts))
    return {name: facts.value(name) for name in shown}


def _granted(viewer: Viewer, name: str) -> bool:
    declared = viewer.routine.fields.get(name)
    return declared is None or declared.see is None


def _sums(context: Context, report: Report, choice: Choice) -> Mapping[Key, dict[str, Any]]:
    found: dict[Key, dict[str, Any]] = {}
    for name in report.show if report.rows else ():
        many = context.routine.fields[name].type != "number"
        for key, value in valued(context, report.rows, name, choice):
            line = found.setdefault(key, {})
            line[name] = line.get(name, 0) + (1 if many else _number(value))
    return found


def _number(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)


def _times(context: Context, report: Report, choice: Choice) -> Mapping[Key, dict[str, Any]]:
    found: dict[Key, dict[str, Any]] = {}
    for clock, buckets in report.times.items():
        runs: dict[Key, list[Run]] = {}
        for key, run in timed(context, report.rows, clock, replace(choice)):
            runs.setdefault(key, []).append(run)
        for key, those in runs.items():
            found.setdefault(key, {}).update(measured(clock, those, buckets, context.now))
    return found


def measured(clock: str, runs: list[Run], buckets: tuple[Length, ...], now: datetime) -> dict[str, Any]:
    """Give {"<clock> met": n, "<clock> met late": n, extended, over, mean and median days, and each bucket's count}."""
    said: Counter[str] = Counter(kind for run in runs for kind in _kinds(run, now))
    days = [(run.stopped - run.started) / DAY for run in runs if run.stopped is not None]
    found: dict[str, Any] = {f"{clock} {kind}": said[kind] for kind in ("met", "met late", "extended", "over")}
    if days:
        found |= {f"{clock} mean": round(mean(days), 1), f"{clock} median": round(median(days), 1)}
    for length in buckets:
        most = length.count * _days_of(length.unit)
        found[f"{clock} under {length.count} {length.unit}"] = sum(each <= most for each in days)
    return found


def _kinds(run: Run, now: datetime) -> Iterator[str]:
    late = run.due is not None and (run.stopped or now) > run.due
    if run.stopped is not None:
        yield "met late" if late else "met"
    elif late:
        yield "over"
    if run.extended:
        yield "extended"


def _days_of(unit: str) -> float:
    return {"hours": 1 / 24, "days": 1, "working days": 7 / 5, "weeks": 7, "months": 30, "years": 365}[unit]
