"""A case before and after: what each side says of it, by the product's own functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.change.copies import Copy, Ends, as_subject, aside
from app.change.memo import Memo
from app.change.radar import Radar
from app.language.parties import Word
from app.routing.facts import CaseFacts
from app.routing.parties import Lookup
from app.workflow import carrying, mailing, migrating, step
from app.workflow.actor import ITSELF
from app.workflow.context import Context, Edition
from app.workflow.evaluator import blocked
from app.workflow.table import leaving
from model import Subject

Guard = tuple[str, str, str]
"""Transition, guard and the guard's kind."""
Seen = tuple[tuple[int, ...], frozenset[Guard], tuple[dict[str, Any], ...]]
"""Who has the case, which guards stand in its way, and why nobody can move it."""


@dataclass(frozen=True, slots=True)
class View:
    """What one side says of a case."""

    state: str
    handler: str | None
    people: tuple[int, ...]
    moves: tuple[str, ...]
    blocked: frozenset[Guard]
    stuck: tuple[dict[str, Any], ...]


class Side:
    """One configuration: how it sees cases, remembered by what it looks at."""

    def __init__(self, context: Context) -> None:
        self.context = context
        radar = Radar.open(context)
        self._seen: Memo[Seen] = Memo(lambda facts: _seen(facts, radar))
        self.routed: Memo[tuple[tuple[int, ...], int]] = Memo(_routed)

    def edition(self, each: Copy) -> Edition:
        """The edition that the case runs on here."""
        return self.context.edition(as_subject(each))

    def facts(self, each: Copy) -> CaseFacts:
        """The case as conditions see it here."""
        return self.context.facts(as_subject(each))

    def view(self, each: Copy) -> View:
        """Say what there is to compare. The case's state must be one of its edition's."""
        facts = self.facts(each)
        people, barred, stuck = self._seen(facts)
        return View(each.state, each.handler, people, leaving(facts.flow)[facts.state], barred, stuck)


def _seen(facts: CaseFacts, radar: Radar) -> Seen:
    return Lookup(facts).find(Word("handler")).people, _blocked(facts), tuple(radar.reasons(facts))


def _blocked(facts: CaseFacts) -> frozenset[Guard]:
    found = ((name, refusal) for name in leaving(facts.flow)[facts.state] for refusal in blocked(facts, name))
    return frozenset((name, refusal.name, refusal.guard_kind) for name, refusal in found)


def _routed(facts: CaseFacts) -> tuple[tuple[int, ...], int]:
    """Whom routing gives it to, and which row decided (0: none)."""
    found = Lookup(facts).find(Word("routing"))
    row = next((each["row"] for each in found.steps if each["step"] == "row" and each["ok"]), 0)
    return found.people, row


@dataclass
class After:
    """A case as it would be: the copy, where it came to stand, the mails that go out, and why it can't be moved."""

    case: Copy
    mails: list[tuple[str, int]] = field(default_factory=list)
    lost: str = ""


def moved(side: Side, case: Copy, states: migrating.Mapped, happened: Mapping[int, list[carrying.Moment]]) -> After:
    """Migrate a copy of the case as the worker would, with what then happens by itself."""
    after = After(aside(case))
    context = side.context
    for each in (after.case, *after.case.parts):
        try:
            migrating.carry(context, as_subject(each), states, lambda each=each: happened.get(each.id, []))  # type: ignore[misc]
        except migrating.Lost as lost:
            after.lost = lost.state
            return after
    for each in (after.case, *after.case.parts):
        after.mails.extend(_by_itself(context, as_subject(each)))
    return after


def _by_itself(context: Context, subject: Subject) -> Iterator[tuple[str, int]]:
    for _ in range(step.MOST_ITSELF):
        ready = step.by_itself(context, subject)
        if ready is None:
            return
        declared, verdict = ready
        step.take(context, subject, context.facts(subject), declared, verdict, ITSELF)
        told = mailing.recipients(context.facts(subject), declared.notify, ITSELF)
        yield from ((each.mail, each.person) for each in told if not each.skipped)


def recounted(side: Side, case: Copy) -> Copy:
    """The case with its running clocks reckoned by this side's calendar and lengths."""
    for each in (case, *case.parts):
        migrating.recount(side.facts(each))
    return case


Due = tuple[str, datetime | None, datetime | None]


def due_moved(now: Ends, then: Ends) -> Iterator[Due]:
    """Which running clocks end at another moment: name, end before, end after; None where it doesn't run."""
    if now == then:
        return
    for name, run in {**now, **then}:
        ends = now.get((name, run)), then.get((name, run))
        if ends[0] != ends[1]:
            yield name, *ends
