"""What is allowed from where, compiled once from the definition: the answer to "which buttons?"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from app.language.definition import NEW, Flow
from app.routing.facts import CaseFacts
from app.workflow.actor import Actor
from app.workflow.evaluator import Verdict, may


@lru_cache(maxsize=256)
def leaving(flow: Flow) -> Mapping[str, tuple[str, ...]]:
    """State (or `new`) -> names of the transitions that leave it, in the file's order."""
    return {
        state: tuple(name for name, transition in flow.transitions.items() if state in transition.sources)
        for state in (NEW, *flow.states)
    }


def offers(facts: CaseFacts, actor: Actor) -> Iterator[tuple[str, Verdict]]:
    """The transitions that are the actor's and leave from here, each with what stands in the way of its button."""
    for name in leaving(facts.flow)[facts.state or NEW]:
        verdict = may(facts, name, actor)
        if verdict.offered and facts.flow.transitions[name].by is not None:
            yield name, verdict


def additions(facts: CaseFacts, actor: Actor) -> Iterator[tuple[str, str, Verdict]]:
    """The parts that the actor may add to this case: flow, transition, verdict."""
    for flow in facts.routine.flows.values():
        if facts.flow.name not in flow.part_of:
            continue
        new = facts.new_part(flow.name)
        for name, verdict in offers(new, actor):
            yield flow.name, name, verdict


def possible(facts: CaseFacts, actor: Actor) -> list[str]:
    """Names of everything the actor may press now, guards of kind input aside; adding of parts included."""
    own = [name for name, verdict in offers(facts, actor) if verdict]
    return own + [name for _, name, verdict in additions(facts, actor) if verdict]
