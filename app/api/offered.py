"""Moves as programs see them: which are one's own, why not yet, what mends that, and what each asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import url_for
from wtforms import EmailField, Form, MultipleFileField

from app import forms
from app.i18n import gettext, language, say
from app.language.definition import Field, Transition
from app.privacy import Finding
from app.routing.facts import CaseFacts
from app.web import reasons
from app.web.grants import can
from app.web.roles import CASES, PARTS, permission_of
from app.workflow import table
from app.workflow.actor import Actor
from app.workflow.context import Context
from app.workflow.evaluator import Refusal, Verdict, form, present
from app.workflow.refusals import of_field
from model import Case, Subject

NEVER_SHOWN = (EmailField, MultipleFileField)
"""Whom somebody named by address, and what files they sent, no form tells."""


@dataclass(frozen=True)
class Offered:
    """A move of a case or an action; `whole` is the case that a part would be added to."""

    facts: CaseFacts
    declared: Transition
    verdict: Verdict
    whole: CaseFacts | None = None

    @property
    def subject(self) -> Subject:
        """Whose address the move lies under."""
        found = (self.whole or self.facts).subject
        if found is None:
            raise LookupError(self.declared.name)
        return found

    def told(self) -> dict[str, Any]:
        """Tell the move."""
        return {
            "name": self.declared.name,
            "label": say(self.declared.label),
            "allowed": bool(self.verdict),
            "reasons": told(self.verdict.refusals, self.facts, self.subject),
            "adds": self.facts.flow.name if self.whole is not None else None,
            "address": way(self.subject, self.declared.name),
        }

    def asking(self, context: Context, actor: Actor) -> dict[str, Any]:
        """Tell the move with what it asks."""
        made = forms.build(context, self.facts, self.declared, actor, language())
        asked = form(self.facts, self.declared)
        fields = [self._field(each.name, made, actor, must=must) for each, must in asked]
        return {**self.told(), "version": self.subject.version, "fields": fields}

    def _field(self, name: str, made: Form, actor: Actor, *, must: bool) -> dict[str, Any]:
        declared = self.facts.routine.fields[name]
        choices = getattr(made[name], "choices", None)
        told = not isinstance(made[name], NEVER_SHOWN)
        return {
            "name": name,
            "label": say(declared.label),
            "help": say(declared.help),
            "type": declared.type,
            "required": must,
            "many": declared.many,
            "value": present(declared, self.facts, self.declared, actor) if told else None,
            "choices": [{"name": str(each[0]), "label": str(each[1])} for each in choices if each[0]]
            if choices
            else None,
        }


def all_of(facts: CaseFacts, actor: Actor, *, parts: bool) -> Iterator[Offered]:
    """Every move that is the actor's from here, and that their access role lets them make; `parts` adds adding."""
    screen = screen_of(facts)
    for name, verdict in table.offers(facts, actor):
        if can(permission_of(name), screen):
            yield Offered(facts, facts.flow.transitions[name], verdict)
    for flow, name, verdict in table.additions(facts, actor) if parts else ():
        if can(permission_of(name), PARTS):
            new = facts.new_part(flow)
            yield Offered(new, new.flow.transitions[name], verdict, facts)


def screen_of(facts: CaseFacts) -> str:
    """The screen whose permissions govern its moves."""
    return PARTS if facts.flow.part_of else CASES


def way(subject: Subject, move: str) -> str:
    """Where a move of it is read and made."""
    view = "CaseApi" if isinstance(subject, Case) else "ActionApi"
    return url_for(f"{view}.form", number=subject.number, transition=move)


def told(refusals: Iterable[Refusal], facts: CaseFacts, subject: Subject | None) -> list[dict[str, Any]]:
    """Tell each reason why not."""
    return [_reason(each, facts, subject) for each in refusals]


def personal(field: Field, finding: Finding) -> dict[str, Any]:
    """Tell that an answer seems to hold personal data, of which kind, but never what."""
    says = gettext("“%(label)s” holds what looks like personal data.", label=say(field.label))
    more = {"reason": finding.kind, "says": says, "guard_kind": "", "mends": []}
    return {"kind": "personal_data", "name": field.name, **more}


def _reason(refusal: Refusal, facts: CaseFacts, subject: Subject | None) -> dict[str, Any]:
    return {
        "kind": refusal.kind,
        "name": refusal.name,
        "reason": refusal.reason if refusal.kind == "field" else "",
        "says": _says(refusal, facts),
        "guard_kind": refusal.guard_kind,
        "mends": [_mend(name, facts, subject) for name in refusal.mends],
    }


def _says(refusal: Refusal, facts: CaseFacts) -> str:
    match refusal.kind:
        case "state":
            return gettext("This can't be done from where it stands now.")
        case "who":
            return gettext("This isn't yours to do.")
        case "field":
            return of_field(refusal, say(facts.routine.fields[refusal.name].label))
    return reasons.sentence(refusal, facts)


def _mend(name: str, facts: CaseFacts, subject: Subject | None) -> dict[str, Any]:
    """Tell the move that can mend it: on the case itself, or on a part of it that isn't finished."""
    case = getattr(subject, "whole", subject)
    flows = facts.routine.flows
    declared = [flow.transitions[name] for flow in flows.values() if name in flow.transitions]
    for each in (case, *getattr(case, "parts", ())):
        if each is not None and name in table.leaving(flows[each.flow])[each.state]:
            return {"move": name, "label": say(flows[each.flow].transitions[name].label), "address": way(each, name)}
    return {"move": name, "label": say(declared[0].label) if declared else name, "address": None}
