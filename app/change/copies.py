"""Open cases as light copies: what the product's own functions read of a case, and may write, without a trace."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, String, func, select, type_coerce
from sqlalchemy.orm import Session

from model import Clock, Subject

BATCH = 2000


@dataclass(slots=True)
class ClockCopy:
    """A clock's run, column by column."""

    subject_id: int
    name: str
    run: int
    started_at: datetime
    started_in: str
    due_at: datetime | None
    paused_at: datetime | None
    paused_units: int
    stopped_at: datetime | None
    reminded_until: datetime
    next_at: datetime | None = None


@dataclass(slots=True, eq=False)
class Copy:
    """A case or a part, column by column, with its whole, its parts and its clocks.

    Of `title` and `description` only the first letter is read: a trial needs nobody's words.
    """

    id: int
    kind: str
    number: str
    flow: str
    edition_id: int
    state: str
    former_states: list[str]
    finished: bool
    orphaned: bool
    version: int
    round: int
    events: int
    handler: str | None
    submitted_at: datetime
    due_at: datetime
    severity: str | None
    language: str
    reporter_kind: str | None
    due_on: date | None
    answers: dict[str, Any]
    done: dict[str, Any]
    unit_id: int | None
    area_id: int | None
    reporter_id: int | None
    entered_by_id: int | None
    owner_id: int | None
    whole_id: int | None
    title: str
    description: str
    changed_at: datetime | None = None
    closed_at: datetime | None = None
    trace: list[Any] = field(default_factory=list)
    clocks: list[Any] = field(default_factory=list)
    parts: list[Copy] = field(default_factory=list)
    whole: Copy | None = None


OWN = ("changed_at", "closed_at", "trace", "clocks", "parts", "whole")
"""Not read: what a trial only writes, and what is put together."""
TEXTS = ("title", "description")
STRUCTURES = ("former_states", "answers", "done")
COLUMNS = tuple(each.name for each in fields(Copy) if each.name not in OWN)
VALUES = attrgetter(*COLUMNS)
CLOCK_COLUMNS = tuple(each.name for each in fields(ClockCopy) if each.name != "next_at")
CLOCK_VALUES = attrgetter(*CLOCK_COLUMNS)
PLACES = tuple(COLUMNS.index(name) for name in STRUCTURES)


def as_subject(each: Copy) -> Subject:
    """The copy where a case's row is asked for: it has all that is read there."""
    return cast("Subject", each)


def aside(case: Copy) -> Copy:
    """Copy a case with its parts and clocks, to be moved without touching the first copy."""
    twin = _twin(case)
    twin.parts = [_twin(part) for part in case.parts]
    for part in twin.parts:
        part.whole = twin
    return twin


def _twin(each: Copy) -> Copy:
    twin = Copy(*VALUES(each))
    twin.whole = each.whole
    twin.clocks = [ClockCopy(*CLOCK_VALUES(clock)) for clock in each.clocks]
    return twin


def _column(name: str) -> Any:
    column = getattr(Subject.__table__.c, name)
    if name in TEXTS:
        return func.substr(column, 1, 1)
    # SQLite keeps structures as text, and cases that look alike have the same: it is read once.
    return type_coerce(column, String) if name in STRUCTURES else column


def _copy(row: Iterable[Any]) -> Copy:
    values = list(row)
    for place in PLACES:
        if isinstance(values[place], str):
            values[place] = _read(values[place])
    return Copy(*values)


@lru_cache(maxsize=4096)
def _read(text: str) -> Any:
    """Structure of a text. It is shared: who changes an answer puts another structure in its place."""
    return json.loads(text)


def all_cases(*which: ColumnElement[bool]) -> Select[Any]:
    """Ask for cases, open or not."""
    return select(*map(_column, COLUMNS)).where(Subject.kind == "case", *which)


def open_cases(session: Session, *which: ColumnElement[bool]) -> Iterator[Copy]:
    """Give every open case (of those that fit `which`), with its parts and clocks, a batch at a time."""
    yield from cases(session, all_cases(Subject.finished.is_(False), *which))


def cases(session: Session, query: Select[Any]) -> Iterator[Copy]:
    """Give the cases that `all_cases` asks for, with parts and clocks."""
    for rows in _batches(session.execute(query.execution_options(yield_per=BATCH))):
        found = {row[0]: _copy(row) for row in rows}
        _add_parts(session, found)
        yield from found.values()


def _batches(several: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    rest = iter(several)
    while batch := tuple(islice(rest, BATCH)):
        yield batch


def _add_parts(session: Session, found: dict[int, Copy]) -> None:
    everything = dict(found)
    inside = Subject.kind == "part", Subject.whole_id.in_(list(found))
    for row in session.execute(select(*map(_column, COLUMNS)).where(*inside).order_by(Subject.id)):
        part = everything[row[0]] = _copy(row)
        part.whole = found[part.whole_id or 0]
        part.whole.parts.append(part)
    _add_clocks(session, everything)


def _add_clocks(session: Session, everything: dict[int, Copy]) -> None:
    columns = [getattr(Clock.__table__.c, name) for name in CLOCK_COLUMNS]
    for ids in _batches(everything):
        for row in session.execute(select(*columns).where(Clock.subject_id.in_(ids)).order_by(Clock.id)):
            everything[row[0]].clocks.append(ClockCopy(*row))
