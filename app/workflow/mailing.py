"""Mails of an event: who gets which, in whose words, with which link - and who doesn't, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from flask_appbuilder.security.sqla.models import Role as AccountRole
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.access import Viewer
from app.language.parties import Party, Word, name_of, walk
from app.outbox import compose
from app.routing.facts import CaseFacts, case_fields
from app.routing.parties import Lookup
from app.workflow import digest, letters
from app.workflow.actor import Actor
from app.workflow.context import Context
from app.workflow.words import in_time, notice, say, spoken
from model import Case, Person, Subject

REMINDER = "reminder"
NO_HANDLER, FALLEN_BACK, GOING_ROUND = "no_handler", "fallen_back", "going_round"
TOLD_ANYBODY = frozenset({"number", "state", "told", "notice"})
TOLD_STAFF = frozenset({"unit", "area", "handler"})

Notify = Iterable[tuple[Party, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person who gets one mail, by which party; `skipped` says why they don't after all."""

    person: int
    mail: str
    why: str
    skipped: str = ""


def recipients(facts: CaseFacts, notify: Notify, actor: Actor) -> Iterator[Recipient]:
    """Who gets which mail now: one per person and mail; who did it themselves is told only as reporter or `me`."""
    lookup = Lookup(facts, actor.person)
    seen: set[tuple[int, str]] = set()
    for party, mails in notify:
        spared = None if _reaches_doer(party, facts) else actor.person
        for person in lookup.find(party).people:
            for mail in mails:
                if (person, mail) in seen:
                    continue
                seen.add((person, mail))
                yield Recipient(person, mail, name_of(party), "did_it" if person == spared else "")


def _reaches_doer(party: Party, facts: CaseFacts) -> bool:
    words = {each.name for each in walk(party, facts.routine.parties) if isinstance(each, Word)}
    return not words.isdisjoint({"reporter", "me"})


def values(context: Context, facts: CaseFacts, language: str, state: str = "") -> dict[str, str]:
    """The words that a mail about this case may hold, in a language; `state` is where it will be, else where it is."""
    subject = facts.subject
    if subject is None:
        return {}
    here = facts.flow.states[state or subject.state]
    known = {
        "number": subject.number,
        "state": say(here.label, language),
        "told": say(here.told, language),
        "notice": notice(facts, language),
        "unit": spoken(facts, "unit", language),
        "area": spoken(facts, "area", language),
        "handler": spoken(facts, "handler", language),
    }
    for clock in facts.flow.clocks:
        row = facts.clock(clock)
        if row is not None and row.due_at is not None:
            known[f"due {clock}"] = in_time(row.due_at, context.organisation.worktime, language)
    for name in facts.routine.fields:
        if name not in known and facts.value(name) not in (None, "", []):
            known[name] = spoken(facts, name, language)
    known["told"] = compose.expand(known["told"], known)
    return known


def allowed(
    known: Mapping[str, str], context: Context, facts: CaseFacts, person: Person, why: str = "reporter"
) -> dict[str, str]:
    """Leave out what this receiver may not see; a reporter reached by another way sees what that way shows."""
    viewer = context.viewer(person.id)
    reported = person.id in facts.people_in("reporter")
    as_reporter = reported and (_as_reporter(facts, person.id, why) or not viewer.fully(facts))
    of_joined = _joined_of(facts, person.id) is not None and not viewer.sees(facts)
    free = TOLD_ANYBODY if as_reporter or of_joined else TOLD_ANYBODY | TOLD_STAFF
    return _allowed(known, viewer, facts, free, as_reporter=as_reporter)


def _allowed(
    known: Mapping[str, str], viewer: Viewer, facts: CaseFacts, free: frozenset[str], *, as_reporter: bool
) -> dict[str, str]:
    asked = [name for name in known if name not in free and not name.startswith("due ")]
    withheld = set(asked).difference(_readable(asked, viewer, facts, as_reporter=as_reporter))
    return {name: value for name, value in known.items() if name not in withheld}


def _readable(names: Iterable[str], viewer: Viewer, facts: CaseFacts, *, as_reporter: bool) -> Iterable[str]:
    """Give the fields that the receiver may read: without any sight of the case, only those that name them."""
    if as_reporter:
        return [name for name in names if viewer.shows(name, facts, as_reporter=True)]
    if viewer.sees(facts):
        return viewer.readable(names, facts, viewer.fields(facts))
    declared = [viewer.routine.fields[name] for name in names if name in viewer.routine.fields]
    lookup = Lookup(facts, viewer.person)
    return [each.name for each in declared if each.see is not None and lookup.includes(each.see, viewer.person or 0)]


def _as_reporter(facts: CaseFacts, person: int, why: str) -> bool:
    """Whether somebody is told as the reporter, who has a page of their own, and not for a part they have besides."""
    named = (facts.routine.parties.get(each) for each in why.split(", "))
    reached = why in ("reporter", "me") or any(Lookup(facts).names_reporter(each) for each in named if each)
    return reached and person in facts.people_in("reporter")


