"""What must hold afterwards, asked of the database itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.orm import Session

from bench.soak.people import People
from bench.soak.post import Post
from model import JournalEntry, OutgoingMail, Subject

FINISHED = frozenset({"sent", "gathered"})


def unsent(engine: Engine) -> int:
    """How many mails still wait."""
    with Session(engine) as session:
        waiting = select(func.count()).where(OutgoingMail.status.not_in(FINISHED))
        return session.scalar(waiting) or 0


def done_with(engine: Engine) -> set[str]:
    """Give the ids of the mails that the demo says were sent long ago."""
    with Session(engine) as session:
        return set(session.scalars(select(OutgoingMail.message_id).where(OutgoingMail.status == "sent")))


def faults(engine: Engine, people: People, post: Post, before: set[str]) -> Iterator[str]:
    """Tell everything that was lost, invented or broken; `before` are the mails of the demo's past."""
    with Session(engine) as session:
        yield from _acknowledged(session, people)
        yield from _whole(session)
        yield from _mails(session, post, before)
        yield from _intact(session)


def _acknowledged(session: Session, people: People) -> Iterator[str]:
    kept = set(session.scalars(select(Subject.number)))
    yield from (f"case {number} was acknowledged and isn't there" for number in sorted(people.reported - kept))
    entries = select(Subject.number, JournalEntry.transition).join(JournalEntry, JournalEntry.subject_id == Subject.id)
    happened = Counter((number, move) for number, move in session.execute(entries))
    for (number, move), times in people.moved.items():
        if happened[number, move] < times:
            yield f"{move} of {number} was acknowledged {times} times and is there {happened[number, move]} times"


def _whole(session: Session) -> Iterator[str]:
    """No event without its case, no case without its events, none missing in between."""
    events = select(JournalEntry.subject_id, func.count(), func.max(JournalEntry.ordinal))
    told = {
        subject: (count, last) for subject, count, last in session.execute(events.group_by(JournalEntry.subject_id))
    }
    cases = {subject: events for subject, events in session.execute(select(Subject.id, Subject.events))}  # noqa: C416
    yield from (f"events without a case: {subject}" for subject in told.keys() - cases.keys())
    for subject, count in cases.items():
        if told.get(subject) != (count, count):
            yield f"case {subject} has {count} events, and the journal tells {told.get(subject)}"


def _mails(session: Session, post: Post, before: set[str]) -> Iterator[str]:
    rows = session.scalars(select(OutgoingMail)).all()
    owed = {row.message_id for row in rows if row.status != "gathered"} - before
    yield from (f"mail {each} was never sent" for each in sorted(owed - post.took.keys()))
    yield from (f"mail {each} belongs to nothing" for each in sorted(post.took.keys() - owed))
    named = Counter((row.event_key, row.receiver_id, row.name) for row in rows)
    yield from (f"{key} has {count} message ids" for key, count in named.items() if count > 1)
    written = Counter((row.subject_id, str(row.receiver_id), row.name) for row in rows)
    promised: Counter[tuple[int, str, str]] = Counter()
    for entry in session.scalars(select(JournalEntry)):
        promised.update((entry.subject_id, mail["to"], mail["name"]) for mail in entry.mails if "skipped" not in mail)
    yield from (f"the journal tells of {key}, and there is no mail" for key in promised if promised[key] > written[key])


def _intact(session: Session) -> Iterator[str]:
    if session.get_bind().dialect.name == "sqlite":
        found = session.execute(text("PRAGMA integrity_check")).scalars().all()
        if found != ["ok"]:
            yield f"the database is broken: {found[:3]}"
        if broken := session.execute(text("PRAGMA foreign_key_check")).all():
            yield f"rows that lead nowhere: {broken[:3]}"
        return
    for name in inspect(session.connection()).get_table_names():
        session.execute(text(f'SELECT count(*) FROM (SELECT * FROM "{name}") AS every'))  # noqa: S608 - its own names
