"""A scenario's step that does something: the transition is made by the product's own engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.change.script_words import ANYONE, EMPTY, REPORTER
from app.change.stage import Play
from app.language.definition import Routine
from app.workflow import engine
from app.workflow.actor import Actor
from app.workflow.evaluator import NOT_OFFERED, Refusal
from app.workflow.refusals import sentences
from app.workflow.uploads import Upload
from model import Case, Part, Person, Subject

SOMETHING = b"%PDF-1.4\n"
"""What is in a file that a scenario names."""


def act(play: Play, step: Mapping[str, Any]) -> dict[str, list[str]]:
    """Make the transition; give what refused it: each refusal's name, and its sentence in every language."""
    subject = play.subject(step["case"]) if "case" in step else None
    actor = actor_of(play, step["as"], subject)
    try:
        made = _make(play, step, subject, actor)
    except engine.Refused as refused:
        play.session.rollback()
        return _told(play, subject, refused)
    play.keep()
    if "makes" in step:
        play.cases[step["makes"]] = made.id
    return {}


def _told(play: Play, subject: Subject | None, refused: engine.Refused) -> dict[str, list[str]]:
    context = play.context
    routine = context.edition(subject).routine if subject is not None else context.routine
    return {each.name: list(sentences(each, routine, context)) for each in refused.refusals}


def _make(play: Play, step: Mapping[str, Any], subject: Subject | None, actor: Actor) -> Subject:
    name, context = step["do"], play.context
    if subject is None:
        answers = _answers(play, step.get("with", {}), context.routine)
        return engine.create(context, name, actor=actor, answers=answers)
    routine = context.edition(subject).routine
    answers = _answers(play, step.get("with", {}), routine)
    if name in routine.flows[subject.flow].transitions:
        return engine.move(context, subject, name, actor=actor, answers=answers, version=None)
    adding = (f.name for f in routine.flows.values() if name in f.transitions and subject.flow in f.part_of)
    flow = next(adding, None)
    if flow is None:
        raise engine.Refused((Refusal("state", NOT_OFFERED),))
    whole = play.session.get_one(Case, subject.id)
    return engine.create(context, name, actor=actor, answers=answers, flow=flow, whole=whole)


def actor_of(play: Play, name: str, subject: Subject | None) -> Actor:
    """Who a scenario calls that."""
    if name == ANYONE:
        return Actor(language=play.language(None))
    if name == REPORTER:
        case = subject.whole if isinstance(subject, Part) else subject
        reporter = case.reporter_id if case else None
        return Actor(person=reporter, reporter=True, language=play.language(reporter))
    person = play.session.get_one(Person, play.people[name])
    return Actor(person=person.id, language=play.language(person.id), kind=person.kind)


def _answers(play: Play, given: Mapping[str, Any], routine: Routine) -> dict[str, Any]:
    return {name: _answer(play, routine.fields[name].type, value) for name, value in given.items()}


def _answer(play: Play, kind: str, value: Any) -> Any:
    if value == EMPTY and kind != "text":
        return ""
    if isinstance(value, list):
        return [_answer(play, kind, each) for each in value]
    if kind == "person":
        return play.people[value] if value in play.people else _guest(play, value)
    if kind == "case":
        return play.subject(value).number if value in play.cases else value
    return Upload(str(value), SOMETHING) if kind == "file" else value


def _guest(play: Play, mail: str) -> int:
    person = Person(mail=mail, label=mail, guest=True, external=True, language="")
    play.session.add(person)
    play.session.flush()
    return person.id
