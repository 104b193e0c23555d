"""Cases that nobody could be found for: given to somebody as soon as the organisation has one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import not_, select
from sqlalchemy.orm import Session

from app.language.definition import Transition
from app.workflow import engine, journal, mailing, nextstep
from app.workflow.actor import ITSELF
from app.workflow.context import Context
from model import JournalEntry, Subject

FOUND = "assigned"


def rehome(session: Session, now: datetime, limit: int = 50) -> int:
    """Look again for whoever should have these cases; give how many were given to somebody. The caller commits."""
    waiting = select(Subject).where(Subject.orphaned, not_(Subject.finished)).order_by(Subject.id)
    rows = session.scalars(waiting.limit(limit)).all()
    if not rows:
        return 0
    context = Context.open(session, now)
    return sum(_rehome(context, row) for row in rows)


def _rehome(context: Context, subject: Subject) -> bool:
    engine.hold(context, subject)
    if not subject.orphaned:
        return False
    facts = context.facts(subject)
    declared = _last_assigning(context, subject)
    found = context.lookup(facts).find(declared.assign) if declared else None
    if declared is None or found is None or not found.seats:
        return False
    subject.handler, subject.orphaned, subject.trace = str(found.seats[0]), False, list(found.steps)
    subject.events += 1
    subject.version += 1
    facts = context.facts(subject)
    told_now = [each for each in mailing.recipients(facts, declared.notify, ITSELF) if each.person in found.people]
    told = mailing.send(context, facts, told_now, engine.event_key(subject))
    journal.write(context, subject, None, ITSELF, subject.state, {}, found.steps, told, event=FOUND)
    nextstep.refresh(context, subject)
    return True


def _last_assigning(context: Context, subject: Subject) -> Transition | None:
    """The last transition that should have given the case to somebody."""
    flow = context.edition(subject).routine.flows[subject.flow]
    query = select(JournalEntry.transition).where(
        JournalEntry.subject_id == subject.id, JournalEntry.event.not_in(journal.NOT_MADE)
    )
    for name in context.session.scalars(query.order_by(JournalEntry.ordinal.desc())):
        declared = flow.transitions.get(name or "")
        if declared is not None and declared.assign is not None:
            return declared
    return None
