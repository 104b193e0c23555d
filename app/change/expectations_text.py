"""What people were mailed, and what they read on a case's page, compared with what a scenario expects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from app.access import Viewer
from app.change.compared import listed, unlike
from app.change.reading import also_read, still_read
from app.change.script_words import ADMINISTRATORS, ANYONE, REPORTER
from app.change.stage import Play
from app.i18n import gettext
from app.outbox import compose
from app.workflow import letters, mailing, opened
from app.workflow.words import in_words, say
from model import JournalEntry, Subject


def mails(play: Play, value: Mapping[str, Any]) -> Iterator[str]:
    """Compare who got which mail; what the administrators got is looked at only where it is spoken of."""
    found: dict[str, set[str]] = defaultdict(set)
    for mail in play.latest_mails():
        found[play.called([mail.receiver_id or 0])[0]].add(mail.name)
    if ADMINISTRATORS not in value:
        found.pop(ADMINISTRATORS, None)
    wanted = {name: sorted(listed(each)) for name, each in value.items() if listed(each)}
    yield from unlike("mails", wanted, {name: sorted(each) for name, each in found.items()})


def holds(play: Play, value: Mapping[str, Any]) -> Iterator[str]:
    """Say which words stand in none of the mails that the person got."""
    for name, words in value.items():
        texts = _texts(play, name)
        if not texts:
            yield gettext("%(person)s got no mail", person=name)
        for each in listed(words) if texts else ():
            if not any(each in text for text in texts):
                mail = " | ".join(texts)
                yield gettext(
                    "%(person)s's mail doesn't hold “%(words)s”, only: %(mail)s", person=name, words=each, mail=mail
                )


def lacks(play: Play, value: Mapping[str, Any]) -> Iterator[str]:
    """Say which words stand in a mail that the person got."""
    for name, words in value.items():
        for each in listed(words):
            if any(each in text for text in _texts(play, name)):
                yield gettext("%(person)s's mail holds “%(words)s”", person=name, words=each)


def _texts(play: Play, name: str) -> list[str]:
    mails = [mail for mail in play.latest_mails() if mail.receiver_id == play.person(name) is not None]
    return [f"{mail.subject}\n{compose.with_word(mail.body, mail.language)}" for mail in mails]


def reads(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    """Say which words aren't on the person's page."""
    for name, words in value.items():
        text = page_text(play, subject, name)
        for each in listed(words):
            if each not in text:
                yield gettext("%(person)s doesn't read “%(words)s”, but should", person=name, words=each)


def reads_not(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    """Say which words are on the person's page."""
    for name, words in value.items():
        text = page_text(play, subject, name)
        for each in listed(words):
            if each in text:
                yield gettext("%(person)s reads “%(words)s”, but shouldn't", person=name, words=each)


def page_text(play: Play, subject: Subject, name: str) -> str:
    """Everything that the person reads on the case's page, or the reporter on theirs; nothing if they have none."""
    context = play.context
    if name == ANYONE:
        return "\n".join(opened.words(context, context.facts(subject), context.routine.languages[0]).values())
    person = play.person(name)
    facts = context.facts(subject)
    language = play.language(person)
    as_reporter = name == REPORTER or (person is not None and person == subject.reporter_id)
    viewer = context.viewer(person)
    if not as_reporter and not viewer.sees(facts):
        return ""
    filled = mailing.fill_told(context, facts, language)
    said = [subject.number, say(facts.flow.states[subject.state].label, language), filled]
    for field, value in _answers_given(play, subject):
        own = as_reporter and (subject.flow, field) in _own(play, subject)
        stands = as_reporter or still_read(field, value, facts, viewer)
        if own or (stands and viewer.shows(field, facts, as_reporter=as_reporter)):
            said.append(in_words(facts, field, value, language))
    said.extend(also_read(context, facts, viewer, as_reporter=as_reporter))
    play.keep()
    said.extend(_letters(play, subject, viewer, as_reporter=as_reporter))
    if viewer.fully(facts) and not as_reporter:
        said.append(in_words(facts, "handler", facts.value("handler"), language))
        said.extend(repr(entry.actor) for entry in _entries(play, subject) if entry.actor and entry.actor_as == "")
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
