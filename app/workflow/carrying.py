"""Clocks of a case that goes on under other rules: another edition, or another flow.

Source: the language's section 12 (One move, point 4; Editions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select

from app.language import definition
from app.language.conditions import holds
from app.language.definition import Flow
from app.routing.facts import CaseFacts
from app.workflow import clocks
from app.workflow.context import Context
from app.workflow.journal import NOT_MADE
from model import Clock, JournalEntry, Subject

Moment = tuple[datetime, frozenset[str]]
"""When something happened to a case, and under which names: the transition, and the state it came into."""


def carry_clocks(
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


def history(context: Context, subject: Subject) -> list[Moment]:
    """What has happened to the subject, the earliest first."""
    rows = select(JournalEntry.at, JournalEntry.transition, JournalEntry.from_state, JournalEntry.to_state)
    here = rows.where(JournalEntry.subject_id == subject.id, JournalEntry.event.not_in(NOT_MADE))
    found = context.session.execute(here.order_by(JournalEntry.ordinal))
    return [(at, names(transition, before, after)) for at, transition, before, after in found]


def names(transition: str | None, before: str | None, after: str) -> frozenset[str]:
    """By which names a clock knows what a journal row tells."""
    return frozenset({transition or ""} | ({after} if after != before else set()))
