"""What a move makes of a case, on its row alone: the same for a real move and for one that is only tried."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from app.language.definition import BACK, Flow, Transition
from app.routing.facts import CaseFacts
from app.routing.parties import Found
from app.workflow import clocks, keeping
from app.workflow.actor import ITSELF, Actor
from app.workflow.context import Context
from app.workflow.evaluator import Verdict, may
from app.workflow.machine import Move, run
from app.workflow.table import leaving
from model import Subject

MOST_ITSELF = 20
"""Moves by themselves that one move may set off."""


def take(
    context: Context, subject: Subject, facts: CaseFacts, declared: Transition, verdict: Verdict, actor: Actor
) -> Found | None:
    """Keep the answers, enter the new state and settle there; give who was found, None where nobody was looked for."""
    keeping.keep(subject, verdict.answers, facts)
    keeping.set_values(subject, declared, facts, actor)
    keeping.ask_again(subject, declared)
    before = subject.state
    former = subject.former_states[-1] if subject.former_states else ""
    after = run(facts.flow, declared.name, Move(before, verdict, former))
    if after != before:
        _enter(subject, before, after, back=declared.to.state == BACK)
    return settle(context, subject, declared, actor, before)


def _enter(subject: Subject, before: str, after: str, *, back: bool) -> None:
    former = list(subject.former_states)
    subject.former_states = former[:-1] if back else [*former, before]
    subject.state = after


def settle(context: Context, subject: Subject, declared: Transition, actor: Actor, before: str | None) -> Found | None:
    """Note the move, find the receiver, start and stop clocks; the state has been entered already."""
    facts = context.facts(subject)
    subject.finished = facts.finished
    subject.changed_at = context.now
    subject.closed_at = (subject.closed_at or context.now) if facts.finished else None
    subject.events += 1
    keeping.remember(subject, declared.name, actor.person)
    found = _assign(context, subject, facts, declared, actor)
    clocks.settle(facts, declared.name, subject.state if subject.state != before else None)
    return found


def _assign(context: Context, subject: Subject, facts: CaseFacts, declared: Transition, actor: Actor) -> Found | None:
    """Give the case to the function that `assign` finds."""
    if declared.assign is None:
        return None
    found = context.lookup(facts, actor.person).find(declared.assign)
    subject.handler = str(found.seats[0]) if found.seats else None
    subject.orphaned = subject.handler is None
    subject.trace = list(found.steps)
    return found


def by_itself(context: Context, subject: Subject) -> tuple[Transition, Verdict] | None:
    """Give the transition by itself that may happen now: not one that waits for a clock."""
    flow = context.edition(subject).routine.flows[subject.flow]
    for declared in _untimed(flow, subject.state):
        if verdict := may(context.facts(subject), declared.name, ITSELF, {}):
            return declared, verdict
    return None


@lru_cache(maxsize=4096)
def _untimed(flow: Flow, state: str) -> tuple[Transition, ...]:
    """Transitions by themselves from the state that wait for no clock."""
    timed = {clock.then for clock in flow.clocks.values()}
    leads = (flow.transitions[name] for name in leaving(flow).get(state, ()))
    return tuple(each for each in leads if each.by is None and each.name not in timed)


def around(subject: Subject) -> list[Subject]:
    """Give the subject with its whole or its parts: what a move here may set off moves there."""
    whole: list[Any] = [subject.whole] if subject.kind == "part" else []  # type: ignore[attr-defined]
    return [subject, *whole, *getattr(subject, "parts", [])]
