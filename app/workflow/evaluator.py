"""The one evaluator: may somebody make this transition, and if not, why not - every reason, not the first.

Buttons, "why can't I?", the move itself, the dry run, scenarios and the worker all ask `may`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.language.conditions import ClockIs, Condition, Facts, holds, walk
from app.language.definition import NEW, Field, Routine, Text, Transition
from app.language.kinds import guard_kind, menders
from app.language.parties import Word, name_of, opened
from app.routing.facts import CaseFacts
from app.routing.parties import Lookup
from app.workflow import approvals
from app.workflow.actor import Actor
from app.workflow.answers import MISSING, Unacceptable, accept, default, unanswered
from app.workflow.told import in_every_language

log = structlog.get_logger()

NOT_OFFERED = "not offered"
WRITTEN_ANEW = ("text", "file")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why not. `kind` is state, who, field, guard or empty; `name` the field's, guard's or party's.

    A field's `reason` is one of app.workflow.answers; a guard has its sentence, its kind and what mends it.
    """

    kind: str
    name: str
    reason: str = ""
    says: Text = field(default_factory=dict)
    guard_kind: str = ""
    mends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `may` found: the refusals, and the answers as they would be kept."""

    refusals: tuple[Refusal, ...]
    answers: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether it may happen: exactly when nothing refuses."""
        return not self.refusals

    @property
    def offered(self) -> bool:
        """Whether the transition is theirs and from here, whatever else stands in the way."""
        return not any(refusal.kind in ("state", "who") for refusal in self.refusals)


def may(facts: CaseFacts, name: str, actor: Actor, answers: Mapping[str, Any] | None = None) -> Verdict:
    """Judge a transition. With `answers` None it is the button that is asked about, not a form that was sent."""
    transition = facts.flow.transitions[name]
    if not fits(facts, transition):
        return Verdict((Refusal("state", NOT_OFFERED),))
    if not holds_by(facts, transition, actor):
        return Verdict((Refusal("who", NOT_OFFERED),))
    if answers is None:
        return Verdict((*_missing(facts, transition), *_guards(facts, transition, button=True)))
    kept, faults = _answers(facts, transition, actor, answers)
    after = facts.with_answers(kept)
    if not faults and facts.subject is None and facts.whole is None and not holds(facts.flow.when, after):
        return Verdict((Refusal("state", NOT_OFFERED),), kept)
    return Verdict((*faults, *_missing(after, transition), *_guards(after, transition)), kept)


def _missing(facts: CaseFacts, transition: Transition) -> Iterator[Refusal]:
    """Parties that must approve and that nobody is in, with the unit where they were looked for."""
    if approvals.several(transition):
        for party in approvals.tally(facts, transition).empty:
            yield Refusal("empty", name_of(party), facts.value("unit") or "")


def fits(facts: CaseFacts, transition: Transition) -> bool:
    """Whether the transition leaves the present state (`new`: there is none yet, and its whole isn't finished)."""
    if facts.subject is None and facts.whole is not None and facts.whole.finished:
        return False
    return (NEW if facts.subject is None else facts.state) in transition.sources


def holds_by(facts: CaseFacts, transition: Transition, actor: Actor) -> bool:
    """Whether the actor is in `by`."""
    if transition.by is None:
        return actor.itself
    if actor.itself:
        return False
    if actor.reporter and facts.subject is not None and Lookup(facts).names_reporter(transition.by):
        return not approvals.several(transition) or _awaited(facts, transition, actor)
    lookup = Lookup(facts, actor.person)
    anywhere = transition.creates and not facts.flow.part_of
    found = lookup.find(transition.by, "anywhere" if anywhere else "nearest")
    if found.opens_to(actor.person):
        return not facts.shuts_out(actor.person)
    pressed = actor.person is not None and actor.person in found.people
    return pressed and (not approvals.several(transition) or _awaited(facts, transition, actor))


def _awaited(facts: CaseFacts, transition: Transition, actor: Actor) -> bool:
    """Whether it is the actor's press that is still needed; a party nobody is in stands in everybody's way."""
    count = approvals.tally(facts, transition)
    return approvals.presser(actor, facts) in count.awaited


def form(facts: CaseFacts, transition: Transition) -> tuple[tuple[Field, bool], ...]:
    """The fields asked now, in declared order, each with whether it must be answered."""
    asked = ((facts.routine.fields[name], name in transition.fields) for name in transition.asked)
    return tuple((each, must) for each, must in asked if holds(each.when, facts))


