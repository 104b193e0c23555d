"""What a scenario expects of a case: each word of `expect`, checked where a person would meet it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.change.script_words import ADMINISTRATORS, NOBODY, REPORTER
from app.i18n import gettext
from app.language.parties import Word
from app.routing import seats
from app.routing.parties import Lookup
from app.workflow import mailing, reporting
from app.workflow.actor import Actor
from app.workflow.counting import Choice, count
from app.workflow.table import possible
from app.workflow.words import in_words, say
from model import JournalEntry, OutgoingMail, Person, Subject

if TYPE_CHECKING:
    from app.change.stage import Play


def check(play: Play, expected: Mapping[str, Any], who: str | None) -> Iterator[str]:
    """Give everything that isn't as expected."""
    for word, value in expected.items():
        if word in ("case", "as", "report"):
            continue
        if word == "rows":
            yield from _rows(play, value, expected.get("as") or who, str(expected.get("report", "all")))
        elif word == "mails":
            yield from _mails(play, value)
        else:
            yield from WORDS[word](play, play.subject(expected["case"]), value)


def _list(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value]


def _unlike(word: str, wanted: Any, found: Any) -> Iterator[str]:
    if wanted != found:
        words = {"word": word, "wanted": _told(wanted), "found": _told(found)}
        yield gettext("%(word)s should be %(wanted)s, but is %(found)s", **words)


def _told(value: Any) -> str:
    """Write a value as the file does."""
    if value in (None, "", [], {}):
        return gettext("nothing")
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_told(each)}" for name, each in sorted(value.items()))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _state(_play: Play, subject: Subject, value: str) -> Iterator[str]:
    yield from _unlike("state", value, subject.state)


def _round(_play: Play, subject: Subject, value: str) -> Iterator[str]:
    yield from _unlike("round", value, str(subject.round))


def _names(play: Play, people: Iterable[int]) -> list[str]:
    names = play.names()
    return sorted(names.get(person, str(person)) for person in people)


def _person(play: Play, name: str) -> int | None:
    """Whom a scenario calls that: a guest by the mail address."""
    if name in play.people:
        return play.people[name]
    return next((pk for pk, called in play.names().items() if called == name), None)


def _handler(play: Play, subject: Subject, value: Any) -> Iterator[str]:
    facts = play.context.facts(subject)
    handler = facts.value("handler")
    if value == NOBODY:
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
    for name in _list(value):
        if not _in_list(play, subject, play.people[name]):
            yield gettext("%(person)s doesn't see the case, but should", person=name)


def _hidden(play: Play, subject: Subject, value: Any) -> Iterator[str]:
    for name in _list(value):
        if _in_list(play, subject, play.people[name]):
            yield gettext("%(person)s sees the case, but shouldn't", person=name)


def _offered(play: Play, subject: Subject, name: str) -> list[str]:
    reporter = name == REPORTER or _person(play, name) == subject.reporter_id is not None
    actor = Actor(person=_person(play, name), reporter=reporter)
    return possible(play.context.facts(subject), actor)