def link_for(context: Context, facts: CaseFacts, person: int, why: str) -> str:
    """Name what the mail's link opens for this receiver: a joined case of theirs, or nothing, if not this one."""
    subject = facts.subject
    if subject is None:
        return ""
    if _as_reporter(facts, person, why):
        case = subject.whole_id or subject.id
        return f"follow:{case}"
    if not context.viewer(person).sees(facts):
        own = _joined_of(facts, person)
        return f"follow:{own}" if own else ""
    return f"case:{subject.number}" if isinstance(subject, Case) else f"action:{subject.number}"


def _joined_of(facts: CaseFacts, person: int) -> int | None:
    """Give the id of the joined case that the person reported: they follow that one."""
    cases = (joined for field in case_fields(facts.routine) for joined in facts.parts(field))
    rows = (each.subject for each in cases if person in each.people_in("reporter"))
    return next((row.id for row in rows if row is not None), None)


def send(
    context: Context,
    facts: CaseFacts,
    who: Iterable[Recipient],
    event_key: str,
    more: Mapping[str, str] = MappingProxyType({}),
    *,
    late: bool = False,
) -> list[dict[str, str]]:
    """Write the mails' rows in this transaction; give what the journal says of them. `more` is filled in, too.

    Of those that are `late`, the ones that a digest tells wait for it.
    """
    asked = list(who)
    context.know({each.person for each in asked})
    made = [_Mail(each, person) for each in asked if (person := context.somebody(each.person)) and person.mail]
    known: dict[str, dict[str, str]] = {}
    for each in made:
        if not each.to.skipped:
            _write_down(context, facts, each, known, event_key, more)
            each.row["status"] = digest.status(each.row, late=late)
    new = compose.insert_new(context.session, [each.row for each in made if each.row])
    told = []
    for each in made:
        if each.row and each.row["message_id"] not in new:
            continue
        new.discard(each.row.get("message_id", ""))  # two people with one address get one mail
        if each.row.get("letter"):
            reported = _as_reporter(facts, each.person.id, each.to.why)
            letters.keep(context, facts, each.row, each.given, to_reporter=reported)
        told.append(each.entry)
    return told


@dataclass(slots=True)
class _Mail:
    """A mail on its way to be written: to whom, its row unless it is skipped, and what it was given to say."""

    to: Recipient
    person: Person
    row: dict[str, Any] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)

    @property
    def entry(self) -> dict[str, str]:
        """What the journal says of it."""
        entry = {"to": str(self.person.id), "name": self.to.mail, "why": self.to.why}
        return {**entry, "skipped": self.to.skipped} if self.to.skipped else entry


def language_for(context: Context, facts: CaseFacts, person: Person | None, mail: str) -> str:
    """Give the language of a mail about the case: the receiver's, else the reporter's case's or the routine's first."""
    theirs = person is None or person.id in facts.people_in("reporter")
    case = facts.subject.language if facts.subject and theirs else ""
    wish = (person.language if person else "") or case or facts.routine.languages[0]
    return compose.language_of(compose.remembered(context.organisation, mail), wish, facts.routine.languages)


def _write_down(
    context: Context,
    facts: CaseFacts,
    mail: _Mail,
    known: dict[str, dict[str, str]],
    event_key: str,
    more: Mapping[str, str],
) -> None:
    """Make the mail's row; `known` keeps by language what all receivers' mails may say."""
    to, language = mail.to, language_for(context, facts, mail.person, mail.to.mail)
    if language not in known:
        known[language] = values(context, facts, language)
    said = compose.remembered(context.organisation, to.mail)
    mail.given = allowed(known[language], context, facts, mail.person, to.why)
    mail.row = compose.row(
        context.session,
        event_key=event_key,
        subject=facts.subject,
        receiver=mail.person,
        mail=to.mail,
        why=to.why,
        values={**mail.given, **more},
        link=link_for(context, facts, to.person, to.why),
        now=context.now,
        letter=letters.head(context, facts, language) if said.letter else None,
        language=language,
        said=said,
    )


def keep_for_unknown(context: Context, facts: CaseFacts, notify: Notify) -> None:
    """Keep the letters to a reporter whom no mail reaches: they are read on the page behind the code."""
    subject, lookup = facts.subject, Lookup(facts)
    if subject is None or facts.people_in("reporter"):
        return
    for party, mails in notify:
        if lookup.names_reporter(party):
            for mail in mails:
                language = language_for(context, facts, None, mail)
                known = values(context, facts, language)
                told = _allowed(known, context.viewer(None), facts, TOLD_ANYBODY, as_reporter=True)
                letters.keep_unsent(context, facts, mail, name_of(party), language, told)


def administrators(context: Context) -> list[Person]:
    """The people whose account has Flask-AppBuilder's Admin role."""
    is_admin = User.roles.any(AccountRole.name == "Admin")
    return list(context.session.scalars(select(Person).where(Person.user.has(is_admin))))


def warn_administrators(
    context: Context,
    subject: Subject,
    facts: CaseFacts,
    event_key: str,
    mail: str = NO_HANDLER,
    more: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Tell the administrators what only they can mend: that nobody could be found for a case, or what `mail` says."""
    who = [Recipient(person.id, mail, "administrators") for person in administrators(context)]
    send(context, facts, who, f"{event_key}:{subject.id}", more)


def fill_told(context: Context, facts: CaseFacts, language: str) -> str:
    """Give what the reporter's page says of the state; it shows what it names."""
    return values(context, facts, language).get("told", "")
