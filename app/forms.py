"""The form of a transition, generated from the routine: its fields in declared order, as plain WTForms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    EmailField,
    Form,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms import Field as FormField

from app.i18n import gettext
from app.language.definition import Field, Transition
from app.outbox import compose
from app.routing.facts import CaseFacts
from app.routing.parties import Lookup
from app.web import pending
from app.workflow import mailing, wording
from app.workflow.actor import Actor
from app.workflow.answers import LONGEST_PLACE
from app.workflow.context import Context
from app.workflow.evaluator import Refusal, form, present
from app.workflow.refusals import of_field
from app.workflow.typed import as_typed, proposed
from app.workflow.words import Option, flattened, say
from model import MailText, Person

FEW = 6
"""So many choices are shown at once; more go into a list to pick from."""
TALL = {"description": 7, "result": 5, "summary": 5, "reason": 4, "message": 4, "conversation": 4}
ONE_LINE = {"title"}


def build(
    context: Context,
    facts: CaseFacts,
    transition: Transition,
    actor: Actor,
    language: str,
    sent: MultiDict[str, str] | None = None,
) -> Form:
    """Make the form; with `sent`, holding what was typed. Visitors answer person fields with an e-mail address."""
    answered = facts.with_answers(_first_look(transition, sent)) if sent is not None else facts
    asked = form(answered, transition)
    fields = {each.name: _field(context, facts, each, must, actor, language) for each, must in asked}
    made: Form = type("TransitionForm", (Form,), fields)(sent)
    if sent is not None:
        pending.recall(made, sent)
    offered = _offered(context, [each for each, _ in asked], language)
    needed = {each.name for each, must in asked if must}
    for name in fields:
        made[name].flags.optional = name not in needed and made[name].type != "BooleanField"
        made[name].starts = offered.get(name, [])
        made[name].proposed = proposed(context, facts, facts.routine.fields[name], actor)
        _reword(made[name], wording.found(facts.organisation, transition.name, name, language))
        if sent is None:
            declared = facts.routine.fields[name]
            value = present(declared, facts, transition, actor)
            _show(made[name], as_typed(context, facts, declared, value, actor, language))
    return made


def _reword(each: FormField, own: wording.Wording | None) -> None:
    """Ask in the words that the routine has for this very form; `reworded` says whether it has any."""
    each.reworded = own is not None
    if own is not None:
        each.label.text, each.description = own.heading, own.text


def _offered(context: Context, asked: Iterable[Field], language: str) -> dict[str, list[Option]]:
    """Texts that the answers of a field may start from: the mail texts that it names, by their subjects."""
    wanted = {each.name: each.templates for each in asked if each.templates and each.type == "text"}
    if not wanted:
        return {}
    rows = context.session.scalars(
        select(MailText).where(MailText.name.in_({n for those in wanted.values() for n in those}))
    )
    known = {row.name: say(row.subject, language) for row in rows}
    return {name: [(mail, known[mail]) for mail in those if mail in known] for name, those in wanted.items()}


def started(context: Context, facts: CaseFacts, actor: Actor, sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """Give what was typed with the text put in that was asked for, after what stands there already."""
    name, _, mail = sent.get("start", "").partition(" ")
    field = facts.routine.fields.get(name)
    row = context.session.scalar(select(MailText).where(MailText.name == mail.replace("\0", "")))
    if field is None or row is None or mail not in field.templates:
        return sent
    language = facts.subject.language if facts.subject is not None else actor.language
    text = compose.expand(compose.plain(say(row.body, language)), _fillable(context, facts, actor, language)).strip()
    begun = MultiDict(sent)
    begun[name] = "\n\n".join(part for part in (sent.get(name, "").strip(), text) if part)
    return begun


def _fillable(context: Context, facts: CaseFacts, actor: Actor, language: str) -> dict[str, str]:
    """What a text may say to whoever writes it: what they see of the case, but never who reported."""
    person = context.session.get(Person, actor.person) if actor.person else None
    if person is None or facts.subject is None:
        return {}
    known = mailing.allowed(mailing.values(context, facts, language), context, facts, person)
    return {name: value for name, value in known.items() if name != "reporter"}


def answers(made: Form) -> dict[str, Any]:
    """What was typed, field by field, for the evaluator to read."""
    return {each.name: _typed(each) for each in made}


def _typed(each: FormField) -> Any:
    if isinstance(each, SelectMultipleField):
        return each.data or []
    if isinstance(each, BooleanField):
        return bool(each.data)
    if isinstance(each, MultipleFileField):
        return pending.uploads(each)
    return each.raw_data[0] if each.raw_data else ""


def explain(made: Form, refusals: Iterable[Refusal], language: str) -> list[tuple[str, str]]:
    """Put each refusal at its field; give [(anchor, sentence)] for the summary, guards last with no field of theirs."""
    summary = []
    for refusal in refusals:
        if refusal.kind == "field" and refusal.name in made:
            sentence = of_field(refusal, made[refusal.name].label.text)
            made[refusal.name].errors = [*made[refusal.name].errors, sentence]
            summary.append((refusal.name, sentence))
        elif refusal.kind == "guard":
            summary.append(("guards", say(refusal.says, language)))
    return summary


def _first_look(transition: Transition, sent: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, as far as a field's `when` may look at it before it is checked."""
    return {name: sent.get(name) or None for name in transition.asked if name in sent}


