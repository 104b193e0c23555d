"""Approvals on a page: who has pressed, and whom it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.i18n import gettext, say
from app.language.definition import Transition
from app.language.parties import Party, name_of
from app.routing.facts import CaseFacts
from app.web.reasons import Check
from app.workflow import approvals
from app.workflow.refusals import of_party
from app.workflow.table import leaving


@dataclass(frozen=True, slots=True)
class Approval:
    """One move that several make together, and how far it has come."""

    label: str
    checks: list[Check]


def of_approvals(facts: CaseFacts) -> Iterator[Approval]:
    """Give each approval that is open here."""
    for name in leaving(facts.flow)[facts.state]:
        declared = facts.flow.transitions[name]
        if approvals.several(declared):
            yield Approval(say(declared.label), list(_checks(facts, declared)))


def _checks(facts: CaseFacts, declared: Transition) -> Iterator[Check]:
    count = approvals.tally(facts, declared)
    if declared.together in (approvals.EACH, approvals.IN_ORDER):
        for party, people in approvals.parties(declared.by, facts):
            yield _of_party(facts, party, people, count.pressed)
        return
    everybody = {person for _, those in approvals.parties(declared.by, facts) for person in those}
    done, needed = len(set(count.pressed)), approvals.needed(declared.together, len(everybody))
    yield Check(gettext("%(done)d of the %(needed)d needed have answered.", done=done, needed=needed), None)
    if count.pressed:
        yield Check(gettext("Answered: %(names)s.", names=_names(facts, count.pressed)), ok=True)
    if count.awaited:
        yield Check(gettext("Waits for: %(names)s.", names=_names(facts, count.awaited)), None)


def _of_party(facts: CaseFacts, party: Party, people: tuple[int, ...], pressed: tuple[int, ...]) -> Check:
    words = of_party(name_of(party), facts)
    by = [person for person in pressed if person in people]
    if by:
        return Check(gettext("%(party)s has answered: %(names)s.", party=words, names=_names(facts, by)), ok=True)
    if not people:
        return Check(gettext("%(party)s: nobody has that role here.", party=words), ok=False)
    return Check(gettext("Waits for %(party)s: %(names)s.", party=words, names=_names(facts, people)), None)


def _names(facts: CaseFacts, people: tuple[int, ...] | list[int]) -> str:
    reporter = set(facts.people_in("reporter")) | {approvals.THE_CODE}
    return ", ".join(gettext("the reporter") if each in reporter else facts.world.person(each) for each in people)
