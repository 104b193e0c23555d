"""What a move makes of a case, on its row alone: the same for a real move and for one that is only tried."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from app.language.definition import BACK, Flow, Transition
from app.routing.facts import CaseFacts
from app.routing.parties import Found
from app.workflow import carrying, clocks, keeping, shutting
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
    if declared.to.flows:
        _go_on(context, subject, facts, declared)
    elif after != before:
        _enter(subject, before, after, back=declared.to.state == BACK)
    return settle(context, subject, declared, actor, before)


def _enter(subject: Subject, before: str, after: str, *, back: bool) -> None:
    former = list(subject.former_states)
    subject.former_states = former[:-1] if back else [*former, before]
    subject.state = after
    subject.presses = {}


def _go_on(context: Context, subject: Subject, facts: CaseFacts, declared: Transition) -> None:
    """Go on in another flow, as the newest edition has it; what it lacks of clocks stops, what it has starts."""
    flow, state = next(iter(declared.to.flows.items()))
    newest = context.routine.flows.get(flow)
    there = newest is not None and state in newest.states
    subject.flow, subject.state, subject.former_states, subject.presses = flow, state, [], {}
    for each in (subject, *getattr(subject, "parts", ())) if there else ():
        if (kept := context.routine.flows.get(each.flow)) is not None and each.state in kept.states:
            each.edition_id = context.newest.id
    carrying.carry_clocks(context.facts(subject), facts.flow, {}, None, lambda: carrying.history(context, subject))


def settle(context: Context, subject: Subject, declared: Transition, actor: Actor, before: str | None) -> Found | None:
    """Note the move, find the receiver, start and stop clocks; the state has been entered already."""
    facts = context.facts(subject)
    subject.finished = facts.finished
    subject.changed_at = context.now
    subject.closed_at = (subject.closed_at or context.now) if facts.finished else None
    subject.events += 1
    subject.presses = {name: those for name, those in subject.presses.items() if name != declared.name}
    keeping.remember(subject, declared.name, actor.person)
    shutting.exclude(subject, facts, declared, actor.person)
    facts = context.facts(subject)
    found = _assign(context, subject, facts, declared, actor)
    entered = declared.to.flows or subject.state != before
    clocks.settle(facts, declared.name, subject.state if entered else None)
    return found


def _assign(context: Context, subject: Subject, facts: CaseFacts, declared: Transition, actor: Actor) -> Found | None:
    """Give the case to the function that `assign` finds; one whose people are all shut out gives way to the next."""
    if declared.assign is not None:
        found = context.lookup(facts, actor.person).find(declared.assign)
    elif (successor := shutting.successor(facts)) is not None:
        found = successor
    else:
        return None
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