def present(each: Field, facts: CaseFacts, transition: Transition, actor: Actor) -> Any:
    """Give what the form shows before anybody answers; texts and files are written anew each time."""
    if facts.subject is None and each.name == "reporter" and actor.person is not None and _open(transition, facts):
        return actor.person
    if each.type in WRITTEN_ANEW and each.choices is None and not (facts.subject is None and each.default):
        return None
    value = None if facts.subject is None and facts.flow.part_of else facts.value(each.name)
    if unanswered(value) and not (facts.subject and each.name in facts.subject.answers):
        value = default(each, facts)
    return value


def signed(facts: CaseFacts, transition: Transition, actor: Actor, kept: Mapping[str, Any]) -> Actor:
    """Say who begins a case: nobody, where somebody logged in left out that it is theirs."""
    nameless = "reporter" in transition.optional and _open(transition, facts) and unanswered(kept.get("reporter"))
    return replace(actor, person=None, kind="") if nameless else actor


def _open(transition: Transition, facts: CaseFacts) -> bool:
    """Whether anyone may: then who fills in the form is the reporter; else it is staff, for somebody."""
    return Word("anyone") in opened(transition.by, facts.routine.parties)


def _answers(
    facts: CaseFacts, transition: Transition, actor: Actor, given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Refusal]]:
    """Read the asked fields one after the other, so that a field's `when` sees the answers that it tests."""
    kept: dict[str, Any] = {}
    faults: list[Refusal] = []
    for name in answer_order(facts.routine, transition.asked):
        each = facts.routine.fields[name]
        overlaid = facts.with_answers(kept)
        if not holds(each.when, overlaid):
            continue
        try:
            raw = given[name] if name in given else present(each, overlaid, transition, actor)
            kept[name] = accept(each, raw, overlaid, actor.person)
        except Unacceptable as fault:
            faults.append(Refusal("field", name, str(fault)))
            continue
        if name in transition.fields and unanswered(kept[name]):
            faults.append(Refusal("field", name, MISSING))
    faults.sort(key=lambda fault: transition.asked.index(fault.name))
    return {name: kept[name] for name in transition.asked if name in kept}, faults


@lru_cache(maxsize=1024)
def answer_order(routine: Routine, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Give the asked fields in an order in which what a field's `when` tests is answered before it."""

    def depth(name: str, above: frozenset[str]) -> int:
        tested = {field for each in walk(routine.fields[name].when, _needs(routine)) for field in _asks(routine, each)}
        before = tested.intersection(asked) - above
        return max((1 + depth(each, above | {each}) for each in before), default=0)

    return tuple(sorted(asked, key=lambda name: depth(name, frozenset({name}))))


def _asks(routine: Routine, condition: Condition) -> tuple[str, ...]:
    """The fields whose answers a condition tests: of a clock, the dates that start it."""
    if isinstance(condition, ClockIs):
        clocks = (flow.clocks.get(condition.clock) for flow in routine.flows.values())
        return tuple(name for clock in clocks if clock is not None for name in clock.start)
    return (getattr(condition, "field", ""),)


def _needs(routine: Routine) -> dict[str, Condition]:
    return {name: guard.needs for name, guard in routine.guards.items()}


def _guards(facts: CaseFacts, transition: Transition, *, button: bool = False) -> tuple[Refusal, ...]:
    found = []
    for name in transition.guards:
        guard = facts.routine.guards[name]
        kind = guard_kind(facts.routine, facts.flow.name, transition.name, name)
        if (button and kind == "input") or satisfied(guard.needs, facts, name):
            continue
        mends = menders(facts.routine, facts.flow.name, transition.name, name)
        found.append(Refusal("guard", name, "", in_every_language(guard.says, facts), kind, mends))
    return tuple(found)


def satisfied(needs: Condition, facts: Facts, guard: str) -> bool:
    """Whether a guard holds: exactly when it is plainly so. One that can't be judged is written down, and refuses."""
    try:
        return holds(needs, facts) is True
    except SQLAlchemyError:
        raise  # the database is away: that says nothing of the guard
    except Exception:
        log.exception("guard_failed", guard=guard)
        return False


def blocked(facts: CaseFacts, name: str) -> tuple[Refusal, ...]:
    """The guards that stand in the way of a transition whoever presses, those of kind input aside."""
    return _guards(facts, facts.flow.transitions[name], button=True)


def names_reporter(transition: Transition, facts: CaseFacts) -> bool:
    """Whether the reporter is among those who may."""
    return Lookup(facts).names_reporter(transition.by)
