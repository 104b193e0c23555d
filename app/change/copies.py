"""Open cases as light copies: what the product's own functions read of a case, and may write, without a trace."""

from __future__ import annotations

import gc
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, String, func, select, type_coerce
from sqlalchemy.orm import Session

from model import Clock, Subject

BATCH = 2000
SELDOM = 10_000
IN_UTC = "+00:00"


Ends = dict[tuple[str, int], datetime | None]


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
    until_counts: bool
    extended: bool
    reminded_until: datetime
    next_at: datetime | None = None


@dataclass(slots=True, eq=False)
class Copy:
    """A case or a part, column by column, with its whole, its parts and its clocks.

    Of `title` and `description` only the first letter is read: a trial needs nobody's words. Clocks are fetched with
    those of the batch that it came in (`runs`) once anybody looks; most trials never do.
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
    presses: dict[str, Any]
    excluded: str
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
    parts: list[Copy] = field(default_factory=list)
    whole: Copy | None = None
    runs: Runs | None = None
    _clocks: list[ClockCopy] | None = None
    _renamed: Mapping[str, str] | None = None

    @property
    def clocks(self) -> list[ClockCopy]:
        """Its clocks' runs, the first started first."""
        if self._clocks is None:
            self._clocks = [ClockCopy(*_read(row, CLOCK_READERS)) for row in self._rows()]
            self.rename_starts(self._renamed or {})
        return self._clocks

    def rename_starts(self, renamed: Mapping[str, str]) -> None:
        """Call the state that a clock was started in by its new name, once somebody looks at the clocks."""
        if self._clocks is None:
            self._renamed = renamed
            return
        for clock in self._clocks:
            clock.started_in = renamed.get(clock.started_in, clock.started_in)

    def runs_like(self, other: Copy) -> bool:
        """Whether both have the clocks that the database has, unseen and so untouched."""
        return self._clocks is None and other._clocks is None and (self.runs, self.id) == (other.runs, other.id)

    def ends(self) -> Ends:
        """When each running clock ends, by its name and run."""
        if self._clocks is None:
            return {(row[NAME], row[RUN]): _moment(row[DUE]) for row in self._rows() if row[STOPPED] is None}
        return {(each.name, each.run): each.due_at for each in self._clocks if each.stopped_at is None}

    def _rows(self) -> list[Any]:
        return self.runs.of(self.id) if self.runs is not None else []

    def twin(self) -> Copy:
        """Copy it with its clocks; parts and whole are left as they are."""
        twin = Copy(*VALUES(self))
        twin.whole, twin.runs, twin._renamed = self.whole, self.runs, self._renamed
        if self._clocks is not None:
            twin._clocks = [ClockCopy(*CLOCK_VALUES(clock)) for clock in self._clocks]
        return twin


class Runs:
    """The clocks of a batch of cases and parts, as the database gives them when the first of them is looked at."""

    def __init__(self, session: Session, ids: Iterable[int]) -> None:
        self._session, self._ids = session, tuple(ids)
        self._found: dict[int, list[Any]] | None = None

    def of(self, subject: int) -> list[Any]:
        """The clocks' runs of one of them, the first started first."""
        if self._found is None:
            self._found = defaultdict(list)
            for row in self._rows():
                self._found[row[0]].append(row)
        return self._found[subject]

    def _rows(self) -> Iterator[Any]:
        columns = [_clock_column(name) for name in CLOCK_COLUMNS]
        for ids in _batches(self._ids):
            query = select(*columns).where(Clock.subject_id.in_(ids)).order_by(Clock.id)
            yield from self._session.connection().execute(query).all()


def _moment(value: Any) -> datetime | None:
    """Read a moment: SQLite keeps it as text in UTC."""
    if isinstance(value, str):
        return datetime.fromisoformat(value + IN_UTC)
    return cast("datetime", value).astimezone(UTC) if value is not None else None


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    return json.loads(text)


def _structure(value: Any) -> Any:
    """Read a structure: SQLite keeps it as text, and cases that look alike have the same.

    It is shared: who changes an answer puts another structure in its place.
    """
    return _parsed(value) if isinstance(value, str) else value


