"""How long a clock of the routine runs for a case, and from which date where one is answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from app.language import trees
from app.language.definition import Clock
from app.language.moments import Length
from app.language.times import length

if TYPE_CHECKING:
    from app.routing.facts import CaseFacts

NO_DAYS = Length(0, "days")


def runs(clock: Clock, facts: CaseFacts) -> Length | None:
    """Give the clock's length from the present values; None = none yet."""
    match clock.runs:
        case None | Length():
            return clock.runs
        case str(field):
            return length(str(facts.value(field)))
    field, lengths = clock.runs
    answers = trees.line(facts.routine.fields.get(field), str(facts.value(field)))
    return next((lengths[each] for each in answers if each in lengths), None)


def dated(clock: Clock, facts: CaseFacts) -> datetime | None:
    """Give the start that a date field of the clock says; None where there is no such field or no answer."""
    dates = (facts.value(name) for name in clock.start if name in facts.routine.fields)
    return next((end_of(value, facts) for value in dates if value), None)


def end_of(day: str, facts: CaseFacts) -> datetime:
    """Give the end of a day in the institution's time zone; `day` is an ISO date."""
    return facts.organisation.worktime.end_of(date.fromisoformat(day))


def due(clock: Clock, facts: CaseFacts, started: datetime, paused: int, *, dated: bool = True) -> datetime | None:
    """Give the end of a run that started then and stood still for `paused` of its own units; None = no end yet.

    `dated` = the date in the clock's `until` counts: it was answered at the start or since, or there is no `runs`.
    """
    until = facts.value(clock.until) if clock.until and dated else None
    if until:
        return facts.organisation.worktime.due(end_of(until, facts), NO_DAYS, paused)
    runs_for = runs(clock, facts)
    return facts.organisation.worktime.due(started, runs_for, paused) if runs_for else None


def is_past(clock: Clock, facts: CaseFacts, paused: int = 0) -> bool | None:
    """Whether a clock that a date starts would be past its end, by the date as it is answered now.

    None where no date starts it, or one that hasn't come.
    """
    started = dated(clock, facts)
    if started is None or facts.organisation.worktime.day_of(started) > facts.today:
        return None
    end = due(clock, facts, started, paused)
    return end is not None and facts.now > end
