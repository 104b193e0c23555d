"""Clocks: started, stopped and paused by moves; their reminders and endings done by the worker.

Source: the language's section 12 (Clocks).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.language import definition
from app.language.conditions import holds
from app.language.moments import Moment
from app.language.parties import Party
from app.routing import lengths
from app.routing.facts import CaseFacts
from app.workflow.journal import MOVED
from model import Clock, JournalEntry, Subject
from model.base import NEVER

SECOND = timedelta(seconds=1)
MOST_REPEATS = 1000


def settle(facts: CaseFacts, transition: str, entered: str | None) -> None:
    """Stop, start, pause and recompute the subject's clocks after a move; `entered` = the state come into."""
    subject = facts.subject
    if subject is None:
        return
    runs = {each.name: each.run for each in subject.clocks if each.stopped_at is None}
    happened = {transition} if entered is None else {transition, entered}
    for clock in facts.flow.clocks.values():
        row = _standing(facts, clock.name)
        if row is not None and _stops(clock, row, facts, happened):
            row.stopped_at = facts.now
            row.next_at = None
            row = None
        if _starts(clock, row, facts, happened):
            if row is not None:
                row.stopped_at, row.next_at = facts.now, None
            _start(clock, facts, transition, happened)
        row = _standing(facts, clock.name)
        if row is not None:
            if row.run == runs.get(clock.name) and _answers_until(clock, facts, transition):
                row.until_counts = row.extended = True
            row.started_at = lengths.dated(clock, facts) or row.started_at
            _pause(clock, row, facts)
            recompute(clock, row, facts)
    subject.due_at = nearest_due(subject)


def _standing(facts: CaseFacts, name: str) -> Clock | None:
    row = facts.clock(name)
    return row if row is not None and row.stopped_at is None else None


def _stops(clock: definition.Clock, row: Clock, facts: CaseFacts, happened: set[str]) -> bool:
    if clock.stop:
        return not happened.isdisjoint(clock.stop)
    if row.started_in:
        elsewhere = facts.state != row.started_in
        return elsewhere and not (clock.pause is not None and holds(clock.pause, facts))
    return facts.finished


def _starts(clock: definition.Clock, row: Clock | None, facts: CaseFacts, happened: set[str]) -> bool:
    if not holds(clock.when, facts):
        return False
    if row is not None and row.started_in and row.started_in in happened:
        return False
    if not happened.isdisjoint(clock.start):
        return True
    dated = [name for name in clock.start if name in facts.routine.fields]
    return row is None and facts.clock(clock.name) is None and any(facts.value(name) for name in dated)


def _start(clock: definition.Clock, facts: CaseFacts, transition: str, happened: set[str]) -> None:
    by_state = [name for name in clock.start if name in happened and name in facts.flow.states]
    row = begin(clock, facts, facts.now, by_state[0] if by_state else "")
    # Where nothing else says how long, a date that was answered earlier (until when it is shut) is all there is.
    older = clock.until is not None and clock.runs is not None and facts.value(clock.until) is not None
    row.until_counts = not older or _answers_until(clock, facts, transition)
    if not happened.isdisjoint(clock.stop):
        row.stopped_at = facts.now


def _answers_until(clock: definition.Clock, facts: CaseFacts, transition: str) -> bool:
    """Whether the transition asks or sets the date that decides the clock's end."""
    declared = facts.flow.transitions.get(transition)
    return declared is not None and clock.until is not None and clock.until in (*declared.asked, *declared.set)


def begin(clock: definition.Clock, facts: CaseFacts, at: datetime, inside: str) -> Clock:
    """Start a run of the clock at a moment; `inside` is the state whose entering started it."""
    before = facts.clock(clock.name)
    row = Clock(
        name=clock.name,
        run=before.run + 1 if before else 1,
        started_at=lengths.dated(clock, facts) or at,
        started_in=inside,
        until_counts=True,
        extended=False,
        reminded_until=facts.now,
        paused_units=0,
    )
    if facts.subject is not None:
        facts.subject.clocks.append(row)
    return row


