"""The one door: cases and parts are created and moved here and nowhere else, in one order, in one transaction.

The order is the language's section 12 ("One move, one transaction"). Nothing here commits: that is the entrance's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import selectinload

from app.language.conditions import holds
from app.language.definition import NEW, Transition
from app.routing.facts import CaseFacts
from app.routing.parties import Found
from app.workflow import (
    approvals,
    beginning,
    circling,
    clocks,
    codes,
    filing,
    forgetting,
    joining,
    journal,
    keeping,
    mailing,
    nextstep,
    step,
)
from app.workflow.actor import ITSELF, Actor
from app.workflow.context import Context
from app.workflow.evaluator import Refusal, Verdict, blocked, may, signed
from app.workflow.machine import Move, run
from model import Case, Part, Subject

READ_ONCE = ("trace", "unit", "area", "reporter", "owner")
"""What of a row isn't read with its columns, and is of no use once they have changed."""


class Refused(Exception):
    """The move may not happen; `refusals` has every reason."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__(", ".join(refusal.name for refusal in refusals))
        self.refusals = refusals


class Stale(Exception):
    """Somebody else moved the case after the form was opened."""


class EndlessRing(Exception):
    """Transitions by `itself` went on and on: a fault in the routine, rolled back."""


@dataclass(frozen=True, slots=True)
class _Done:
    """A step that was taken: what it was, whose, from which state, with which answers, and who was found."""

    declared: Transition
    actor: Actor
    before: str | None
    answers: Mapping[str, Any]
    found: Found | None


def choose_flow(context: Context, transition: str, answers: Mapping[str, Any], actor: Actor) -> str:
    """Give the first flow with that `new` transition whose `when` holds for the answers."""
    fallback = ""
    for flow in context.routine.flows.values():
        found = flow.transitions.get(transition)
        if flow.part_of or found is None or not found.creates:
            continue
        fallback = fallback or flow.name
        kept = may(context.facts_of_new(flow.name, {}), transition, actor, answers).answers
        if holds(flow.when, context.facts_of_new(flow.name, kept)):
            return flow.name
    if not fallback:
        raise KeyError(transition)
    return fallback


def create(
    context: Context,
    transition: str,
    *,
    actor: Actor,
    answers: Mapping[str, Any],
    flow: str | None = None,
    whole: Case | None = None,
    submit_key: str | None = None,
    number: str = "",
) -> Subject:
    """Create a case (or, in `whole`, a part). Raises Refused; a repeated `submit_key` breaks its unique column.

    `number` is the case's, if it was given out before.
    """
    flow = flow or choose_flow(context, transition, answers, actor)
    if whole is not None:
        hold(context, whole)
    facts = context.facts_of_new(flow, {}, whole)
    verdict = may(facts, transition, actor, answers)
    if not verdict:
        raise Refused(verdict.refusals)
    declared = facts.flow.transitions[transition]
    actor = signed(facts, declared, actor, verdict.answers)
    state = run(facts.flow, transition, Move(NEW, verdict))
    subject = beginning.new_row(context, flow, state, whole, submit_key, number)
    keeping.keep(subject, {**facts.answers, **filing.without_files(verdict.answers)}, facts)
    keeping.keep_reporter(subject, declared, actor, context)
    context.session.add(subject)
    context.session.flush()
    answers = filing.store(context, subject, verdict.answers)
    keeping.keep(subject, answers, facts)
    keeping.set_values(subject, declared, context.facts(subject), actor)
    beginning.follow(subject)
    found = step.settle(context, subject, declared, actor, None)
    _made(context, subject, _Done(declared, actor, None, answers, found))
    return subject


def move(
    context: Context,
    subject: Subject,
    transition: str,
    *,
    actor: Actor,
    answers: Mapping[str, Any],
    version: int | None,
) -> Subject:
    """Move a case or part. `version` is what the form was made from; None = whatever it is now.

    Raises Refused with every reason, Stale when the case has moved on, KeyError for an unknown transition.
    """
    if isinstance(subject, Part):
        hold(context, subject.whole)
    claim(context, subject, version)
    facts = context.facts(subject)
    declared = facts.flow.transitions[transition]
    verdict = may(facts, transition, actor, answers)
    if not verdict:
        raise Refused(verdict.refusals)
    _apply(context, subject, facts, declared, verdict, actor)
    return subject


def _made(context: Context, subject: Subject, done: _Done) -> None:
    """Everything after the step: mails, journal, what happens by itself."""
    codes.give(context, subject)
    facts = context.facts(subject)
    key = event_key(subject)
    if done.found is not None and (done.found.fell or subject.orphaned):
        what = mailing.NO_HANDLER if subject.orphaned else mailing.FALLEN_BACK
        mailing.warn_administrators(context, subject, facts, key, what)
    told = mailing.send(context, facts, mailing.recipients(facts, done.declared.notify, done.actor), key)
    mailing.keep_for_unknown(context, facts, done.declared.notify)
    steps = done.found.steps if done.found else ()
    joining.note(context, subject)
    answers = forgetting.scarred(context, subject, done.declared, done.answers)
    journal.write(context, subject, done.declared.name, done.actor, done.before, answers, steps, told)
    if done.before is not None:
        circling.note(context, facts, answers, key)
    forgetting.forget(context, subject, done.declared)
    ripple(context, subject)


def event_key(subject: Subject) -> str:
    """Name the subject's latest event: a mail about it is written once."""
    return f"{subject.id}:{subject.events}"


