"""Open cases into another edition: a case and its parts together, each with a row in the journal.

Source: the language's section 12 (Editions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from app.language.definition import Routine
from app.routing import seats
from app.routing.facts import CaseFacts
from app.workflow import carrying, clocks, engine, journal
from app.workflow.actor import ITSELF
from app.workflow.carrying import Moment, history
from app.workflow.context import Context
from model import Case, Subject

MIGRATED = "migrated"
Mapped = Mapping[str, Mapping[str, str]]
"""Flow -> old state -> new state; what isn't mentioned keeps its name."""


class Lost(Exception):
    """A case stands in `state`, which the new edition hasn't."""

    def __init__(self, number: str, state: str) -> None:
        super().__init__(f"{number}: {state}")
        self.state = state


def family(routine: Routine, root: str) -> tuple[str, ...]:
    """The flow with those that live inside its cases: they always run on one edition."""
    return (root, *(flow.name for flow in routine.flows.values() if root in flow.part_of))


def roots(routine: Routine) -> tuple[str, ...]:
    """The flows whose cases are cases of their own."""
    return tuple(flow.name for flow in routine.flows.values() if not flow.part_of)


def answer(routine: Routine, root: str) -> Mapped | str | None:
    """What the routine says of a family's open cases: a mapping by flow, `stay`, or None where it says nothing."""
    said = {flow: routine.migrate[flow] for flow in family(routine, root) if flow in routine.migrate}
    moving = {flow: states for flow, states in said.items() if not isinstance(states, str)}
    if moving:
        return moving
    return "stay" if said else None


def place(routine: Routine, states: Mapped, flow: str, state: str) -> str | None:
    """Where a case in the state comes to stand; None where there is no such place."""
    wanted = states.get(flow, {}).get(state, state)
    return wanted if flow in routine.flows and wanted in routine.flows[flow].states else None


def carry(context: Context, subject: Subject, states: Mapped, happened: Callable[[], Iterable[Moment]]) -> None:
    """Put one case or part, its row alone, under the newest edition. Raises Lost.

    `happened` gives its history, the earliest first, and is asked only where a new clock must know.
    """
    routine = context.routine
    old, new = subject.state, place(routine, states, subject.flow, subject.state)
    if new is None:
        raise Lost(subject.number, old)
    before = context.edition(subject).routine.flows[subject.flow]
    enters = new != old and new in before.states
    subject.former_states = [
        kept for each in subject.former_states if (kept := place(routine, states, subject.flow, each)) is not None
    ]
    subject.state, subject.edition_id = new, context.newest.id
    subject.presses = {} if enters else subject.presses
    facts = context.facts(subject)
    subject.finished = facts.finished
    subject.closed_at = (subject.closed_at or context.now) if facts.finished else None
    _unseat(subject, routine)
    renamed = {} if enters else states.get(subject.flow, {})
    carrying.carry_clocks(facts, before, renamed, old if enters else None, happened)


def _unseat(subject: Subject, routine: Routine) -> None:
    """A role that the edition doesn't name no longer has the case."""
    if subject.handler is None or subject.finished:
        return
    role = seats.read(subject.handler).role
    if role and role not in routine.roles:
        subject.handler, subject.orphaned = None, True


def migrate(context: Context, case: Case, states: Mapped) -> None:
    """Move an open case and its parts to the newest edition, each with a journal row. Raises Lost."""
    engine.hold(context, case)
    for subject in (case, *case.parts):
        before = subject.state
        carry(context, subject, states, lambda subject=subject: history(context, subject))  # type: ignore[misc]
        subject.events += 1
        subject.version += 1
        subject.changed_at = context.now
        journal.write(context, subject, None, ITSELF, before, {}, (), [], event=MIGRATED)
    context.session.flush()
    engine.ripple(context, case)


def recount(facts: CaseFacts) -> bool:
    """Reckon the case's running clocks anew, after a change of calendar or lengths; give whether one moved."""
    moved = False
    for clock in facts.flow.clocks.values():
        row = facts.clock(clock.name)
        if row is not None and row.stopped_at is None:
            before = row.due_at
            clocks.recompute(clock, row, facts)
            moved = moved or row.due_at != before
    if moved and facts.subject is not None:
        facts.subject.due_at = clocks.nearest_due(facts.subject)
    return moved
