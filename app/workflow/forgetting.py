"""Erasing answers for good: from row, journal, files and letters; a scar says that something was there.

Source: the language's word `forget`. Erasing a person field takes the person out of the journal's `who` as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import exists, or_, select

from app.language.definition import Transition
from app.outbox import queue
from app.routing.facts import CaseFacts
from app.scope.unlisted import take_out
from app.workflow import filing, keeping, letters, prints
from app.workflow.context import Context
from app.workflow.prints import FORGOTTEN, SCAR
from model import JournalEntry, OutgoingMail, Person, Subject


def scarred(context: Context, subject: Subject, declared: Transition, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give what the transition's own row keeps of its answers: of what it is about to forget, scars alone.

    They stand in the row from the start, so that it proves what was forgotten, and when.
    """
    if not declared.forget:
        return answers
    own = {name: value for name, value in answers.items() if name not in declared.forget}
    return {**own, **dict.fromkeys(_filled(context.facts(subject), declared), SCAR)}


def _filled(facts: CaseFacts, declared: Transition) -> list[str]:
    return [name for name in declared.forget if facts.value(name) not in (None, "", [])]


def forget(context: Context, subject: Subject, declared: Transition) -> None:
    """Erase what the transition forgets, once its own row is written."""
    if not declared.forget:
        return
    context.session.flush()
    facts = context.facts(subject)
    fields = facts.routine.fields
    filled = _filled(facts, declared)
    people = {p for name in filled if fields[name].type == "person" for p in facts.people_in(name)}
    keeping.clear(subject, declared.forget)
    if "description" in declared.forget:
        subject.title = ""
    filing.forget(context, subject, declared.forget)
    take_out(context.session)
    _erase_past(context, subject, declared.forget, people)
    _erase_mails(context, subject, people)
    _erase_guests(context, people)
    letters.forget(context, subject, declared.forget, people, reporter="reporter" in declared.forget)
    subject.done = {name: _without(each, people) for name, each in subject.done.items()}


def _without(done: Mapping[str, Any], people: Iterable[int]) -> dict[str, Any]:
    return {**done, "by": [person for person in done["by"] if person not in set(people)]}


def _erase_past(context: Context, subject: Subject, names: Iterable[str], people: set[int]) -> None:
    rows = context.session.scalars(select(JournalEntry).where(JournalEntry.subject_id == subject.id))
    for entry in rows:
        prints.unsalt(entry, _erased(entry, names, people))
        entry.answers = {name: SCAR if name in names else value for name, value in entry.answers.items()}
        entry.mails = [{**each, "to": ""} if _is_to(each, people) else each for each in entry.mails]
        if entry.actor_id in people:
            entry.actor_id, entry.actor_as = None, entry.actor_as or FORGOTTEN


def _erased(entry: JournalEntry, names: Iterable[str], people: set[int]) -> Iterator[str]:
    """Name what of the row is there to be erased."""
    yield from (f"{prints.ANSWER}{name}" for name in names if entry.answers.get(name, SCAR) != SCAR)
    yield from (f"{prints.MAIL}{place}" for place, each in enumerate(entry.mails) if _is_to(each, people))
    if entry.actor_id in people:
        yield prints.ACTOR


def _is_to(mail: Mapping[str, Any], people: set[int]) -> bool:
    to = str(mail.get("to", ""))
    return to.isdecimal() and int(to) in people


def _erase_mails(context: Context, subject: Subject, people: set[int]) -> None:
    """Take the words out of what was sent, whoever got it: it may quote what is forgotten; and people's addresses.

    What still waits for them keeps both until it is sent.
    """
    for mail in context.session.scalars(select(OutgoingMail).where(OutgoingMail.subject_id == subject.id)):
        if mail.receiver_id in people:
            mail.receiver_id = None
            if mail.status == "sent":
                mail.address = queue.nobody(mail.id)
        if mail.status == "sent":
            mail.subject, mail.body, mail.letter = "", "", {}


def _erase_guests(context: Context, people: set[int]) -> None:
    """Take the address out of the row of whoever has no account, unless another case still knows them."""
    of = (Subject.reporter_id, Subject.owner_id, Subject.entered_by_id)
    known = exists().where(or_(*(column == Person.id for column in of)))
    guests = select(Person).where(Person.id.in_(people), Person.guest, ~known)
    for guest in context.session.scalars(guests):
        guest.mail = guest.label = ""
