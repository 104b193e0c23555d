"""Open cases into another edition: a case and its parts together, each with a row in the journal.

Source: the language's section 12 (Editions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select

from app.language import definition
from app.language.conditions import holds
from app.language.definition import Flow, Routine
from app.routing import seats
from app.routing.facts import CaseFacts
from app.workflow import clocks, engine, journal
from app.workflow.actor import ITSELF
from app.workflow.context import Context
from model import Case, Clock, JournalEntry, Subject

MIGRATED = "migrated"
Mapped = Mapping[str, Mapping[str, str]]
"""Flow -> old state -> new state; what isn't mentioned keeps its name."""
Moment = tuple[datetime, frozenset[str]]
"""When something happened to a case, and under which names: the transition, and the state it came into."""


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
    facts = context.facts(subject)
    subject.finished = facts.finished
    subject.closed_at = (subject.closed_at or context.now) if facts.finished else None
    _unseat(subject, routine)
    _carry_clocks(facts, before, {} if enters else states.get(subject.flow, {}), old if enters else None, happened)


def _unseat(subject: Subject, routine: Routine) -> None:
    """A role that the edition doesn't name no longer has the case."""
    if subject.handler is None or subject.finished:
        return
    role = seats.read(subject.handler).role
    if role and role not in routine.roles:
        subject.handler, subject.orphaned = None, True


def _carry_clocks(
    facts: CaseFacts,
    before: Flow,
    renamed: Mapping[str, str],
    left: str | None,
    happened: Callable[[], Iterable[Moment]],
) -> None:
    """Stop what is over, start what is new, and reckon anew what runs by other rules; `left` = the state now left."""
    subject = facts.subject
    if subject is None:
        return
    if _renames(before, renamed):
        subject.rename_starts(renamed)
    if left is None and _all_alike(before, facts.flow):
        return
    same = same_clocks(before, facts.flow)
    _stop_clocks(facts, left)
    for clock in facts.flow.clocks.values():
        row = facts.clock(clock.name)
        fresh = row is None and clock.name not in before.clocks
        if not facts.finished and (fresh or (left and (row is None or row.stopped_at))) and holds(clock.when, facts):
            now = [(facts.now, frozenset({facts.state}))] if left else []
            begun = _begun(clock, facts, renamed, [*(happened() if fresh else ()), *now])
            if begun is not None:
                clocks.recompute(clock, begun, facts)
        elif row is not None and row.stopped_at is None and clock.name not in same:
            clocks.recompute(clock, row, facts)
    subject.due_at = clocks.nearest_due(subject)


def _renames(before: Flow, renamed: Mapping[str, str]) -> bool:
    """Whether a clock runs for a state that is renamed."""
    return any(name in renamed for clock in before.clocks.values() for name in clock.start)


def _all_alike(before: Flow, after: Flow) -> bool:
    """Whether every clock goes on as it is: none is new, gone or reckoned otherwise."""
    return len(same_clocks(before, after)) == len(before.clocks) == len(after.clocks)


def _stop_clocks(facts: CaseFacts, left: str | None) -> None:
    """Stop what the edition lacks, and what ran for the state that is left."""
    for row in facts.subject.clocks if facts.subject else ():
        clock = facts.flow.clocks.get(row.name)
        over = clock is None or (left is not None and row.started_in == left and not clock.stop)
        if over and row.stopped_at is None:
            row.stopped_at, row.next_at = facts.now, None


@lru_cache(maxsize=256)
def same_clocks(old: Flow, new: Flow) -> frozenset[str]:
    """Clocks that run by the same rules in both: they go on as they are."""
    alike = ("runs", "until", "pause", "when", "remind", "then")
    return frozenset(
        name
        for name, clock in new.clocks.items()
        if name in old.clocks and all(getattr(clock, each) == getattr(old.clocks[name], each) for each in alike)
    )


def _begun(
    clock: definition.Clock, facts: CaseFacts, renamed: Mapping[str, str], moments: Iterable[Moment]
) -> Clock | None:
    """Start a clock if what starts it has happened and nothing has stopped it since."""
    start, inside = None, ""
    for at, called in moments:
        known = {renamed.get(name, name) for name in called}
        if known & set(clock.stop):
            start = None
        if known & set(clock.start):
            start, inside = at, next((name for name in clock.start if name in known & set(facts.flow.states)), "")
    if start is None or (inside and not clock.stop and facts.state != inside):
        return None
    return clocks.begin(clock, facts, start, inside)


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


def history(context: Context, subject: Subject) -> list[Moment]:
    """What has happened to the subject, the earliest first."""
    rows = select(JournalEntry.at, JournalEntry.transition, JournalEntry.from_state, JournalEntry.to_state)
    found = context.session.execute(rows.where(JournalEntry.subject_id == subject.id).order_by(JournalEntry.ordinal))
    return [(at, names(transition, before, after)) for at, transition, before, after in found]


def names(transition: str | None, before: str | None, after: str) -> frozenset[str]:
    """By which names a clock knows what a journal row tells."""
    return frozenset({transition or ""} | ({after} if after != before else set()))


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
