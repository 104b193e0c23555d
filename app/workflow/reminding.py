"""What clocks do when their time comes: reminders, endings by themselves - each once, however many workers run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from app.language import definition
from app.language.parties import name_of
from app.routing.facts import CaseFacts
from app.workflow import clocks, digest, engine, journal, mailing
from app.workflow.actor import ITSELF
from app.workflow.context import Context
from model import Clock, JournalEntry, Part, Subject

PUT_OFF = timedelta(minutes=15)

log = structlog.get_logger(__name__)


def run_due(session: Session, now: datetime, limit: int = 50) -> int:
    """Do what is due on at most `limit` clocks; give how many had something. The caller commits.

    Late reminders go when no clock is left that is due, so that each person gets one mail for all of theirs.
    """
    query = select(Clock).where(Clock.stopped_at.is_(None), Clock.next_at <= now).order_by(Clock.next_at, Clock.id)
    rows = session.scalars(query.limit(limit)).all()
    if rows:
        context = Context.open(session, now)
        for row in rows:
            _run_apart(context, row)
    if len(rows) < limit:
        digest.gather(session, now)
    return len(rows)


def _run_apart(context: Context, row: Clock) -> None:
    """Do one clock's work by itself: a fault in it is logged, put off and keeps no other clock waiting."""
    with bound_contextvars(case=row.subject.number):
        try:
            with context.session.begin_nested():
                if _is_still_due(context, row):
                    _run(context, row)
        except Exception:
            log.exception("clock_failed", clock=row.id, subject=row.subject_id)
            row.next_at = context.now + PUT_OFF


def _is_still_due(context: Context, row: Clock) -> bool:
    """Hold the case, then its part, as a move does; whether no other worker and no move has been here meanwhile."""
    subject = row.subject
    for each in (subject.whole, subject) if isinstance(subject, Part) else (subject,):
        engine.hold(context, each)
    context.session.refresh(row)
    return row.stopped_at is None and row.next_at is not None and row.next_at <= context.now


def _run(context: Context, row: Clock) -> None:
    subject = row.subject
    facts = context.facts(subject)
    clock = facts.flow.clocks.get(row.name)
    if clock is None:
        row.next_at = None
        return
    _remind(context, facts, clock, row)
    row.reminded_until = context.now
    row.next_at = clocks.next_moment(clock, row, facts)
    over = row.due_at is not None and context.now > row.due_at
    if over and clock.then and clocks.has_yet_to_end(context.session, clock, row):
        _end(context, subject, clock.then)


def _remind(context: Context, facts: CaseFacts, clock: definition.Clock, row: Clock) -> None:
    """Send what has come due. Of reminders that piled up while no worker ran, each person gets the latest only."""
    subject = row.subject
    latest: dict[int, tuple[datetime, str, mailing.Recipient]] = {}
    for at, key, recipient in _fallen_due(context, facts, clock, row):
        if recipient.person not in latest or latest[recipient.person][0] < at:
            latest[recipient.person] = (at, key, recipient)
    if not latest:
        return
    subject.events += 1
    told = []
    for at, key, recipient in latest.values():
        told += mailing.send(context, facts, [recipient], key)
        if context.now - at > digest.LATE:
            digest.hold_back(context.session, key, recipient.person)
    journal.write(context, subject, None, ITSELF, subject.state, {}, (), told, event=journal.REMINDED)


def _fallen_due(
    context: Context, facts: CaseFacts, clock: definition.Clock, row: Clock
) -> Iterator[tuple[datetime, str, mailing.Recipient]]:
    for party, moment, at, n in clocks.reminders(clock, row, facts, context.now):
        if not row.reminded_until < at <= context.now:
            continue
        length = f"{moment.length.count} {moment.length.unit}" if moment.length else ""
        key = f"clock:{row.id}:{moment.how}:{length}:{n}"
        for person in context.lookup(facts).find(party).people:
            yield at, key, mailing.Recipient(person, mailing.REMINDER, name_of(party))


def _end(context: Context, subject: Subject, transition: str) -> None:
    """Attempt what happens when the clock is over; refused, the journal says so and a later move tries again."""
    try:
        with context.session.begin_nested():
            engine.move(context, subject, transition, actor=ITSELF, answers={}, version=None)
    except engine.Refused as refused:
        _tell_refusal(context, subject, transition, {"refused": [refusal.name for refusal in refused.refusals]})


def _tell_refusal(context: Context, subject: Subject, transition: str, why: dict[str, Any]) -> None:
    """Write why it was refused into the journal, unless that is the last that was tried here."""
    tried = select(JournalEntry).where(JournalEntry.subject_id == subject.id, JournalEntry.event != journal.REMINDED)
    last = context.session.scalars(tried.order_by(JournalEntry.ordinal.desc()).limit(1)).first()
    if last is not None and (last.event, last.transition, last.answers) == (journal.REFUSED_ITSELF, transition, why):
        return
    subject.events += 1
    journal.write(context, subject, transition, ITSELF, subject.state, why, (), [], event=journal.REFUSED_ITSELF)
