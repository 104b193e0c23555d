"""Reports that are sent by themselves: at 07:00 on the first day of a period, once, to every holder of the role.

Source: the language's section 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.language.definition import Report
from app.language.parties import Party, name_of
from app.outbox import compose
from app.routing.parties import Lookup
from app.workflow.context import Context
from app.workflow.words import say
from model import OutgoingMail, Person

HOUR = time(7)
MONTHS = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}
_written: WeakKeyDictionary[Engine, set[str]] = WeakKeyDictionary()
"""Keys of mails that are known to be in the database, so that a tick needn't ask again."""


def first_day(period: str, day: date) -> date:
    """Give the first day of the period that the day is in; a week begins on Monday."""
    if period == "weekly":
        return day - timedelta(days=day.weekday())
    months = MONTHS[period]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def _next_first(period: str, first: date) -> date:
    if period == "weekly":
        return first + timedelta(days=7)
    return first_day(period, first + timedelta(days=31 * MONTHS[period]))


def _latest(period: str, now: datetime, context: Context) -> datetime:
    """The latest moment at which the period's report was to be sent."""
    zone = context.organisation.worktime.zone
    here = now.astimezone(zone)
    first = first_day(period, here.date())
    if here < datetime.combine(first, HOUR, zone):
        first = first_day(period, first - timedelta(days=1))
    return datetime.combine(first, HOUR, zone)


def next_moment(context: Context) -> datetime | None:
    """The next moment at which a report is to be sent."""
    zone = context.organisation.worktime.zone
    latest = ((period, _latest(period, context.now, context)) for _, _, period in _sent(context))
    return min((datetime.combine(_next_first(p, at.date()), HOUR, zone) for p, at in latest), default=None)


def _sent(context: Context) -> Iterator[tuple[Report, Party, str]]:
    for report in context.routine.reports.values():
        for party, period in report.send:
            yield report, party, period


def post_reports(session: Session, now: datetime) -> int:
    """Write the mails of the reports that are due; give how many. The caller commits."""
    context = Context.open(session, now)
    return sum(_post(context, *each) for each in _sent(context))


def _post(context: Context, report: Report, party: Party, period: str) -> int:
    at = _latest(period, context.now, context)
    key = f"report:{report.name}:{period}:{name_of(party)}:{at.date()}"[:120]
    if at < context.newest.published_at or _is_written(context.session, key):
        return 0
    flow = next(iter(context.routine.flows))
    people = Lookup(context.facts_of_new(flow, {})).find(party, "anywhere").people
    wrote = [_write(context, report, key, person, name_of(party)) for person in people]
    return sum(wrote)


def _is_written(session: Session, key: str) -> bool:
    known = _written.setdefault(session.get_bind().engine, set())
    if key not in known and session.scalar(select(OutgoingMail.id).where(OutgoingMail.event_key == key).limit(1)):
        known.add(key)
    return key in known


def _write(context: Context, report: Report, key: str, person: int, why: str) -> bool:
    receiver = context.session.get_one(Person, person)
    language = receiver.language or context.routine.languages[0]
    written = compose.write(
        context.session,
        event_key=key,
        subject=None,
        receiver=receiver,
        mail=report.name,
        why=why,
        values={"report": say(report.label, language)},
        link=f"report:{report.name}",
        now=context.now,
        language=language,
    )
    return written is not None
