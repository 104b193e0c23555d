"""What a scenario's people read: a case's page for whoever handles it, for its reporter, for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.access import Viewer
from app.change.script_words import ANYONE
from app.i18n import gettext
from app.workflow import letters, mailing, opened
from app.workflow.words import in_words, say
from model import JournalEntry, Person, Subject

if TYPE_CHECKING:
    from app.change.stage import Play


def person_of(play: Play, name: str) -> int | None:
    """Whom a scenario calls that: a guest by the mail address."""
    if name in play.people:
        return play.people[name]
    return next((pk for pk, called in play.names().items() if called == name), None)


def _list(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value]


def page_text(play: Play, subject: Subject, name: str) -> str:
    """Everything that the person reads on the case's page, or the reporter on theirs."""
    context = play.context
    if name == ANYONE:
        return "\n".join(opened.words(context, context.facts(subject), context.routine.languages[0]).values())
    person = person_of(play, name)
    facts = context.facts(subject)
    language = (play.session.get(Person, person or 0) or Person(language="nb")).language or "nb"
    as_reporter = name == "reporter" or (person is not None and person == subject.reporter_id)
    viewer = context.viewer(person)
    filled = mailing.fill_told(context, facts, language)
    said = [subject.number, say(facts.flow.states[subject.state].label, language), filled]
    for name_, value in _answers_given(play, subject):
        own = as_reporter and (subject.flow, name_) in _own(play, subject)
        if own or viewer.shows(name_, facts, as_reporter=as_reporter):
            said.append(in_words(facts, name_, value, language))
    if viewer.fully(facts) and not as_reporter:
        said.append(in_words(facts, "handler", facts.value("handler"), language))
        said.extend(repr(entry.actor) for entry in _entries(play, subject) if entry.actor and entry.actor_as == "")
    said.extend(_letters(play, subject, viewer, as_reporter=as_reporter))
    return "\n".join(said)


def _letters(play: Play, subject: Subject, viewer: Viewer, *, as_reporter: bool) -> Iterator[str]:
    """The letters that the person finds with the case, or the reporter on their page."""
    facts = play.context.facts(subject)
    if as_reporter:
        found = letters.to_reporter(play.context, subject)
    else:
        kept = letters.of_subject(play.context, subject)
        found = [each for each in kept if letters.readable(each, viewer, facts)]
    yield from (f"{each.title}\n{each.body}" for each in found)


def _entries(play: Play, subject: Subject) -> Iterable[JournalEntry]:
    return play.session.scalars(select(JournalEntry).where(JournalEntry.subject_id == subject.id))


def _answers_given(play: Play, subject: Subject) -> Iterator[tuple[str, Any]]:
    for entry in _entries(play, subject):
        yield from entry.answers.items()


def _own(play: Play, subject: Subject) -> set[tuple[str, str]]:
    entries = _entries(play, subject)
    return {(e.flow, name) for e in entries if e.actor_as in ("reporter", "visitor") for name in e.answers}


def reads(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    """Give the words that people should find on their page, and don't."""
    for name, words in value.items():
        text = page_text(play, subject, name)
        for each in _list(words):
            if each not in text:
                yield gettext("%(person)s doesn't read “%(words)s”, but should", person=name, words=each)


def not_reads(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    """Give the words that people find on their page, and shouldn't."""
    for name, words in value.items():
        text = page_text(play, subject, name)
        for each in _list(words):
            if each in text:
                yield gettext("%(person)s reads “%(words)s”, but shouldn't", person=name, words=each)
