"""Which reports are kept: those that hang on a case's own row and its clocks alone, and on no moment."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from app.language.conditions import ALWAYS, All, Always, AnyOf, Condition, Done, Has, Is, Named, Not, walk
from app.language.definition import Report, Routine
from app.workflow.context import Context, Edition
from app.workflow.counting import COLUMNS

OF_ITS_ROW = (Always, Is, Has, All, AnyOf, Not, Done, Named)
NO_JSON = {"due_on"}
FORM = 1
"""Counts up when what the tables hold for the same reports becomes another."""


def is_kept(report: Report, routine: Routine) -> bool:
    """Whether its numbers can be kept."""
    counts = bool(report.rows) and not NO_JSON.intersection(report.rows)
    return counts and not any(routine.flows[name].part_of for name in report.of) and _of_its_row(report.when, routine)


def _of_its_row(condition: Condition, routine: Routine) -> bool:
    guards = {name: guard.needs for name, guard in routine.guards.items()}
    return all(isinstance(each, OF_ITS_ROW) and _is_plain(each, routine) for each in walk(condition, guards))


def _is_plain(condition: Condition, routine: Routine) -> bool:
    """Whether it asks of no field that hangs on the organisation."""
    if not isinstance(condition, Is | Has):
        return True
    declared = routine.fields.get(condition.field)
    own = condition.field in COLUMNS or (declared is not None and declared.type not in ("unit", "area", "person"))
    return own and condition.field not in ("unit", "area", "handler") and not (declared and declared.of_unit)


def kept(routine: Routine) -> tuple[Report, ...]:
    """Give the routine's reports that are kept."""
    return tuple(report for report in routine.reports.values() if is_kept(report, routine))


def digest(context: Context) -> str:
    """Give what changes when the kept numbers have to be counted anew; "" where nothing is kept."""
    return _digest(context.newest, str(context.organisation.worktime.zone))


@lru_cache(maxsize=8)
def _digest(edition: Edition, zone: str) -> str:
    reports = kept(edition.routine)
    if not reports:
        return ""
    told = [[r.name, r.of, r.rows, sorted(timed(r)), _when(r.when, edition)] for r in reports]
    return sha256(json.dumps([FORM, zone, told]).encode()).hexdigest()


def _when(condition: Condition, edition: Edition) -> Any:
    """Say the condition; what its words mean - guards, final states - may be another in each edition."""
    return None if condition == ALWAYS else [edition.id, _said(condition)]


def timed(report: Report) -> Iterable[str]:
    """Give the clocks whose lengths it shows: none where small numbers are hidden."""
    return () if report.hide_below else report.times


def _said(value: Any) -> Any:
    """Say it the same way in every process."""
    if is_dataclass(value):
        return [type(value).__name__, *(_said(getattr(value, each.name)) for each in fields(value))]
    if isinstance(value, frozenset):
        return sorted(value)
    return [_said(each) for each in value] if isinstance(value, tuple) else value
