"""Areas whose reports belong somewhere else: which they are, and the door they lead to."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.language.conditions import Has, Is, Named, holds, walk
from app.language.definition import Routine, Text, Transition
from app.routing.facts import CaseFacts
from app.routing.organisation import AreaCopy

AREA = "area"


@dataclass(frozen=True, slots=True)
class Door:
    """An area that isn't taken here, and the sentence of the guard that says so."""

    area: AreaCopy
    says: Text


def closed(facts: CaseFacts, transition: Transition) -> dict[str, Door]:
    """Give the doors of this form: the areas that a guard of the transition refuses on their name alone."""
    found: dict[str, Door] = {}
    if AREA not in transition.asked:
        return found
    for area in (each for each in facts.organisation.areas.values() if not each.retired):
        chosen = facts.with_answers({AREA: area.name})
        for says in _refusals(chosen, transition):
            found.setdefault(area.name, Door(area, says))
    return found


def _refusals(facts: CaseFacts, transition: Transition) -> Iterator[Text]:
    for name in transition.guards:
        guard = facts.routine.guards[name]
        if _tests_area_alone(facts.routine, name) and not holds(guard.needs, facts):
            yield guard.says


@lru_cache(maxsize=256)
def _tests_area_alone(routine: Routine, guard: str) -> bool:
    needs = {name: each.needs for name, each in routine.guards.items()}
    nodes = list(walk(needs[guard], needs))
    fields = {node.field for node in nodes if isinstance(node, Is | Has)}
    others = {type(node).__name__ for node in nodes if not isinstance(node, Is | Has | Named)}
    return fields == {AREA} and others <= {"Not", "AnyOf", "All"}
