"""What a scenario expects of a case: each word of `expect`, checked where a person would meet it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from app.change import surfaces
from app.change.compared import lacking, listed, unlike, with_words
from app.change.expectations_rows import rows
from app.change.expectations_text import holds, lacks, mails, reads, reads_not
from app.change.script_words import ANYONE, ITSELF, NOBODY, REPORTER
from app.change.stage import Play
from app.i18n import gettext
from app.language.parties import Word
from app.routing import seats
from app.routing.parties import Lookup
from app.workflow.actor import Actor
from app.workflow.evaluator import Verdict
from app.workflow.joining import several
from app.workflow.refusals import sentences
from app.workflow.table import additions, offers, possible
from model import JournalEntry, Subject

WROTE = {ITSELF: "itself", ANYONE: "visitor", REPORTER: "reporter"}
"""What the journal calls those who are no person of the organisation."""


def check(play: Play, expected: Mapping[str, Any], who: str | None) -> Iterator[str]:
    """Give everything that isn't as expected."""
    for word, value in expected.items():
        if word in ("case", "as", "report"):
            continue
        if word == "rows":
            yield from rows(play, value, expected.get("as") or who, str(expected.get("report", "all")))
        elif word in MAILS:
            yield from MAILS[word](play, value)
        else:
            yield from WORDS[word](play, play.subject(expected["case"]), value)


def _state(_play: Play, subject: Subject, value: str) -> Iterator[str]:
    yield from unlike("state", value, subject.state)


def _round(_play: Play, subject: Subject, value: str) -> Iterator[str]:
    yield from unlike("round", value, str(subject.round))


def _handler(play: Play, subject: Subject, value: Any) -> Iterator[str]:
    facts = play.context.facts(subject)
    handler = facts.value("handler")
    if value == NOBODY:
        yield from unlike("handler", None, handler)
        return
    if handler and seats.read(handler).role == value:
        return
    people = Lookup(facts).find(Word("handler")).people
    yield from unlike("handler", sorted(listed(value)), play.called(people))


def _fields(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    facts = play.context.facts(subject)
    for name, wanted in value.items():
        if facts.routine.fields[name].type == "person" and facts.people_in(name):
            yield from unlike(name, sorted(listed(wanted)), play.called(facts.people_in(name)))
        elif facts.routine.fields[name].type == "case" and facts.value(name):
            joined = sorted(play.called_case(each) for each in several(facts.value(name)))
            yield from unlike(name, sorted(listed(wanted)), joined)
        elif wanted == "filled" and facts.value(name):
            continue
        else:
            yield from unlike(name, _plain(wanted), _plain(facts.value(name)))


def _plain(value: Any) -> Any:
    if value in (True, "ticked"):
        return "ticked"
    return "empty" if value in (None, "", []) else value


def _seen(play: Play, subject: Subject, value: Any, *, wanted: bool) -> Iterator[str]:
    for name in listed(value):
        yield from surfaces.faults(play, subject, name, wanted=wanted)


def _actor(play: Play, subject: Subject, name: str) -> Actor:
    reporter = name == REPORTER or play.person(name) == subject.reporter_id is not None
    return Actor(person=play.person(name), reporter=reporter)


def _offers(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    for name, wanted in value.items():
        found = possible(play.context.facts(subject), _actor(play, subject, name))
        yield from unlike(f"offers {name}", sorted(listed(wanted)), sorted(found))


def _not_offered(play: Play, subject: Subject, value: Mapping[str, Any]) -> Iterator[str]:
    for name, unwanted in value.items():
        verdicts = _verdicts(play, subject, name)
        for each, words in with_words(unwanted).items():
            verdict = verdicts.get(each)
            if verdict:
                yield gettext("%(person)s may do “%(what)s”, but shouldn't", person=name, what=each)
            elif words:
                yield from _refused_with(play, subject, f"{name} {each}", words, verdict)


def _verdicts(play: Play, subject: Subject, name: str) -> dict[str, Verdict]:
    """Everything that stands on the person's page, pressable or not, and what stands in its way."""
    facts, actor = play.context.facts(subject), _actor(play, subject, name)
    return {**dict(offers(facts, actor)), **{each: verdict for _, each, verdict in additions(facts, actor)}}


def _refused_with(play: Play, subject: Subject, what: str, words: list[str], verdict: Verdict | None) -> Iterator[str]:
    if verdict is None:
        yield gettext("“%(what)s” isn't shown at all, so no sentence says why", what=what)
        return
    context, routine = play.context, play.context.edition(subject).routine
    told = [each for refusal in verdict.refusals for each in sentences(refusal, routine, context)]
    yield from lacking(what, words, told)


def _due(play: Play, subject: Subject, value: Mapping[str, str]) -> Iterator[str]:
    facts = play.context.facts(subject)
    for clock, wanted in value.items():
        row = facts.clock(clock)
        running = row is not None and row.stopped_at is None and row.due_at is not None
        found = _local(row.due_at, play) if running and row and row.due_at else "none"
        yield from unlike(f"due {clock}", str(wanted), found)


def _local(moment: datetime, play: Play) -> str:
    return moment.astimezone(play.zone).strftime("%Y-%m-%d %H:%M")


def _log(play: Play, subject: Subject, value: Any) -> Iterator[str]:
    for each in listed(value):
        query = select(JournalEntry).where(
            JournalEntry.subject_id == subject.id, JournalEntry.transition == each["did"]
        )
        if not any(_wrote(play, entry, each["who"]) for entry in play.session.scalars(query)):
            words = {"person": each["who"], "what": each["did"]}
            yield gettext("the journal doesn't say that %(person)s did “%(what)s”", **words)


def _wrote(play: Play, entry: JournalEntry, who: str) -> bool:
    return entry.actor_as == WROTE[who] if who in WROTE else play.person(who) == entry.actor_id is not None


MAILS: Mapping[str, Callable[[Play, Any], Iterator[str]]] = {"mails": mails, "holds": holds, "lacks": lacks}
WORDS: Mapping[str, Callable[[Play, Subject, Any], Iterator[str]]] = {
    "state": _state,
    "round": _round,
    "handler": _handler,
    "fields": _fields,
    "sees": partial(_seen, wanted=True),
    "hidden from": partial(_seen, wanted=False),
    "offers": _offers,
    "not offered": _not_offered,
    "reads": reads,
    "not read": reads_not,
    "due": _due,
    "log": _log,
}
