"""The journal's rows: written with every event, in the event's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.routing.facts import CaseFacts
from app.workflow import prints
from app.workflow.actor import Actor
from app.workflow.context import Context
from app.workflow.prints import FORGOTTEN
from model import JournalEntry, Subject

MOVED = "moved"
PRESSED = "pressed"
"""One press of a transition that several make together, before the last one needed."""
REMINDED = "reminded"
REDACTED = "redacted"
"""Words were taken out of the case; the row doesn't hold them."""
REFUSED_ITSELF = "refused"
LET_THROUGH = "let_through"
"""The report had been held back, and somebody let it become a case."""
LOOKED_UP = "looked_up"
"""Somebody looked up who reported."""
NOT_MADE = (PRESSED, REFUSED_ITSELF)
"""Events that name a transition which didn't happen."""


def write(
    context: Context,
    subject: Subject,
    transition: str | None,
    actor: Actor,
    before: str | None,
    answers: Mapping[str, Any],
    trace: Iterable[dict[str, Any]],
    mails: list[dict[str, str]],
    *,
    event: str = MOVED,
) -> None:
    """Write one row; the subject's `events` has already been counted up for it."""
    row = JournalEntry(
        subject_id=subject.id,
        case_id=subject.whole_id or subject.id,
        ordinal=subject.events,
        at=context.now,
        actor_id=actor.person,
        actor_as=_as(actor, subject),
        event=event,
        transition=transition,
        flow=subject.flow,
        from_state=before,
        to_state=subject.state,
        edition_id=subject.edition_id,
        round=subject.round,
        answers={name: value for name, value in answers.items() if value not in (None, "", [])},
        trace=list(trace),
        mails=mails,
    )
    prints.prove(row)
    context.session.add(row)


def note(context: Context, subject: Subject, actor: Actor, event: str) -> None:
    """Write a row about something that isn't a move."""
    subject.events += 1
    write(context, subject, None, actor, subject.state, {}, (), [], event=event)


def stands(name: str, value: Any, facts: CaseFacts) -> bool:
    """Whether an answer from the journal is the present one; of what was erased only the scar is left to stand."""
    return value == facts.value(name) or (isinstance(value, dict) and FORGOTTEN in value)


def _as(actor: Actor, subject: Subject) -> str:
    if actor.itself:
        return "itself"
    if actor.reporter or (actor.person is not None and actor.person == subject.reporter_id):
        return "reporter"
    return "visitor" if actor.person is None else ""
