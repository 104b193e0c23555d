import threading
import time

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from app.web.database import db
from model import Area, ConfigurationVersion, MailText, Person, Unit
from tests.house import make_app, session_of


def version(session):
    return session.scalar(select(ConfigurationVersion.version))


def test_sqlite_is_tuned_on_every_connection(small_house):
    with small_house.app_context():
        found = {
            name: db.session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10000, "synchronous": 1}


@pytest.mark.postgresql
def test_postgresql_compiles_no_single_question(postgresql_url, tmp_path):
    with session_of(make_app(postgresql_url, tmp_path)) as session:
        assert session.scalar(text("SHOW jit")) == "off"


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session.add(Unit(name="new", label={"nb": "Ny"})),
        lambda session: setattr(session.scalar(select(Area).limit(1)), "door_url", "/x"),
        lambda session: session.delete(session.scalar(select(MailText).limit(1))),
        lambda session: session.execute(update(Unit).where(Unit.name == "idi").values(code="X")),
    ],
)
def test_every_change_of_configuration_is_counted(house, change):
    with session_of(house) as session:
        before = version(session)
        change(session)
        session.commit()
        assert version(session) == before + 1


def test_a_new_reporter_is_no_change_of_configuration(house):
    with session_of(house) as session:
        before = version(session)
        session.add(Person(mail="melder@x.example", guest=True))
        session.scalar(select(Unit).limit(1))
        session.commit()
        assert version(session) == before


def test_what_is_taken_back_is_not_counted(house):
    with session_of(house) as session:
        before = version(session)
        session.add(Unit(name="new", label={}))
        session.flush()
        session.rollback()
        assert version(session) == before


def test_two_writers_wait_for_each_other_instead_of_failing(small_house):
    failed = []

    def write(at):
        with small_house.app_context():
            try:
                for _ in range(10):
                    db.session.scalar(select(Area).limit(1))
                    db.session.add(Person(mail=f"{at}@x.example", guest=True))
                    db.session.flush()
                    time.sleep(0.002)
                    db.session.commit()
            except Exception as fault:  # noqa: BLE001 - whatever it is, the test tells it
                failed.append(fault)

    threads = [threading.Thread(target=write, args=(at,)) for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_a_savepoint_taken_back_takes_nothing_else_with_it(small_house):
    with session_of(small_house) as session:
        with session.begin_nested():
            session.add(Person(mail="kept@x.example", guest=True))
        inner = session.begin_nested()
        session.add(Person(mail="lost@x.example", guest=True))
        session.flush()
        inner.rollback()
        session.rollback()
        kept = session.scalars(select(Person.mail).where(Person.mail.in_(["kept@x.example", "lost@x.example"]))).all()
        assert kept == []


def test_a_fault_doesnt_repeat_what_was_typed(house):
    with house.app_context(), pytest.raises(DBAPIError) as fault:
        db.session.execute(text("SELECT no_such_column WHERE :typed = ''"), {"typed": "a student's words"})
    assert "no_such_column" in str(fault.value)
    assert "a student's words" not in str(fault.value)
