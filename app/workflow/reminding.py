"""What clocks do when their time comes: reminders, endings by themselves - each once, however many workers run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload
from structlog.contextvars import bound_contextvars

from app.language import definition
from app.language.parties import name_of
from app.routing import seats
from app.routing.facts import CaseFacts
from app.workflow import clocks, digest, engine, journal, mailing
from app.workflow.actor import ITSELF
from app.workflow.context import Context
from model import Case, Clock, JournalEntry, Part, Subject

PUT_OFF = timedelta(minutes=15)

log = structlog.get_logger(__name__)


def run_due(session: Session, now: datetime, limit: int = 50) -> int:
    """Do what is due on at most `limit` clocks; give how many had something. The caller commits.

    Late reminders go when no clock is left that is due, so that each person gets one mail for all of theirs.
    """
    first = session.scalars(_due(now).limit(1)).first()
    done = _run_some(Context.open(session, now), first, limit) if first is not None else 0
    if done < limit and (done == 0 or session.scalars(_due(now).limit(1)).first() is None):
        digest.gather(session, now)
    return done


def _due(now: datetime) -> Select[Clock]:
    return select(Clock).where(Clock.stopped_at.is_(None), Clock.next_at <= now).order_by(Clock.next_at, Clock.id)


def _run_some(context: Context, first: Clock, limit: int) -> int:
    """Do the work of many clocks with few statements; where that fails, or others hold them all, one by one."""
    rows: list[Clock] = []
    try:
        with context.session.begin_nested() as held:
            ids, cases = _hold(context, limit)
            rows.extend(_among(cases, ids, context.now))
            _know_people(context, cases)
            for row in rows:
                if _is_due(row, context.now):  # what one clock sets off may stop another
                    with bound_contextvars(case=row.subject.number):
                        _run(context, row)
            if not rows:
                held.rollback()  # whoever waits for others must hold nothing that they may wait for
    except Exception:
        log.warning("clocks_one_by_one", exc_info=True)
    else:
        if rows:
            return len(rows)
    apart = rows or [first]
    for row in apart:
        _run_apart(context, row)
    return len(apart)


def _hold(context: Context, limit: int) -> tuple[set[int], Sequence[Case]]:
    """Hold what clocks are due on, as a move does, but for what somebody else is at: nobody waits for anybody here.

    Give the ids of these clocks, and their cases, read anew with all parts and clocks.
    """
    due = _due(context.now).join(Clock.subject).with_only_columns(Clock.id, Subject.id, Subject.whole_id).limit(limit)
    chosen = context.session.execute(due.with_for_update(of=Subject, skip_locked=True, key_share=True)).all()
    wholes = select(Subject.id).where(Subject.id.in_({whole for _, _, whole in chosen} - {None}))
    held = {None, *context.session.scalars(wholes.with_for_update(skip_locked=True, key_share=True))}
    mine = [each for each in chosen if each[2] in held]
    parts = selectinload(Case.parts).selectinload(Part.clocks)
    query = select(Case).where(Case.id.in_({whole or subject for _, subject, whole in mine}))
    fresh = query.options(selectinload(Case.clocks), parts).execution_options(populate_existing=True)
    return {clock for clock, _, _ in mine}, context.session.scalars(fresh).all()


def _among(cases: Sequence[Case], ids: set[int], now: datetime) -> list[Clock]:
    """Those of the clocks that are due still, in their order."""
    all_of = [clock for case in cases for each in (case, *case.parts) for clock in each.clocks]
    due = [(clock.next_at, clock.id, clock) for clock in all_of if clock.id in ids and _is_due(clock, now)]
    return [clock for _, _, clock in sorted(due, key=itemgetter(0, 1))]


def _is_due(row: Clock, now: datetime) -> bool:
    return row.stopped_at is None and row.next_at is not None and row.next_at <= now


def _know_people(context: Context, cases: Sequence[Case]) -> None:
    """Read at once whom the cases and parts name, and who holds their functions: most mails go to them."""
    rows = [each for case in cases for each in (case, *case.parts)]
    named = [person for row in rows for person in (row.reporter_id, row.entered_by_id, row.owner_id)]
    today = context.organisation.worktime.day_of(context.now)
    handlers = {seats.read(row.handler) for row in rows if row.handler}
    holders = [each.person for seat in handlers for each in seats.holders(seat, context.organisation, today)]
    context.know({each for each in (*named, *(seat.person for seat in handlers), *holders) if each is not None})


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
    return _is_due(row, context.now)


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
    for (at, key), several in groupby(sorted(latest.values(), key=itemgetter(0, 1)), key=itemgetter(0, 1)):
        who = [recipient for _, _, recipient in several]
        told += mailing.send(context, facts, who, key, late=context.now - at > digest.LATE)
    journal.write(context, subject, None, ITSELF, subject.state, {}, (), told, event=journal.REMINDED)


def _fallen_due(
    context: Context, facts: CaseFacts, clock: definition.Clock, row: Clock
) -> Iterator[tuple[datetime, str, mailing.Recipient]]:
    """Each reminder's latest time since the worker was here, for each who gets it."""
    for party, moment, at in clocks.reminders(clock, row, facts):
        n = clocks.past(moment, at, context.now)
        if n <= clocks.past(moment, at, row.reminded_until):
            continue
        length = f"{moment.length.count} {moment.length.unit}" if moment.length else ""
        # With its deadline: one that is moved is another one, and who was reminded of the old is reminded of the new.
        key = f"clock:{row.id}:{_said(row.due_at)}:{moment.how}:{length}:{n}"
        for person in context.lookup(facts).find(party).people:
            yield at(n), key, mailing.Recipient(person, mailing.REMINDER, name_of(party))


def _said(due: datetime | None) -> str:
    """Say a deadline to the second, the same on every database."""
    return due.astimezone(UTC).strftime("%Y%m%dT%H%M%S") if due else ""


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
