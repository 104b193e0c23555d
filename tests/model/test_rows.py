"""What rows keep: moments with their zone, and one row where there may be one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from app.web.database import db
from model import Clock, Counter, JournalEntry, Lease, OutgoingMail, Subject
from tests.house import session_of
from tests.matrix.world import Maker

NOON = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)


def test_a_moment_comes_back_as_it_was_in_utc(house):
    elsewhere = NOON.astimezone(timezone(timedelta(hours=9)))
    with session_of(house) as session:
        session.add(Lease(name="a", holder="x", until=elsewhere, beat_at=NOON))
        session.commit()
        row = session.get_one(Lease, "a")
        session.refresh(row)
        assert (row.until, row.until.utcoffset()) == (NOON, timedelta(0))


def test_a_moment_is_read_to_the_microsecond_and_through_a_function(house):
    moment = NOON.replace(microsecond=123_456)
    with session_of(house) as session:
        session.add(Lease(name="a", holder="x", until=moment, beat_at=NOON))
        session.commit()
        found = session.execute(select(Lease.until, func.min(Lease.until)).group_by(Lease.until)).one()
        assert [(each, each.utcoffset()) for each in found] == [(moment, timedelta(0))] * 2


def test_a_moment_without_a_zone_is_refused(house):
    with session_of(house) as session:
        session.add(Lease(name="a", holder="x", until=datetime(2026, 1, 1), beat_at=NOON))  # noqa: DTZ001
        with pytest.raises(StatementError, match="needs a time zone"):
            session.flush()


def doubled(session, case):
    """A second row of each that there may be one of."""
    [entry] = session.query(JournalEntry).filter_by(subject_id=case.id).all()
    mail = session.query(OutgoingMail).first()
    clock = session.query(Clock).filter_by(subject_id=case.id).first()
    yield JournalEntry, {"ordinal": entry.ordinal, "subject_id": case.id}, entry
    yield OutgoingMail, {"event_key": mail.event_key, "address": mail.address, "name": mail.name}, mail
    yield Clock, {"subject_id": case.id, "name": clock.name, "run": clock.run}, clock
    yield Subject, {"number": case.number}, case


def test_there_is_one_journal_row_mail_clock_and_number_of_each(house):
    with house.app_context():
        session = db.session()
        case = Maker.open(session).report("quality")
        session.commit()
        kinds = [(table, row.id, given) for table, given, row in doubled(session, case)]
        for table, pk, _ in kinds:
            columns = [c.name for c in table.__table__.columns if c.name != "id"]
            if table is OutgoingMail:
                columns = [name for name in columns if name != "message_id"]
            names = ", ".join(columns)
            extra = ("message_id, ", "'another', ") if table is OutgoingMail else ("", "")
            copy = (
                f"INSERT INTO {table.__tablename__} ({extra[0]}{names}) "  # noqa: S608 - names of our own columns
                f"SELECT {extra[1]}{names} FROM {table.__tablename__} WHERE id = {pk}"
            )
            with pytest.raises(IntegrityError):
                session.execute(text(copy))
            session.rollback()
        db.session.remove()


def test_a_counter_is_one_row_a_year(house):
    with session_of(house) as session:
        session.add(Counter(name="2030", value=1))
        session.commit()
        session.expunge_all()
        session.add(Counter(name="2030", value=2))
        with pytest.raises(IntegrityError):
            session.commit()
        session.rollback()
