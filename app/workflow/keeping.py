"""Answers into rows: which column or key holds what, and what a transition sets, empties and remembers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from app.language.definition import Transition
from app.language.parties import InField, InRole, NamedParty, Query, Several, Word
from app.routing.facts import COLUMNS, PEOPLE, CaseFacts
from app.routing.parties import Lookup
from app.workflow.actor import Actor
from app.workflow.context import Context
from model import Subject

PARTY = (Word, InRole, InField, NamedParty, Several, Query)
TITLE_LENGTH = 80
SENTENCE_END = re.compile(r"(?<=[.!?])\s|\n")
NOT_NULL = {"title": "", "description": "", "language": "nb"}


def keep(subject: Subject, answers: Mapping[str, Any], facts: CaseFacts) -> None:
    """Write answers where they belong."""
    elsewhere = {n: v for n, v in answers.items() if not _kept_in_column(subject, n, v, facts)}
    subject.answers = {**subject.answers, **elsewhere}
    if "description" in answers and "title" not in answers:
        subject.title = title_of(subject.description)


def _kept_in_column(subject: Subject, name: str, value: Any, facts: CaseFacts) -> bool:
    organisation = facts.organisation
    if name in PEOPLE:
        setattr(subject, PEOPLE[name], value)
    elif name in COLUMNS:
        setattr(subject, name, NOT_NULL.get(name) if value is None else value)
    elif name == "unit":
        subject.unit_id = organisation.unit_by_name[value].id if value else None
    elif name == "area":
        subject.area_id = organisation.area_by_name[value].id if value else None
    elif name == "due_on":
        subject.due_on = date.fromisoformat(value) if value else None
    else:
        return False
    return True


def title_of(text: str) -> str:
    """Give a title: the first sentence, cut at a word."""
    first = SENTENCE_END.split(text.strip(), maxsplit=1)[0].strip().rstrip(".")
    if len(first) <= TITLE_LENGTH:
        return first
    # With the letter after the last that fits: where it is a blank, the word before it is whole.
    return first[:TITLE_LENGTH].rsplit(" ", 1)[0][: TITLE_LENGTH - 1].rstrip(",;:") + "…"


def keep_reporter(subject: Subject, declared: Transition, actor: Actor, context: Context) -> None:
    """Say whose report it is, in which language, and who typed it; a part is nobody's report."""
    if subject.whole_id is not None or subject.kind == "part":
        return
    subject.language = actor.language
    asked = "reporter" in declared.asked
    if not asked and actor.person is not None and "reporter" not in declared.set:
        subject.reporter_id = subject.reporter_id or actor.person
    if actor.person is not None and actor.person != subject.reporter_id:
        subject.entered_by_id = actor.person
    elif actor.person is not None and subject.reporter_kind is None:
        person = context.somebody(actor.person)
        subject.reporter_kind = (person.kind or None) if person else None


def set_values(subject: Subject, declared: Transition, facts: CaseFacts, actor: Actor) -> None:
    """Give fields the values that the transition sets; a party gives a person field its people."""
    values = {name: _value(facts, name, value, actor) for name, value in declared.set.items()}
    if values:
        keep(subject, values, facts)


def _value(facts: CaseFacts, name: str, value: Any, actor: Actor) -> Any:
    field = facts.routine.fields[name]
    if not isinstance(value, PARTY):
        return True if field.type == "tick" else value
    people = list(Lookup(facts, actor.person).find(value).people)
    if not field.many:
        return people[0] if people else None
    return [*dict.fromkeys([*(facts.value(name) or []), *people])]


def ask_again(subject: Subject, declared: Transition) -> None:
    """Empty the fields to be asked anew; the journal keeps the earlier answers as rounds."""
    if declared.again:
        clear(subject, declared.again)
        subject.round += 1


def clear(subject: Subject, names: Iterable[str]) -> None:
    """Empty fields."""
    rest = dict(subject.answers)
    for name in names:
        if name in PEOPLE:
            setattr(subject, PEOPLE[name], None)
        elif name in COLUMNS:
            setattr(subject, name, NOT_NULL.get(name))
        elif name in ("unit", "area"):
            setattr(subject, f"{name}_id", None)
        elif name == "due_on":
            subject.due_on = None
        rest.pop(name, None)
    subject.answers = rest


def remember(subject: Subject, transition: str, person: int | None, *, happened: bool = True) -> None:
    """Note who has made the transition, and as which event it happened if it has."""
    done = dict(subject.done)
    before = done.get(transition, {"at": None, "by": []})
    by = before["by"] if person is None or person in before["by"] else [*before["by"], person]
    done[transition] = {"at": subject.events if happened else before["at"], "by": by}
    subject.done = done