def _offers(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    for name, wanted in value.items():
        yield from _unlike(f"offers {name}", sorted(_list(wanted)), sorted(_offered(play, subject, name)))


def _not_offered(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    for name, unwanted in value.items():
        offered = _offered(play, subject, name)
        for each in _list(unwanted):
            if each in offered:
                yield gettext("%(person)s may do “%(what)s”, but shouldn't", person=name, what=each)


def _latest(play: Play) -> list[OutgoingMail]:
    return list(play.session.scalars(select(OutgoingMail).where(OutgoingMail.id > play.mark)))


def _mails(play: Play, value: Mapping[str, Any]) -> Iterator[str]:
    """Compare who got which mail; what the administrators got is looked at only where it is spoken of."""
    found: dict[str, set[str]] = defaultdict(set)
    for mail in _latest(play):
        found[_names(play, [mail.receiver_id or 0])[0]].add(mail.name)
    if ADMINISTRATORS not in value:
        found.pop(ADMINISTRATORS, None)
    wanted = {name: sorted(_list(mails)) for name, mails in value.items() if _list(mails)}
    yield from _unlike("mails", wanted, {name: sorted(mails) for name, mails in found.items()})


def _lacks(play: Play, _subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    for name, words in value.items():
        text = "\n".join(f"{m.subject}\n{m.body}" for m in _latest(play) if m.receiver_id == _person(play, name))
        for each in _list(words):
            if each in text:
                yield gettext("%(person)s's mail holds “%(words)s”", person=name, words=each)


def page_text(play: Play, subject: Subject, name: str) -> str:
    """Everything that the person reads on the case's page, or the reporter on theirs."""
    context = play.context
    person = _person(play, name)
    facts = context.facts(subject)
    looking = play.session.get(Person, person) if person is not None else None
    language = (looking.language if looking else "") or context.routine.languages[0]
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
    return "\n".join(said)


def _entries(play: Play, subject: Subject) -> Iterable[JournalEntry]:
    return play.session.scalars(select(JournalEntry).where(JournalEntry.subject_id == subject.id))


def _answers_given(play: Play, subject: Subject) -> Iterator[tuple[str, Any]]:
    for entry in _entries(play, subject):
        yield from entry.answers.items()


def _own(play: Play, subject: Subject) -> set[tuple[str, str]]:
    entries = _entries(play, subject)
    return {(e.flow, name) for e in entries if e.actor_as in ("reporter", "visitor") for name in e.answers}


def _reads(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    for name, words in value.items():
        text = page_text(play, subject, name)
        for each in _list(words):
            if each not in text:
                yield gettext("%(person)s doesn't read “%(words)s”, but should", person=name, words=each)


def _not_reads(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    for name, words in value.items():
        text = page_text(play, subject, name)
        for each in _list(words):
            if each in text:
                yield gettext("%(person)s reads “%(words)s”, but shouldn't", person=name, words=each)


def _due(play: Play, subject: Subject, value: Mapping[str, str]) -> Iterator[str]:
    facts = play.context.facts(subject)
    for clock, wanted in value.items():
        row = facts.clock(clock)
        running = row is not None and row.stopped_at is None and row.due_at is not None
        found = _local(row.due_at, play) if running and row and row.due_at else "none"
        yield from _unlike(f"due {clock}", str(wanted), found)


def _local(moment: datetime, play: Play) -> str:
    return moment.astimezone(play.zone).strftime("%Y-%m-%d %H:%M")


def _log(play: Play, subject: Subject, value: Mapping[str, str]) -> Iterator[str]:
    query = select(JournalEntry).where(JournalEntry.subject_id == subject.id, JournalEntry.transition == value["did"])
    actors = {entry.actor_id for entry in play.session.scalars(query)}
    if play.people.get(value["who"]) not in actors:
        yield gettext("the journal doesn't say that %(person)s did “%(what)s”", person=value["who"], what=value["did"])


def _rows(play: Play, value: list[dict[str, str]], who: str | None, name: str) -> Iterator[str]:
    person = play.people[who] if who else None
    found = [_row_in_words(play, row) for row in _counted(play, person, name)]
    for row in value:
        if not any(all(str(each.get(k)) == _called(play, k, v) for k, v in row.items()) for each in found):
            rows = " | ".join(_told(each) for each in found)
            yield gettext("the report has no row %(row)s, only %(rows)s", row=_told(row), rows=rows or _told(None))


def _counted(play: Play, person: int | None, name: str) -> list[dict[str, Any]]:
    context = play.context
    viewer = context.viewer(person)
    report = context.routine.reports.get(name)
    return (
        count(context, choice=Choice(viewer.visible())) if report is None else reporting.rows(context, viewer, report)
    )


def _row_in_words(play: Play, row: Mapping[str, Any]) -> dict[str, Any]:
    people = [name for name in row if _is_person(play, name)]
    return {**row, **{name: _names(play, [int(row[name])])[0] for name in people if row[name]}}


def _is_person(play: Play, name: str) -> bool:
    declared = play.context.routine.fields.get(name)
    return declared is not None and declared.type == "person"


def _called(play: Play, name: str, value: str) -> str:
    """A case by its number, where a scenario names it."""
    return play.subject(value).number if name == "number" and value in play.cases else str(value)


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
