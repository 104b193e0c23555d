"""Reminders that are late because no worker ran: one mail to each person for all of them, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.language.worktime import WorkTime
from app.outbox import compose
from app.outbox.settings import Settings
from app.workflow.context import Context
from app.workflow.words import in_time
from model import OutgoingMail, Person, Subject

LATE = timedelta(hours=1)
"""How long after its moment a reminder counts as late: a worker that runs is never so slow."""
GATHERING, GATHERED = "gathering", "gathered"
MAIL = "reminders"
LISTED = ("case:", "action:")
"""Where the links of those lead who find all their cases in a list; a reporter has a page for each."""
MOST_TOLD = 100
"""Cases that a mail lists; the list has them all."""


def hold_back(session: Session, event_key: str, person: int) -> None:
    """Let a late reminder wait for the others of its receiver, unless it is a letter or a reporter's."""
    mine = select(OutgoingMail).where(OutgoingMail.event_key == event_key, OutgoingMail.receiver_id == person)
    for mail in session.scalars(mine.where(OutgoingMail.status == "waiting")):
        if not mail.letter and mail.link.startswith(LISTED):
            mail.status = GATHERING


def gather(session: Session, now: datetime) -> None:
    """When no clock is due any longer: send each person one mail for all that were held back. The caller commits."""
    query = select(OutgoingMail, Subject).join(Subject, Subject.id == OutgoingMail.subject_id)
    held = session.execute(query.where(OutgoingMail.status == GATHERING).order_by(Subject.due_at, Subject.id)).all()
    if not held:
        return
    people: dict[int, list[tuple[OutgoingMail, Subject]]] = defaultdict(list)
    for mail, subject in held:
        people[mail.receiver_id or 0].append((mail, subject))
    worktime = Context.open(session, now).organisation.worktime
    for person, mails in people.items():
        _tell(session, now, session.get(Person, person), mails, worktime)
    session.flush()


def _tell(
    session: Session,
    now: datetime,
    person: Person | None,
    mails: Sequence[tuple[OutgoingMail, Subject]],
    worktime: WorkTime,
) -> None:
    """Send the only one as it is, or one mail that names them all."""
    if person is None or len(mails) == 1:
        _become(mails, "waiting")
        return
    language = person.language or Settings.current().default_language
    subjects = {subject.id: subject for _, subject in mails}
    lines = [_line(subject, worktime, language) for subject in list(subjects.values())[:MOST_TOLD]]
    if len(subjects) > MOST_TOLD:
        lines.append("…")
    compose.write(
        session,
        event_key=f"{MAIL}:{min(mail.id for mail, _ in mails)}:{max(mail.id for mail, _ in mails)}",
        subject=None,
        receiver=person,
        mail=MAIL,
        why=mails[0][0].why,
        values={"count": str(len(subjects)), "cases": "\n".join(lines)},
        link="cases:" if any(mail.link.startswith("case:") for mail, _ in mails) else "actions:",
        now=now,
        language=language,
    )
    _become(mails, GATHERED)


def _become(mails: Iterable[tuple[OutgoingMail, Subject]], status: str) -> None:
    for mail, _ in mails:
        mail.status = status


def _line(subject: Subject, worktime: WorkTime, language: str) -> str:
    """Number and deadline: never what it is about."""
    return f"{subject.number}: {in_time(subject.due_at, worktime, language)}" if subject.due_at else subject.number