def ripple(context: Context, subject: Subject) -> None:
    """What the move makes possible: transitions by itself, here, in the whole, the parts, the cases that name this one.

    And their next steps.
    """
    around = [*step.around(subject), *joining.waiting(context, subject)]
    for each in around:
        _by_itself(context, each)
        _recount(context, each)
    for each in around:
        nextstep.refresh(context, each)
        clocks.try_again(context.session, context.facts(each))
    if isinstance(subject, Part):
        subject.whole.due_at = clocks.nearest_due(subject.whole)


def _by_itself(context: Context, subject: Subject) -> None:
    ready = step.by_itself(context, subject)
    if ready is None:
        return
    declared, verdict = ready
    with _one_deeper(context, subject, declared):
        _apply(context, subject, context.facts(subject), declared, verdict, ITSELF)


def _apply(
    context: Context, subject: Subject, facts: CaseFacts, declared: Transition, verdict: Verdict, actor: Actor
) -> None:
    if approvals.several(declared) and not approvals.tally_with(facts, declared, actor, verdict.answers).enough:
        _press(context, subject, facts, declared, verdict, actor)
        return
    before = subject.state
    kept = Verdict(verdict.refusals, filing.store(context, subject, verdict.answers))
    found = step.take(context, subject, facts, declared, kept, actor)
    _made(context, subject, _Done(declared, actor, before, kept.answers, found))


def _press(
    context: Context, subject: Subject, facts: CaseFacts, declared: Transition, verdict: Verdict, actor: Actor
) -> None:
    """Keep one press of several: its answers, a row in the journal, a mail to whoever is asked only now."""
    asked = set(approvals.tally(facts, declared).awaited)
    answers = filing.store(context, subject, verdict.answers)
    approvals.press(subject, declared, actor, facts, answers)
    keeping.keep(subject, answers, facts)
    joining.note(context, subject)
    subject.events += 1
    subject.changed_at = context.now
    keeping.remember(subject, declared.name, actor.person, happened=False)
    after = context.facts(subject)
    now_asked = [each for each in approvals.tally(after, declared).awaited if each not in asked and each]
    who = [mailing.Recipient(each, declared.name, declared.name) for each in now_asked if each != actor.person]
    told = mailing.send(context, after, who, event_key(subject))
    journal.write(context, subject, declared.name, actor, subject.state, answers, (), told, event=journal.PRESSED)
    ripple(context, subject)


def _recount(context: Context, subject: Subject) -> None:
    """Make what has enough presses now, without a new one: somebody is shut out, or roles have changed."""
    declared = next(approvals.ready(context.facts(subject)), None)
    if declared is None or blocked(context.facts(subject), declared.name):
        return
    with _one_deeper(context, subject, declared):
        by = approvals.last(subject, declared.name)
        before, verdict = subject.state, Verdict(())
        found = step.take(context, subject, context.facts(subject), declared, verdict, by)
        _made(context, subject, _Done(declared, by, before, {}, found))


def recount(context: Context, subject: Subject) -> bool:
    """Look at the open approvals of a case or part after a change of the organisation; give whether one was made."""
    before = subject.events
    hold(context, subject)
    _recount(context, subject)
    return subject.events != before


@contextmanager
def _one_deeper(context: Context, subject: Subject, declared: Transition) -> Iterator[None]:
    """Count moves that set off one another. Raises EndlessRing."""
    depth = context.session.info.get("by_itself", 0)
    if depth >= step.MOST_ITSELF:
        raise EndlessRing(f"{subject.flow}.{declared.name}")
    context.session.info["by_itself"] = depth + 1
    try:
        yield
    finally:
        context.session.info["by_itself"] = depth


def hold(context: Context, subject: Subject) -> None:
    """Let nobody else move it until this is committed, and read it anew: no guard looks at its past."""
    # An update that changes nothing: SQLite, too, then lets nobody else write until this is committed.
    _take(context, subject, Subject.version)


def claim(context: Context, subject: Subject, version: int | None) -> None:
    """Compare and set: the one whose version still stands goes on, everybody else is stale."""
    expected = subject.version if version is None else version
    _take(context, subject, expected + 1, Subject.version == expected)


def _take(context: Context, subject: Subject, version: Any, *which: ColumnElement[bool]) -> None:
    """Write its version, and read it anew in the same statement, with its clocks and parts. Raises Stale."""
    kind = type(subject)
    hanging = [getattr(kind, name) for name in ("clocks", "parts") if hasattr(kind, name)]
    taking = update(kind).where(kind.id == subject.id, *which).values(version=version).returning(kind)
    read = {"synchronize_session": False, "populate_existing": True}
    loaded = taking.options(*map(selectinload, hanging)).execution_options(**read)
    if context.session.scalar(loaded) is not subject:
        raise Stale
    context.session.expire(subject, READ_ONCE)
