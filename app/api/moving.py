"""Making a move for a program: through the engine, under the routine's `by` and the access role's permission."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from app.api import bodies, offered, schemas
from app.api.shown import address, state
from app.i18n import gettext, language
from app.language.definition import Transition
from app.routing.facts import CaseFacts
from app.web.database import db
from app.web.grants import can
from app.web.here import actor, context
from app.web.problems import Problem
from app.web.roles import CASES, PARTS, permission_of
from app.workflow import engine
from app.workflow.evaluator import Verdict, may
from app.workflow.told import told
from model import Case, Subject


@dataclass(frozen=True)
class Asked:
    """A move that the address names: of a case or an action, or the adding of a part to a case."""

    facts: CaseFacts
    declared: Transition
    whole: CaseFacts | None = None

    @property
    def subject(self) -> Subject:
        """What the address names."""
        return self.offered(Verdict(())).subject

    def offered(self, verdict: Verdict) -> offered.Offered:
        """The move with what stands in its way."""
        return offered.Offered(self.facts, self.declared, verdict, self.whole)

    def form(self) -> dict[str, Any]:
        """Tell what it asks; a move that isn't one's own from here is refused. Raises Problem."""
        verdict = may(self.facts, self.declared.name, actor())
        if not verdict.offered:
            raise refused(verdict, self.facts, self.subject)
        return self.offered(verdict).asking(context(), actor())

    def make(self) -> Subject:
        """Make it with what was sent. Raises Problem."""
        fields = [self.facts.routine.fields[name] for name in self.declared.asked]
        sent = bodies.read(schemas.Sending, bodies.biggest_for(fields))
        answers = bodies.answers(sent.get("answers", {}), fields)
        subject = self.subject
        return committed(lambda: self._make(subject, sent["version"], answers), self.facts, subject)

    def _make(self, subject: Subject, version: int, answers: Mapping[str, Any]) -> Subject:
        here, name = context(), self.declared.name
        if self.whole is None:
            return engine.move(here, subject, name, actor=actor(), answers=answers, version=version)
        if subject.version != version or not isinstance(subject, Case):
            raise engine.Stale
        return engine.create(here, name, actor=actor(), answers=answers, flow=self.facts.flow.name, whole=subject)


def asked(subject: Subject, name: str) -> Asked:
    """Find the move. Raises Problem: 404 for one that isn't there, 403 for one that the access role doesn't have."""
    found = _found(context().facts(subject), name)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND)
    if not can(permission_of(name), PARTS if found.facts.flow.part_of else CASES):
        raise Problem(HTTPStatus.FORBIDDEN)
    return found


def _found(facts: CaseFacts, name: str) -> Asked | None:
    declared = facts.flow.transitions.get(name)
    if declared is not None and not declared.creates:
        return Asked(facts, declared) if declared.by is not None else None
    for flow in facts.routine.flows.values():
        declared = flow.transitions.get(name)
        if facts.flow.name in flow.part_of and declared is not None and declared.creates:
            return Asked(facts.new_part(flow.name), declared, facts)
    return None


def committed(make: Callable[[], Subject], facts: CaseFacts, subject: Subject | None) -> Subject:
    """Make and keep it, or keep nothing. Raises Problem: 422 with every reason, 409 with where the case stands."""
    try:
        made = make()
        db.session.commit()
    except engine.Refused as reason:
        db.session.rollback()
        raise refused(Verdict(reason.refusals), facts, subject) from reason
    except engine.Stale as reason:
        db.session.rollback()
        raise _stale(subject) from reason
    return made


def refused(verdict: Verdict, facts: CaseFacts, subject: Subject | None) -> Problem:
    """Every reason why not, as a problem."""
    reasons = offered.told(verdict.refusals, facts, subject)
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, " ".join(each["says"] for each in reasons), reasons=reasons)


def _stale(subject: Subject | None) -> Problem:
    if subject is None:
        return Problem(HTTPStatus.CONFLICT)
    db.session.refresh(subject)
    advice = gettext("Somebody has changed it since you read it. Read it again.")
    now = state(context().facts(subject).flow, subject.state)
    return Problem(HTTPStatus.CONFLICT, advice, state=now, version=subject.version)


def came_of(made: Subject, transition: str, *, readable: bool = True) -> dict[str, Any]:
    """Tell what came of it, as far as the person may see it now; `readable` = their access role opens its screen."""
    facts = context().facts(made)
    seen = readable and context().viewer(actor().person).sees(facts)
    return {
        "number": made.number,
        "happened": transition not in made.presses,
        "state": state(facts.flow, made.state) if seen else None,
        "told": told(facts, language()),
        "version": made.version if seen else None,
        "address": address(made) if seen else None,
    }
