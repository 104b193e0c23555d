"""Reminders that are late because no worker ran: one mail to each person for all of them, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
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
    if session.scalar(select(OutgoingMail.id).where(late).limit(1)) is None:
        return
    told = (OutgoingMail.id, OutgoingMail.receiver_id, OutgoingMail.why, OutgoingMail.link)
    query = select(*told, Subject.number, Subject.due_at).join(Subject, Subject.id == OutgoingMail.subject_id)
    order = (Subject.due_at, Subject.id, OutgoingMail.id)
    with session.begin_nested():  # on SQLite, too, nobody else writes from here on
        # Of two who gather at once, one waits and finds nothing left: each with a part would make two mails of one.
        held = session.execute(query.where(late).order_by(*order).with_for_update(of=OutgoingMail)).all()
        if held:
            _gather(Context.open(session, now), [Held(*row) for row in held])


@dataclass(frozen=True, slots=True)
class Held:
    """A late reminder that waits: its mail's columns, and its case's."""

    mail: int
    receiver: int | None
    why: str
    link: str
    number: str
    due_at: datetime


def _gather(context: Context, held: Sequence[Held]) -> None:
    people: dict[int, list[Held]] = defaultdict(list)
    for each in held:
        people[each.receiver or 0].append(each)
    context.know(people)
    digests = [told for person, mails in people.items() if (told := _told(context, person, mails))]
    compose.insert_new(context.session, digests)
    told_of = {row["receiver_id"] for row in digests}
    fates = [{"mail": each.mail, "fate": GATHERED if each.receiver in told_of else "waiting"} for each in held]
    mails: Any = OutgoingMail.__table__
    become = update(mails).where(mails.c.id == bindparam("mail")).values(status=bindparam("fate"))
    context.session.connection().execute(become, fates)


def _told(context: Context, person: int, mails: Sequence[Held]) -> dict[str, Any] | None:
    """Make one mail that names them all; None where the only one goes as it is."""
    receiver = context.somebody(person)
    if receiver is None or len(mails) == 1:
        return None
    language = receiver.language or Settings.current().default_language
    ends = {each.number: each.due_at for each in mails}
    worktime = context.organisation.worktime
    lines = [_line(number, end, worktime, language) for number, end in list(ends.items())[:MOST_TOLD]]
    if len(ends) > MOST_TOLD:
        lines.append("…")
    return compose.row(
        context.session,
        event_key=f"{MAIL}:{min(each.mail for each in mails)}:{max(each.mail for each in mails)}",
        subject=None,
        receiver=receiver,
        mail=MAIL,
        why=mails[0].why,
        values={"count": str(len(ends)), "cases": "\n".join(lines)},
        link="cases:" if any(each.link.startswith("case:") for each in mails) else "actions:",
        now=context.now,
        language=language,
        said=compose.remembered(context.organisation, MAIL),
    )


def _line(number: str, due_at: datetime, worktime: WorkTime, language: str) -> str:
    """Number and deadline: never what it is about."""
    return f"{number}: {in_time(due_at, worktime, language)}"
