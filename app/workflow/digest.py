"""Reminders that are late because no worker ran: one mail to each person for all of them, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.language.worktime import WorkTime
from app.outbox import compose
from app.outbox.settings import Settings
from app.workflow.context import Context
from app.workflow.words import in_time
from model import OutgoingMail, Subject

LATE = timedelta(hours=1)
"""How long after its moment a reminder counts as late: a worker that runs is never so slow."""
GATHERING, GATHERED = "gathering", "gathered"
MAIL = "reminders"
LISTED = ("case:", "action:")
"""Where the links of those lead who find all their cases in a list; a reporter has a page for each."""
MOST_TOLD = 100
"""Cases that a mail lists; the list has them all."""


def status(mail: Mapping[str, Any], *, late: bool) -> str:
    """Give a new mail's status: a late one waits for the others of its receiver, but for letters and a reporter's."""
    return GATHERING if late and not mail["letter"] and mail["link"].startswith(LISTED) else "waiting"


def gather(session: Session, now: datetime) -> None:
    """When no clock is due any longer: send each person one mail for all that were held back. The caller commits."""
    late = OutgoingMail.status == GATHERING
    if session.scalar(select(OutgoingMail.id).where(late).limit(1)) is not None:
        with session.begin_nested():  # on SQLite, too, nobody else writes from here on
            query = select(OutgoingMail, Subject).join(Subject, Subject.id == OutgoingMail.subject_id).where(late)
            mine = query.with_for_update(of=OutgoingMail, skip_locked=True)
            _gather(session, now, session.execute(mine.order_by(Subject.due_at, Subject.id)).all())


def _gather(session: Session, now: datetime, held: Sequence[Row[OutgoingMail, Subject]]) -> None:
    people: dict[int, list[tuple[OutgoingMail, Subject]]] = defaultdict(list)
    for mail, subject in held:
        people[mail.receiver_id or 0].append((mail, subject))
    context = Context.open(session, now)
    context.know(people)
    compose.insert_new(session, [told for each in people.items() if (told := _told(context, *each))])


def _told(context: Context, person: int, mails: Sequence[tuple[OutgoingMail, Subject]]) -> dict[str, Any] | None:
    """Let the only one go as it is, or make one mail that names them all."""
    receiver = context.somebody(person)
    if receiver is None or len(mails) == 1:
        _become(mails, "waiting")
        return None
    language = receiver.language or Settings.current().default_language
    subjects = {subject.id: subject for _, subject in mails}
    lines = [_line(subject, context.organisation.worktime, language) for subject in list(subjects.values())[:MOST_TOLD]]
    if len(subjects) > MOST_TOLD:
        lines.append("…")
    _become(mails, GATHERED)
    return compose.row(
        context.session,
        event_key=f"{MAIL}:{min(mail.id for mail, _ in mails)}:{max(mail.id for mail, _ in mails)}",
        subject=None,
        receiver=receiver,
        mail=MAIL,
        why=mails[0][0].why,
        values={"count": str(len(subjects)), "cases": "\n".join(lines)},
        link="cases:" if any(mail.link.startswith("case:") for mail, _ in mails) else "actions:",
        now=context.now,
        language=language,
        said=compose.remembered(context.organisation, MAIL),
    )


def _become(mails: Iterable[tuple[OutgoingMail, Subject]], status: str) -> None:
    for mail, _ in mails:
        mail.status = status


def _line(subject: Subject, worktime: WorkTime, language: str) -> str:
    """Number and deadline: never what it is about."""
    return f"{subject.number}: {in_time(subject.due_at, worktime, language)}" if subject.due_at else subject.number
