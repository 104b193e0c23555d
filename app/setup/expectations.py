"""What a scenario expects of a case: each word of `expect`, checked where a person would meet it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.language.parties import Word
from app.routing import seats
from app.routing.parties import Lookup
from app.workflow import mailing
from app.workflow.actor import Actor
from app.workflow.counting import Choice, count
from app.workflow.table import possible
from app.workflow.words import in_words, say
from model import JournalEntry, OutgoingMail, Person, Subject

if TYPE_CHECKING:
    from app.setup.scenarios import Play

ADMINISTRATORS = "administrators"


def check(play: Play, expected: Mapping[str, Any], who: str | None) -> Iterator[str]:
    """Give everything that isn't as expected."""
    for word, value in expected.items():
        if word in ("case", "as"):
            continue
        if word == "rows":
            yield from _rows(play, value, expected.get("as") or who)
            continue
        if word == "mails":
            yield from _mails(play, value)
            continue
        if word not in WORDS:
            yield f"nobody knows how to expect “{word}”"
            continue
        yield from WORDS[word](play, play.subject(expected["case"]), value)


def _list(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value]


def _unlike(word: str, wanted: Any, found: Any) -> Iterator[str]:
    if wanted != found:
        yield f"expected {word} {wanted!r}, found {found!r}"


def _state(_play: Play, subject: Subject, value: str) -> Iterator[str]:
    yield from _unlike("state", value, subject.state)


def _round(_play: Play, subject: Subject, value: str) -> Iterator[str]:
    yield from _unlike("round", value, str(subject.round))


def _names(play: Play, people: Iterable[int]) -> list[str]:
    names = {pk: name for name, pk in play.people.items()}
    return sorted(names.get(person, str(person)) for person in people)


def _handler(play: Play, subject: Subject, value: Any) -> Iterator[str]:
    facts = play.context.facts(subject)
    handler = facts.value("handler")
    if value == "nobody":
        yield from _unlike("handler", None, handler)
        return
    if handler and seats.read(handler).role == value:
        return
    people = Lookup(facts).find(Word("handler")).people
    yield from _unlike("handler", sorted(_list(value)), _names(play, people))


