"""What comes next for a case, worked out when it moves, so that a list need not ask for each of its rows."""

from __future__ import annotations

from collections.abc import Iterator

from app.language.definition import BACK, NEW, SAME, Flow, Transition
from app.routing.facts import CaseFacts
from app.routing.parties import Lookup
from app.workflow.actor import Actor
from app.workflow.context import Context
from app.workflow.evaluator import Verdict, may
from app.workflow.table import leaving
from model import Subject


def refresh(context: Context, subject: Subject) -> None:
    """Work out the subject's next step."""
    subject.next_step = next_step(context.facts(subject))


def next_step(facts: CaseFacts) -> dict[str, str | None]:
    """Give {"flow": name, "transition": name, "blocked": guard or None} of the natural way on; {} when there is none.

    First what is still to be judged here, then a first part where there is none, then the way onward.
    """
    for flow, name in (*_to_judge(facts), *_first_part(facts)):
        return {"flow": flow, "transition": name, "blocked": None}
    for transition in natural(facts.flow, facts.state):
        blocked = next((r.name for r in _judge(facts, transition).refusals if r.kind == "guard"), None)
        return {"flow": facts.flow.name, "transition": transition.name, "blocked": blocked}
    return {}


def _to_judge(facts: CaseFacts) -> Iterator[tuple[str, str]]:
    """Transitions that stay here and ask for a choice nobody has made."""
    for name in leaving(facts.flow).get(facts.state, ()):
        transition = facts.flow.transitions[name]
        asked = [facts.routine.fields[each] for each in transition.fields]
        choices = [each for each in asked if isinstance(each.choices, tuple)]
        if transition.to.state == SAME and choices and all(facts.value(each.name) is None for each in choices):
            yield facts.flow.name, name


def _first_part(facts: CaseFacts) -> Iterator[tuple[str, str]]:
    """Adding of a part where the case has none and could have one."""
    for flow in facts.routine.flows.values():
        if facts.finished or facts.flow.name not in flow.part_of or any(True for _ in facts.parts(flow.name)):
            continue
        new = facts.new_part(flow.name)
        for name in leaving(flow)[NEW]:
            if _judge(new, flow.transitions[name]):
                yield flow.name, name


def natural(flow: Flow, state: str) -> Iterator[Transition]:
    """Transitions that lead on from a state: back from a side state, else to one declared later.

    Unfinished states come first, and side states, from which the way leads back, last.
    """
    order = list(flow.states)
    if state not in order or flow.states[state].final == "yes":
        return
    here = order.index(state)
    leave = [flow.transitions[name] for name in leaving(flow)[state] if flow.transitions[name].by is not None]
    yield from (t for t in leave if t.to.state == BACK)
    onward = [t for t in leave if t.to.state in order and order.index(t.to.state) > here]
    aside = {state for t in flow.transitions.values() if t.to.state == BACK for state in t.sources}
    yield from sorted(
        onward, key=lambda t: (t.to.state in aside, flow.states[t.to.state].finished, order.index(t.to.state))
    )


def _judge(facts: CaseFacts, transition: Transition) -> Verdict:
    """Judge as somebody who may: the first who holds it."""
    holder = next(iter(_holders(facts, transition)), None)
    return may(facts, transition.name, Actor(person=holder)) if holder is not None else Verdict(())


def _holders(facts: CaseFacts, transition: Transition) -> tuple[int, ...]:
    return Lookup(facts).find(transition.by).people
