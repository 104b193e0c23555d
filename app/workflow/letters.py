"""Letters: mails that are kept on the case as documents, frozen in the move that sends them.

A letter is read by its receiver, and by those who see the whole case and may read every field that it names.
Source: the language's section 9 (`letter: true`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from app.access import ALWAYS_SHOWN, Viewer
from app.outbox import compose, paper, standard
from app.routing.facts import CaseFacts
from app.workflow.context import Context
from app.workflow.words import in_day, say
from model import Case, Document, Subject


def head(context: Context, facts: CaseFacts, language: str) -> dict[str, str]:
    """Give what stands above a letter about the case: institution, reference and day, in the language."""
    subject = facts.subject
    noun = standard.noun("case" if isinstance(subject, Case) else "action", language)
    today = context.organisation.worktime.day_of(context.now)
    return {
        "institution": _institution(facts, language),
        "reference": f"{noun} {subject.number}" if subject else "",
        "day": in_day(today, language),
    }


def _institution(facts: CaseFacts, language: str) -> str:
    top = list(facts.organisation.line(facts.unit_id))[-1:]
    return next((say(facts.organisation.units[unit].label, language) for unit in top), "")


def keep(
    context: Context, facts: CaseFacts, mail: Mapping[str, Any], named: Iterable[str], *, to_reporter: bool
) -> Document:
    """Keep the letter that goes with a mail's row; `named` are the fields whose answers it was given."""
    return _keep(
        context,
        facts,
        receiver_id=mail["receiver_id"],
        to_reporter=to_reporter,
        name=mail["name"],
        why=mail["why"],
        language=mail["language"],
        title=mail["subject"],
        body=compose.without_link(mail["body"]),
        fields=_fields(context, facts, mail["name"], mail["language"], named),
    )


def keep_unsent(
    context: Context, facts: CaseFacts, name: str, why: str, language: str, values: dict[str, str]
) -> Document | None:
    """Keep a letter to a reporter whom nobody knows, who reads it behind the code; None for what is no letter."""
    said = compose.remembered(context.organisation, name)
    if not said.letter:
        return None
    title, body = compose.filled(said, name, language, values, "")
    return _keep(
        context,
        facts,
        receiver_id=None,
        to_reporter=True,
        name=name,
        why=why,
        language=language,
        title=title,
        body=body,
        fields=_fields(context, facts, name, language, values),
    )


def _keep(context: Context, facts: CaseFacts, **columns: object) -> Document:
    institution = _institution(facts, str(columns["language"]))
    row = Document(subject=facts.subject, institution=institution, at=context.now, forgotten=False, **columns)
    context.session.add(row)
    return row


def _fields(context: Context, facts: CaseFacts, mail: str, language: str, given: Iterable[str]) -> list[str]:
    """Name the fields whose answers stand in it; what is told of a state is allowed to whoever reads it."""
    named = compose.named(compose.remembered(context.organisation, mail), mail, language) & set(given)
    if "told" in named and facts.subject is not None:
        told = facts.flow.states[facts.subject.state].told
        named |= set(compose.PLACEHOLDER.findall(say(told, language)))
    return sorted((named & facts.routine.fields.keys()) - ALWAYS_SHOWN)


def readable(document: Document, viewer: Viewer, facts: CaseFacts) -> bool:
    """Whether the viewer may read it; `facts` are those of what it belongs to. Nobody reads what was forgotten."""
    if document.forgotten:
        return False
    if viewer.person is not None and document.receiver_id == viewer.person:
        return True
    return viewer.fully(facts) and all(viewer.shows(name, facts) for name in document.fields)


def of_subject(context: Context, subject: Subject) -> Sequence[Document]:
    """The letters of a case or part, the oldest first."""
    query = select(Document).where(Document.subject_id == subject.id).order_by(Document.id)
    return context.session.scalars(query).all()


def to_reporter(context: Context, case: Subject) -> Sequence[Document]:
    """The letters that the case and its parts sent to the reporter, the oldest first."""
    here = or_(Subject.id == case.id, Subject.whole_id == case.id)
    query = select(Document).join(Document.subject).where(here, Document.to_reporter, ~Document.forgotten)
    return context.session.scalars(query.order_by(Document.id)).all()


def sheet(context: Context, document: Document) -> paper.Sheet:
    """Give a kept letter as it stands on paper."""
    kind = "case" if document.subject.kind == "case" else "action"
    day = in_day(context.organisation.worktime.day_of(document.at), document.language)
    reference = f"{standard.noun(kind, document.language)} {document.subject.number}"
    return paper.Sheet(document.institution, reference, day, document.title, document.body, document.language)


def forget(context: Context, subject: Subject, fields: Iterable[str], people: Iterable[int], *, reporter: bool) -> None:
    """Erase the letters to these people, and those that name one of these fields; that there were some stays."""
    gone_fields, gone_people = set(fields), set(people)
    for each in of_subject(context, subject):
        if each.receiver_id in gone_people or (reporter and each.to_reporter) or gone_fields & set(each.fields):
            each.receiver_id, each.title, each.body, each.fields, each.forgotten = None, "", "", [], True