def _fields(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    facts = play.context.facts(subject)
    for name, wanted in value.items():
        if facts.routine.fields[name].type == "person" and facts.people_in(name):
            yield from _unlike(name, sorted(_list(wanted)), _names(play, facts.people_in(name)))
        else:
            yield from _unlike(name, _plain(wanted), _plain(facts.value(name)))


def _plain(value: Any) -> Any:
    if value in (True, "ticked"):
        return "ticked"
    return "empty" if value in (None, "", []) else value


def _in_list(play: Play, subject: Subject, person: int) -> bool:
    scope = play.context.viewer(person).visible()
    found = play.session.scalar(select(func.count()).select_from(Subject).where(Subject.id == subject.id, scope))
    on_page = play.context.viewer(person).sees(play.context.facts(subject))
    if bool(found) != on_page:
        raise ValueError(f"the list and the page disagree about {subject.number}")
    return bool(found)


def _sees(play: Play, subject: Subject, value: Any) -> Iterator[str]:
    yield from (f"{n} doesn't see it" for n in _list(value) if not _in_list(play, subject, play.people[n]))


def _hidden(play: Play, subject: Subject, value: Any) -> Iterator[str]:
    yield from (f"{n} sees it" for n in _list(value) if _in_list(play, subject, play.people[n]))


def _offered(play: Play, subject: Subject, name: str) -> list[str]:
    reporter = name == "reporter" or play.people.get(name) == subject.reporter_id is not None
    actor = Actor(person=play.people.get(name), reporter=reporter)
    return possible(play.context.facts(subject), actor)


def _offers(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    for name, wanted in value.items():
        yield from _unlike(f"offers to {name}", sorted(_list(wanted)), sorted(_offered(play, subject, name)))


def _not_offered(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    for name, unwanted in value.items():
        offered = _offered(play, subject, name)
        yield from (f"{name} is offered {each}" for each in _list(unwanted) if each in offered)


def _latest(play: Play) -> list[OutgoingMail]:
    return list(play.session.scalars(select(OutgoingMail).where(OutgoingMail.id > play.mark)))


def _mails(play: Play, value: Mapping[str, Any]) -> Iterator[str]:
    found: dict[str, list[str]] = defaultdict(list)
    for mail in _latest(play):
        found[_names(play, [mail.receiver_id or 0])[0]].append(mail.name)
    wanted = {name: sorted(_list(mails)) for name, mails in value.items() if name != ADMINISTRATORS}
    yield from _unlike("mails", wanted, {name: sorted(set(mails)) for name, mails in found.items()})


def _lacks(play: Play, _subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    for name, words in value.items():
        text = "\n".join(f"{m.subject}\n{m.body}" for m in _latest(play) if m.receiver_id == play.people[name])
        yield from (f"{name}'s mail holds “{each}”" for each in _list(words) if each in text)


def page_text(play: Play, subject: Subject, name: str) -> str:
    """Everything that the person reads on the case's page, or the reporter on theirs."""
    context = play.context
    person = play.people.get(name)
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
    return "\n".join(said)


def _answers_given(play: Play, subject: Subject) -> Iterator[tuple[str, Any]]:
    for entry in play.session.scalars(select(JournalEntry).where(JournalEntry.subject_id == subject.id)):
        yield from entry.answers.items()


def _own(play: Play, subject: Subject) -> set[tuple[str, str]]:
    entries = play.session.scalars(select(JournalEntry).where(JournalEntry.subject_id == subject.id))
    return {(e.flow, name) for e in entries if e.actor_as in ("reporter", "visitor") for name in e.answers}


def _reads(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    for name, words in value.items():
        text = page_text(play, subject, name)
        yield from (f"{name} doesn't read “{each}”" for each in _list(words) if each not in text)


def _not_reads(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    for name, words in value.items():
        text = page_text(play, subject, name)
        yield from (f"{name} reads “{each}”" for each in _list(words) if each in text)


def _due(play: Play, subject: Subject, value: Mapping[str, str]) -> Iterator[str]:
    facts = play.context.facts(subject)
    for clock, wanted in value.items():
        row = facts.clock(clock)
        running = row is not None and row.stopped_at is None and row.due_at is not None
        found = _local(row.due_at, play) if running and row and row.due_at else "none"
        yield from _unlike(f"due {clock}", wanted, found)


def _local(moment: datetime, play: Play) -> str:
    return moment.astimezone(play.zone).strftime("%Y-%m-%d %H:%M")


def _log(play: Play, subject: Subject, value: Mapping[str, str]) -> Iterator[str]:
    query = select(JournalEntry).where(JournalEntry.subject_id == subject.id, JournalEntry.transition == value["did"])
    actors = {entry.actor_id for entry in play.session.scalars(query)}
    if play.people.get(value["who"]) not in actors:
        yield f"the log doesn't say that {value['who']} did {value['did']}"


def _rows(play: Play, value: list[dict[str, str]], who: str | None) -> Iterator[str]:
    person = play.people[who] if who else None
    found = count(play.context, choice=Choice(play.context.viewer(person).visible()))
    for row in value:
        if not any(all(str(each.get(k)) == v for k, v in row.items()) for each in found):
            yield f"the report has no row {row}, only {found}"


WORDS: Mapping[str, Callable[[Any, Subject, Any], Iterator[str]]] = {
    "state": _state,
    "round": _round,
    "handler": _handler,
    "fields": _fields,
    "sees": _sees,
    "hidden from": _hidden,
    "offers": _offers,
    "not offered": _not_offered,
    "lacks": _lacks,
    "reads": _reads,
    "not read": _not_reads,
    "due": _due,
    "log": _log,
}
