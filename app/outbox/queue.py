"""The outbox as a queue: claiming mails with a lease, and writing down what became of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import String, Update, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from app.outbox import pausing
from app.outbox.links import followed
from app.outbox.message import Letter
from app.outbox.paper import sheet_of
from model import OutgoingMail, Subject

LEASE = timedelta(minutes=3)
"""A worker that dies with a mail in hand keeps it from the others this long."""
LADDER = tuple(timedelta(seconds=each) for each in (30, 60, 120, 300, 600, 1200, 2400, 3600, 7200, 7200))
"""How long after its first, second … failure a mail is tried again; after the last it is dead."""
UNREACHABLE = timedelta(minutes=5)
"""The longest wait while the mail server can't be reached: that is no mail's fault and kills none."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Mails one worker alone may send while its lease lasts; `follows` has salt and digest of the cases they follow."""

    letters: tuple[Letter, ...]
    follows: Mapping[int, tuple[str | None, str | None]]


def claim(session: Session, *, worker: str, now: datetime, limit: int) -> Claim:
    """Take up to `limit` mails that are due and nobody holds, the oldest first; none while the outbox is paused."""
    if pausing.standing(session) is not None:
        return Claim((), {})
    free = or_(OutgoingMail.locked_until.is_(None), OutgoingMail.locked_until <= now)
    due = (
        select(OutgoingMail.id)
        .where(OutgoingMail.status == "waiting", OutgoingMail.next_try_at <= now, free)
        .order_by(OutgoingMail.next_try_at, OutgoingMail.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = update(OutgoingMail).where(OutgoingMail.id.in_(select(due.c.id))).returning(OutgoingMail.id)
    values = {"locked_until": now + LEASE, "locked_by": worker, "tries": OutgoingMail.tries + 1}
    ids = session.scalars(taken.values(values).execution_options(synchronize_session=False)).all()
    letters = tuple(_letters(session, ids)) if ids else ()
    return Claim(letters, _follows(session, letters))


def sent(session: Session, mail_id: int, *, worker: str, now: datetime) -> None:
    """Write down that the server took it; of a receiver who was forgotten meanwhile nothing is kept."""
    given = {"mail": mail_id, "worker": worker, "now": now, "nobody": nobody(mail_id)}
    session.connection().execute(_sent(), given)


@cache
def _sent() -> Update:
    """Make the statement once: most of what it costs to write a fate is to say it."""
    mails: Any = OutgoingMail.__table__
    gone = mails.c.receiver_id.is_(None)
    return (
        update(mails)
        .where(mails.c.id == bindparam("mail"), mails.c.locked_by == bindparam("worker"))
        .values(
            locked_until=None,
            locked_by=None,
            status="sent",
            sent_at=bindparam("now"),
            fault="",
            address=case((gone, bindparam("nobody", type_=String)), else_=mails.c.address),
            body=case((gone, ""), else_=mails.c.body),
        )
    )


def nobody(mail_id: int) -> str:
    """What stands for the address of a receiver who is forgotten."""
    return f"forgotten-{mail_id}"


def failed(session: Session, letter: Letter, *, worker: str, now: datetime, fault: str) -> None:
    """Write down that it has to be tried again later; or, tried often enough, never."""
    if letter.tries > len(LADDER):
        dead(session, letter.id, worker=worker, fault=fault)
    else:
        _finish(session, letter.id, worker, next_try_at=now + LADDER[letter.tries - 1], fault=fault)


def unreached(session: Session, letters: Iterable[Letter], *, worker: str, now: datetime, fault: str) -> None:
    """Put mails back because there was no server to give them to."""
    for letter in letters:
        wait = min(LADDER[min(letter.tries, len(LADDER)) - 1], UNREACHABLE)
        tries = min(letter.tries, len(LADDER))
        _finish(session, letter.id, worker, next_try_at=now + wait, tries=tries, fault=fault)


def dead(session: Session, mail_id: int, *, worker: str, fault: str) -> None:
    """Write down that it will not be tried again."""
    _finish(session, mail_id, worker, status="dead", fault=fault)


def put_back(session: Session, letters: Iterable[Letter], *, worker: str) -> None:
    """Give up mails that were claimed and never tried."""
    for letter in letters:
        _finish(session, letter.id, worker, tries=letter.tries - 1)


def revive(session: Session, now: datetime, mail_id: int | None = None) -> int:
    """Let a dead mail, or every one, be tried anew; how many there were."""
    chosen = update(OutgoingMail).where(OutgoingMail.status == "dead")
    if mail_id is not None:
        chosen = chosen.where(OutgoingMail.id == mail_id)
    anew = chosen.values(status="waiting", tries=0, next_try_at=now).returning(OutgoingMail.id)
    return len(session.scalars(anew.execution_options(synchronize_session=False)).all())


def counts(session: Session) -> tuple[int, datetime | None, int]:
    """How many are waiting, since when the oldest of them, and how many are dead."""
    waiting = select(func.count(), func.min(OutgoingMail.created_at)).where(OutgoingMail.status == "waiting")
    dead_ones = select(func.count()).where(OutgoingMail.status == "dead")
    number, oldest = session.execute(waiting).one()
    return number, oldest, session.scalar(dead_ones) or 0


def _finish(session: Session, mail_id: int, worker: str, **values: object) -> None:
    """Change the row and let go of it, if it is still this worker's."""
    mine = update(OutgoingMail).where(OutgoingMail.id == mail_id, OutgoingMail.locked_by == worker)
    released = mine.values(locked_until=None, locked_by=None, **values)
    session.execute(released.execution_options(synchronize_session=False))


def _letters(session: Session, ids: Iterable[int]) -> Iterable[Letter]:
    thread = func.coalesce(Subject.whole_id, Subject.id)
    rows = select(OutgoingMail, thread).outerjoin(Subject, Subject.id == OutgoingMail.subject_id)
    for mail, whole in session.execute(rows.where(OutgoingMail.id.in_(ids)).order_by(OutgoingMail.id)):
        yield Letter(
            id=mail.id,
            address=mail.address,
            subject=mail.subject,
            body=mail.body,
            link=mail.link,
            message_id=mail.message_id,
            created_at=mail.created_at,
            tries=mail.tries,
            thread=whole,
            sheet=sheet_of(mail.letter, mail.subject, mail.body, mail.language) if mail.letter else None,
        )


def _follows(session: Session, letters: Iterable[Letter]) -> Mapping[int, tuple[str | None, str | None]]:
    ids = {followed(letter.link) for letter in letters} - {None}
    if not ids:
        return {}
    rows = session.execute(select(Subject.id, Subject.follow_salt, Subject.follow_hash).where(Subject.id.in_(ids)))
    return {subject_id: (salt, kept) for subject_id, salt, kept in rows}
