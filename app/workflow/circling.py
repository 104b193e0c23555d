"""Cases sent back and forth between units: allowed, counted, and now and then the administrators are told."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import select

from app.routing.facts import CaseFacts
from app.workflow import mailing
from app.workflow.context import Context
from model import JournalEntry

OFTEN = 5
"""Every so many arrivals at the same unit are told."""
UNIT = "unit"


def note(context: Context, facts: CaseFacts, answers: Mapping[str, Any], event_key: str) -> None:
    """After a move that asked for the unit: tell the administrators where it has brought the case there often."""
    subject, unit = facts.subject, answers.get(UNIT)
    if subject is None or not unit:
        return
    came = arrivals(context, subject.id)
    if came and came[-1] == unit and came.count(unit) % OFTEN == 0:
        more = {"count": str(came.count(unit))}
        mailing.warn_administrators(context, subject, facts, event_key, mailing.GOING_ROUND, more)


def arrivals(context: Context, subject: int) -> list[str]:
    """The units a case has come to, one after the other, as the journal has them."""
    query = select(JournalEntry.answers).where(JournalEntry.subject_id == subject).order_by(JournalEntry.ordinal)
    named = [answers[UNIT] for answers in context.session.scalars(query) if isinstance(answers.get(UNIT), str)]
    # A move that asks for the unit and leaves it as it was brings the case nowhere.
    return [unit for unit, _ in groupby(named)]
