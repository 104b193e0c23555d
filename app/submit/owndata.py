"""What the installation holds about one person, as a file they can read and a program can: and nothing about others.

GDPR article 15. Of cases that they reported it has what their follow page shows; of what they did to other cases only
what, when and to which number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from flask import redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.i18n import language, lazy_gettext, say
from app.submit.desk import context
from app.submit.dialogue import Sight
from app.submit.followed import followed, journal
from app.web.grants import me
from app.web.story import title
from app.workflow import held, letters
from app.workflow.context import Context
from model import Assignment, Case, CaseReading, JournalEntry, Login, OutgoingMail, Person

HEADINGS: Mapping[str, Any] = {
    "person": lazy_gettext("Person"),
    "account": lazy_gettext("Account"),
    "logins": lazy_gettext("Where you are logged in"),
    "assignments": lazy_gettext("Assignments"),
    "away": lazy_gettext("Days away"),
    "held": lazy_gettext("Reports that you sent and that are still being looked at"),
    "cases": lazy_gettext("Cases that you reported"),
    "entered": lazy_gettext("Cases that you entered for somebody"),
    "mails": lazy_gettext("Mails to you"),
    "events": lazy_gettext("What you did"),
    "readings": lazy_gettext("Cases that you opened"),
}
Item = dict[str, Any]


def page() -> ResponseReturnValue:
    """Send somebody who is logged in all that is held about them."""
    person = me()
    if person is None:
        return redirect(url_for("submit.ask"))
    return send_file(
        BytesIO(packed(context(), person)), "application/zip", as_attachment=True, download_name="data.zip"
    )


def packed(here: Context, person: Person) -> bytes:
    """Give the zip: data.json, the same as a page to read, and the files that the person sent or may see."""
    held, made = about(here, person), BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(held, ensure_ascii=False, indent=2))
        archive.writestr("data.html", render_template("submit/own_data.html", held=held, headings=HEADINGS))
        for case in _reported(here, person):
            for file in _sight(here, case).files(journal(case)):
                archive.writestr(f"files/{case.number}/{file.id}-{file.name}", file.content)
    return made.getvalue()


def about(here: Context, person: Person) -> dict[str, list[Item]]:
    """Give all of it, section by section; moments are ISO texts in UTC."""
    held: dict[str, Iterator[Item]] = {
        "person": _person(person),
        "account": _account(person),
        "logins": _logins(here, person),
        "assignments": _assignments(here, person),
        "away": ({"from": str(each.starts_on), "to": str(each.ends_on or "")} for each in person.away),
        "held": _held(here, person),
        "cases": (_case(here, case) for case in _reported(here, person)),
        "entered": _entered(here, person),
        "mails": _mails(here, person),
        "events": _events(here, person),
        "readings": _readings(here, person),
    }
    return {name: [*items] for name, items in held.items()}


def _person(person: Person) -> Iterator[Item]:
    names = ("name", "label", "mail", "kind", "language", "external", "guest")
    yield {name: getattr(person, name) for name in names} | {"unit": say(person.unit.label) if person.unit else ""}


def _account(person: Person) -> Iterator[Item]:
    names = ("username", "first_name", "last_name", "email", "active", "created_on", "last_login", "login_count")
    if person.user is not None:
        yield {name: _plain(getattr(person.user, name)) for name in names}


def _logins(here: Context, person: Person) -> Iterator[Item]:
    for each in here.session.scalars(select(Login).where(Login.user_id == person.user_id).order_by(Login.began_at)):
        yield {"browser": each.browser, "way": each.way, "since": _plain(each.began_at)}


def _assignments(here: Context, person: Person) -> Iterator[Item]:
    for each in here.session.scalars(select(Assignment).where(Assignment.person_id == person.id)):
        yield {
            "role": say(each.role.label),
            "unit": say(each.unit.label),
            "area": say(each.area.label) if each.area else "",
            "from": str(each.starts_on or ""),
            "to": str(each.ends_on or ""),
            "deputy": each.deputy,
        }


def _held(here: Context, person: Person) -> Iterator[Item]:
    for each in held.of_sender(here.session, person.id):
        files = [file.name for file in each.files]
        sent = {"answers": dict(each.shown["facts"]), "texts": dict(each.shown["prose"]), "files": files}
        yield {"number": each.number, "received": _plain(each.received_at), **sent}


def _reported(here: Context, person: Person) -> Iterator[Case]:
    """Their cases; of a flow without a page for its reporter none is shown, here as there."""
    mine = (Case.reporter_id == person.id, Case.flow.in_(followed(here.routine)))
    loads = (joinedload(Case.reporter), selectinload(Case.parts))
    yield from here.session.scalars(select(Case).where(*mine).options(*loads).order_by(Case.id)).all()


def _sight(here: Context, case: Case) -> Sight:
    return Sight(here, case, here.facts(case), language())


def _case(here: Context, case: Case) -> Item:
    seen, entries = _sight(here, case), journal(case)
    sent = seen.sent(entries)
    return {
        "number": case.number,
        "reported": case.submitted_at.isoformat(),
        "sent": dict([*sent.facts, *sent.prose]),
        "known": dict(seen.known()),
        "messages": [{"who": each.who, "when": each.when, "text": each.text} for each in seen.messages(entries)],
        "letters": [{"title": each.title, "text": each.body} for each in letters.to_reporter(here, case)],
        "files": [each.name for each in seen.files(entries)],
    }


def _entered(here: Context, person: Person) -> Iterator[Item]:
    query = select(Case.number, Case.submitted_at).where(Case.entered_by_id == person.id, Case.reporter_id != person.id)
    for number, at in here.session.execute(query.order_by(Case.id)):
        yield {"number": number, "when": at.isoformat()}


def _mails(here: Context, person: Person) -> Iterator[Item]:
    query = select(OutgoingMail).where(OutgoingMail.receiver_id == person.id).order_by(OutgoingMail.id)
    for mail in here.session.scalars(query):
        yield {
            "to": mail.address,
            "when": mail.created_at.isoformat(),
            "status": mail.status,
            "subject": mail.subject,
            "text": mail.body,
        }


def _events(here: Context, person: Person) -> Iterator[Item]:
    query = select(JournalEntry).where(JournalEntry.actor_id == person.id).options(joinedload(JournalEntry.subject))
    for entry in here.session.scalars(query.order_by(JournalEntry.id)):
        yield {"number": entry.subject.number, "when": entry.at.isoformat(), "what": title(entry, here.edition(entry))}


def _readings(here: Context, person: Person) -> Iterator[Item]:
    query = select(CaseReading).where(CaseReading.person_id == person.id).options(joinedload(CaseReading.subject))
    for each in here.session.scalars(query.order_by(CaseReading.id)):
        yield {"number": each.subject.number, "when": each.at.isoformat(), "what": each.what}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
