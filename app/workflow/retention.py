"""What will be erased by itself, and when: the clocks that end in a move that forgets, and the cases they run on.

Retention is the routine's own: a clock that starts with the end of a case, and a move `by: itself` with `forget`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select, true

from app.language.definition import Clock as Declared
from app.language.definition import Flow, Routine, Transition
from app.workflow.context import Context
from model import Clock, Subject

SOON, LATER = timedelta(days=30), timedelta(days=90)
MOST_NUMBERS = 50


@dataclass(frozen=True, slots=True)
class Ahead:
    """A clock that erases: its flow, its move, how many cases it ends for soon and later, and the first of these.

    `later` has those of `soon` in it; `cases` are (number, end), the nearest first, at most MOST_NUMBERS.
    """

    flow: Flow
    clock: Declared
    declared: Transition
    soon: int
    later: int
    cases: tuple[tuple[str, datetime], ...]


def ahead(context: Context) -> Iterator[Ahead]:
    """Give every clock of the routine in force that erases, with the cases it will erase from as things stand."""
    for flow, clock, declared in erasing(context.routine):
        mine = and_(_to_come(), Clock.name == clock.name, Subject.flow == flow.name, _erases(context, flow, clock))
        soon, later = (_count(context, mine, context.now + each) for each in (SOON, LATER))
        rows = select(Subject.number, Clock.due_at).join(Clock.subject).where(mine, Clock.due_at <= context.now + LATER)
        found = context.session.execute(rows.order_by(Clock.due_at, Clock.id).limit(MOST_NUMBERS)).all()
        yield Ahead(flow, clock, declared, soon, later, tuple((number, due) for number, due in found if due))


def erasing(routine: Routine) -> Iterator[tuple[Flow, Declared, Transition]]:
    """Give the clocks that end in a move that forgets."""
    for flow in routine.flows.values():
        for clock in flow.clocks.values():
            declared = flow.transitions.get(clock.then or "")
            if declared is not None and declared.forget:
                yield flow, clock, declared


def _to_come() -> ColumnElement[bool]:
    """Runs whose end lies ahead of the worker: once it has been there, `reminded_until` is later."""
    return and_(Clock.stopped_at.is_(None), Clock.paused_at.is_(None), Clock.due_at >= Clock.reminded_until)


def _erases(context: Context, flow: Flow, clock: Declared) -> ColumnElement[bool]:
    """Cases on an edition in which that clock erases, too: a case keeps the edition it runs on."""
    editions = context.session.scalars(select(Subject.edition_id).where(Subject.flow == flow.name).distinct()).all()
    routines = {each: context.edition_of(each).routine for each in editions}
    kept = [
        e for e, r in routines.items() if any((f.name, c.name) == (flow.name, clock.name) for f, c, _ in erasing(r))
    ]
    return true() if len(kept) == len(editions) else Subject.edition_id.in_(kept)


def _count(context: Context, mine: ColumnElement[bool], until: datetime) -> int:
    query = select(func.count()).select_from(Clock).join(Clock.subject).where(mine, Clock.due_at <= until)
    return context.session.scalar(query) or 0