def _pause(clock: definition.Clock, row: Clock, facts: CaseFacts) -> None:
    stands_still = clock.pause is not None and holds(clock.pause, facts)
    if stands_still and row.paused_at is None:
        row.paused_at = facts.now
    elif not stands_still and row.paused_at is not None:
        unit = _unit(clock, facts)
        row.paused_units += facts.organisation.worktime.units_between(row.paused_at, facts.now, unit)
        row.paused_at = None


def _unit(clock: definition.Clock, facts: CaseFacts) -> str:
    length = None if clock.until and facts.value(clock.until) else lengths.runs(clock, facts)
    return length.unit if length else "days"


def recompute(clock: definition.Clock, row: Clock, facts: CaseFacts) -> None:
    """Set the run's end and the next moment at which the worker has something to do."""
    row.due_at = lengths.due(clock, facts, row.started_at, row.paused_units, dated=row.until_counts)
    row.next_at = None if row.paused_at else next_moment(clock, row, facts)


def try_again(session: Session, facts: CaseFacts) -> None:
    """After a move, let the worker attempt once more what a clock that is over could not do."""
    for clock in facts.flow.clocks.values():
        row = _standing(facts, clock.name)
        if row is not None and facts.clock_is(clock.name, "over") and has_yet_to_end(session, clock, row):
            row.next_at = facts.now


def has_yet_to_end(session: Session, clock: definition.Clock, row: Clock) -> bool:
    """Whether the clock ends in a move that hasn't been made since this run's end: it is made once in a run."""
    if not clock.then or row.due_at is None:
        return False
    made = exists().where(
        JournalEntry.subject_id == row.subject_id,
        JournalEntry.transition == clock.then,
        JournalEntry.event == MOVED,
        JournalEntry.at > row.due_at,
    )
    return not session.scalar(select(made))


def next_moment(clock: definition.Clock, row: Clock, facts: CaseFacts) -> datetime | None:
    """Give the first moment after `reminded_until` at which a reminder goes or the clock is over."""
    after = row.reminded_until
    found = [
        at(n) for _, moment, at in reminders(clock, row, facts) for n in _times(moment)[past(moment, at, after) :][:1]
    ]
    if clock.then and row.due_at and row.due_at + SECOND > after:
        found.append(row.due_at + SECOND)
    return min(found, default=None)


def reminders(
    clock: definition.Clock, row: Clock, facts: CaseFacts
) -> Iterator[tuple[Party, Moment, Callable[[int], datetime]]]:
    """Each reminder of the run: to whom, which one, and the moment of its nth time, n from 1."""
    if row.due_at is None:
        return
    hours = _unit(clock, facts) == "hours"
    for party, moments in clock.remind:
        for moment in moments:
            yield party, moment, partial(facts.organisation.worktime.moment, row.due_at, moment, hours=hours)


def past(moment: Moment, at: Callable[[int], datetime], until: datetime) -> int:
    """How many times a reminder goes out up to `until`; no time much later is reckoned, for calendars have an end."""
    times = _times(moment)
    ahead = 1
    while ahead <= len(times) and at(ahead) <= until:
        ahead *= 2
    return bisect_right(times, until, ahead // 2, min(ahead - 1, len(times)), key=at)


def _times(moment: Moment) -> range:
    return range(1, MOST_REPEATS if moment.how == "every" else 2)


def nearest_due(subject: Subject) -> datetime:
    """Give the nearest end of the subject's own running clocks and its unfinished parts'; NEVER for none."""
    own = (c.due_at for c in subject.clocks if c.stopped_at is None and c.paused_at is None and c.due_at)
    parts = (part.due_at for part in getattr(subject, "parts", ()) if not part.finished)
    return min((*own, *parts), default=NEVER).astimezone(UTC)