Readers = tuple[tuple[int, Callable[[Any], Any]], ...]
"""Places of columns that are taken as the database keeps them, and how each is read."""
OWN = ("changed_at", "closed_at", "trace", "parts", "whole", "runs", "_clocks", "_renamed")
"""Not read: what a trial only writes, and what is put together."""
TEXTS = ("title", "description")
KEPT: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("former_states", "answers", "done", "presses"), _structure),
    **dict.fromkeys(("submitted_at", "due_at"), _moment),
}
COLUMNS = tuple(each.name for each in fields(Copy) if each.name not in OWN)
VALUES = attrgetter(*COLUMNS)
READERS: Readers = tuple((COLUMNS.index(name), read) for name, read in KEPT.items())
MOMENTS = ("started_at", "due_at", "paused_at", "stopped_at", "reminded_until")
CLOCK_COLUMNS = tuple(each.name for each in fields(ClockCopy) if each.name != "next_at")
CLOCK_VALUES = attrgetter(*CLOCK_COLUMNS)
NAME, RUN, DUE, STOPPED = map(CLOCK_COLUMNS.index, ("name", "run", "due_at", "stopped_at"))
CLOCK_READERS: Readers = tuple((CLOCK_COLUMNS.index(name), _moment) for name in MOMENTS)


def _read(row: Iterable[Any], readers: Readers) -> list[Any]:
    values = list(row)
    for place, read in readers:
        values[place] = read(values[place])
    return values


def as_subject(each: Copy) -> Subject:
    """The copy where a case's row is asked for: it has all that is read there."""
    return cast("Subject", each)


def aside(case: Copy) -> Copy:
    """Copy a case with its parts and clocks, to be moved without touching the first copy."""
    twin = case.twin()
    twin.parts = [part.twin() for part in case.parts]
    for part in twin.parts:
        part.whole = twin
    return twin


def _column(name: str) -> Any:
    column = getattr(Subject.__table__.c, name)
    if name in TEXTS:
        return func.substr(column, 1, 1)
    return type_coerce(column, String) if name in KEPT else column


def _clock_column(name: str) -> Any:
    column = getattr(Clock.__table__.c, name)
    return type_coerce(column, String) if name in MOMENTS else column


def all_cases(*which: ColumnElement[bool]) -> Select[Any]:
    """Ask for cases, open or not."""
    return select(*map(_column, COLUMNS)).where(Subject.kind == "case", *which)


def open_cases(session: Session, *which: ColumnElement[bool]) -> Iterator[Copy]:
    """Give every open case (of those that fit `which`), with its parts and clocks, a batch at a time."""
    yield from cases(session, all_cases(Subject.finished.is_(False), *which))


def cases(session: Session, query: Select[Any]) -> Iterator[Copy]:
    """Give the cases that `all_cases` asks for, with parts and clocks."""
    for rows in _batches(session.connection().execute(query.execution_options(yield_per=BATCH))):
        found = {row[0]: Copy(*_read(row, READERS)) for row in rows}
        _add_parts(session, found)
        yield from found.values()


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Look for forgotten rings of objects seldom meanwhile: after each batch it would take a third of a trial."""
    first, second, third = gc.get_threshold()
    gc.set_threshold(max(first, SELDOM), second, max(third, SELDOM))
    try:
        yield
    finally:
        gc.set_threshold(first, second, third)


def _batches(several: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    rest = iter(several)
    while batch := tuple(islice(rest, BATCH)):
        yield batch


def _add_parts(session: Session, found: dict[int, Copy]) -> None:
    everything = dict(found)
    inside = Subject.whole_id.in_(list(found))
    query = select(*map(_column, COLUMNS)).where(inside).order_by(Subject.whole_id, Subject.id)
    for row in session.connection().execute(query).all():
        part = everything[row[0]] = Copy(*_read(row, READERS))
        part.whole = found[part.whole_id or 0]
        part.whole.parts.append(part)
    runs = Runs(session, everything)
    for each in everything.values():
        each.runs = runs
