"""Reasons in words: each step of a routing trace, each refusal with what mends it - the same list everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.change import explain
from app.i18n import gettext, language, say
from app.routing.facts import CaseFacts
from app.web.paths import path_of
from app.workflow.evaluator import Refusal
from app.workflow.refusals import of_nobody
from model import Part, Subject


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a list of checks: ok True, False, or None = passed over; maybe a link that mends it."""

    text: str
    ok: bool | None = False
    href: str = ""
    link: str = ""


def of_trace(steps: Iterable[dict[str, Any]], facts: CaseFacts) -> list[Check]:
    """Tell how the receiver was found, step by step."""
    return [Check(each.text, each.ok) for each in explain.of_trace(steps, facts.organisation)]


def of_refusals(refusals: Iterable[Refusal], facts: CaseFacts, whole: Subject | None = None) -> list[Check]:
    """Tell why something can't be pressed, each with the link that mends it where there is one."""
    return [_of_refusal(refusal, facts, whole) for refusal in refusals]


def sentence(refusal: Refusal, facts: CaseFacts) -> str:
    """Say why not, as far as it isn't about an answer."""
    return say(refusal.says) or (of_nobody(refusal, facts) if refusal.kind == "empty" else refusal.name)


def _of_refusal(refusal: Refusal, facts: CaseFacts, whole: Subject | None) -> Check:
    text = sentence(refusal, facts)
    subject = facts.subject or whole
    open_part = (
        next((p for p in getattr(subject, "parts", ()) if not p.finished), None)
        if _about_parts(refusal, facts)
        else None
    )
    if open_part is not None:
        return Check(text, False, path_of("ActionView.one", number=open_part.number), gettext("See the action"))
    for name in refusal.mends:
        check = _mending(text, name, facts, subject)
        if check is not None:
            return check
    return Check(text)


def _about_parts(refusal: Refusal, facts: CaseFacts) -> bool:
    part_flows = [f for f in facts.routine.flows.values() if facts.flow.name in f.part_of]
    return any(name in flow.transitions for flow in part_flows for name in refusal.mends)


def _mending(text: str, name: str, facts: CaseFacts, subject: Subject | None) -> Check | None:
    """Link to the transition that can make the guard true, on this case or on the whole."""
    if subject is None:
        return None
    case = subject.whole if isinstance(subject, Part) else subject
    flow = facts.routine.flows[case.flow]
    declared = flow.transitions.get(name)
    if declared is None or case.state not in declared.sources:
        return None
    href = path_of("CaseView.transition", number=case.number, name=name)
    return Check(text, False, href, say(declared.label, language()))