def _field(context: Context, facts: CaseFacts, each: Field, must: bool, actor: Actor, language: str) -> Any:
    label = say(each.label, language)
    settings: dict[str, Any] = {
        "description": say(each.help, language) if each.help else "",
        "render_kw": {"required": must} if must else {},
    }
    if each.type == "person":
        return _people(context, facts, each, label, settings, actor)
    offered = options(facts, each, language)
    if offered is not None:
        return _choice(each, label, offered, settings)
    if each.type == "file":
        settings["render_kw"]["multiple"] = "" if each.many else None
        return MultipleFileField(label, **settings)
    if each.type in ONE_LINE_TYPES:
        settings["render_kw"] |= {"maxlength": LONGEST_PLACE} if each.type == "place" else {"autocomplete": "off"}
        settings["description"] = settings["description"] or _hint(each)
        return StringField(label, **settings)
    if each.type in KINDS:
        return KINDS[each.type](label, **settings)
    if each.name in ONE_LINE:
        return StringField(label, **settings)
    settings["render_kw"]["rows"] = TALL.get(each.name, 3)
    return TextAreaField(label, **settings)


ONE_LINE_TYPES = ("case", "place", "length")
KINDS = {"tick": BooleanField, "date": DateField, "time": TimeField, "number": DecimalField}


def _hint(each: Field) -> str:
    """Say how an answer is written, where the routine doesn't."""
    if each.type == "case" and each.many:
        return gettext("Write case numbers, with commas between them.")
    if each.type == "case":
        return gettext("Write a case number.")
    return gettext("For example 3 working days or 2 weeks.") if each.type == "length" else ""


def options(facts: CaseFacts, each: Field, language: str) -> list[Option] | None:
    """Give what may be chosen as an answer; None where anything may be written, or people are chosen."""
    organisation = facts.organisation
    if each.type == "area":
        present = facts.value(each.name)
        areas = (area for area in organisation.areas.values() if not area.retired or area.name == present)
        return [(area.name, say(area.label, language)) for area in areas]
    if each.type == "unit":
        kind = each.choices if isinstance(each.choices, str) else None
        of_kind = (u for u in organisation.units.values() if kind is None or u.kind == kind)
        units = (u for u in of_kind if not u.retired or u.name == facts.value(each.name))
        return [(u.name, f"{u.code} – {say(u.label, language)}" if u.code else say(u.label, language)) for u in units]
    if isinstance(each.choices, tuple):
        return list(flattened(each.choices, language))
    return None


def _choice(each: Field, label: str, options: list[Option], settings: dict[str, Any]) -> Any:
    if each.many:
        return SelectMultipleField(label, choices=options, **settings)
    if len(options) <= FEW and each.type == "choice":
        return RadioField(label, choices=options, validate_choice=False, **settings)
    return SelectField(label, choices=[("", "–"), *options], validate_choice=False, **settings)


def _people(context: Context, facts: CaseFacts, each: Field, label: str, settings: dict[str, Any], actor: Actor) -> Any:
    if each.choices is None or isinstance(each.choices, tuple | str):
        settings["render_kw"]["multiple"] = "" if each.many else None
        return EmailField(label, **settings)
    ids = Lookup(facts, actor.person).find(each.choices).people
    rows = context.session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.label))
    options = [(str(person.id), repr(person)) for person in rows]
    if each.many:
        return SelectMultipleField(label, choices=options, validate_choice=False, **settings)
    return SelectField(label, choices=[("", "–"), *options], validate_choice=False, **settings)


def _show(each: FormField, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(each, DateField | TimeField | DecimalField):
        each.raw_data = [str(value)]
    elif isinstance(each, SelectMultipleField):
        each.data = [str(one) for one in (value if isinstance(value, list | tuple) else [value])]
    elif isinstance(each, BooleanField):
        each.data = value is True
    elif not isinstance(each, MultipleFileField):
        each.data = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
