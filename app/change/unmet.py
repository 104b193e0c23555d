"""How many open cases don't meet a requirement now: asked before a draft makes it one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from sqlalchemy import select

from app.change.copies import Copy, all_cases, as_subject, cases
from app.language.conditions import holds
from app.language.definition import Routine
from app.routing.facts import CaseFacts
from app.workflow.context import Context
from model import Subject

MOST = 2_000
"""Open cases that are looked at."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """Of `looked` open cases, how many fail each guard; `more` = there are others that weren't looked at."""

    looked: int
    failing: Mapping[str, int]
    more: bool = False


def unmet(context: Context, routine: Routine, flow: str, states: Mapping[str, str], guards: Iterable[str]) -> Unmet:
    """Count the open cases of the flow that fail the routine's guards.

    `states` are the states they stand in now -> what the routine calls them.
    """
    world, asked = context.world(routine), [name for name in guards if name in routine.guards]
    failing: Counter[str] = Counter()
    looked = 0
    found = _standing(context, routine, flow, states)
    for each in islice(found, MOST):
        facts = CaseFacts(world, flow, as_subject(replace(each, state=states[each.state])))
        failing.update(name for name in asked if holds(routine.guards[name].needs, facts) is not True)
        looked += 1
    return Unmet(looked, failing, next(found, None) is not None)


def _standing(context: Context, routine: Routine, flow: str, states: Collection[str]) -> Iterator[Copy]:
    """Give the open cases, or parts of open cases, that stand in one of the states."""
    here = Subject.flow == flow, Subject.state.in_(sorted(states)), Subject.finished.is_(False)
    if not routine.flows[flow].part_of:
        yield from cases(context.session, all_cases(*here).limit(MOST + 1))
        return
    wholes = all_cases(Subject.finished.is_(False), Subject.id.in_(select(Subject.whole_id).where(*here)))
    for whole in cases(context.session, wholes.limit(MOST + 1)):
        yield from (part for part in whole.parts if part.flow == flow and part.state in states and not part.finished)
