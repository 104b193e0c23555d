import threading
import time

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from app.web.database import db
from model import Area, ConfigurationVersion, MailText, Person, Unit
from tests.house import Person as Visitor
from tests.house import cases, make_app, session_of


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


def often(session):
    """Ask the same thing as often as it takes for it to be prepared; how many statements are."""
    for _ in range(10):
        session.execute(text("SELECT 1 FROM lease"))
    return session.scalar(text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM lease%'"))


@pytest.mark.postgresql
@pytest.mark.parametrize(("kept", "statements"), [(True, 1), (False, 0)])
def test_postgresql_keeps_statements_unless_a_pooler_cannot_bear_it(postgresql_url, tmp_path, kept, statements):
    app = make_app(postgresql_url, tmp_path, DATABASE_PREPARED=kept)
    with session_of(app) as session:
        assert often(session) == statements
    Visitor(app).report()
    desk = Visitor(app, "desk")
    assert desk.move(max(cases(app)), "forward", unit="ie", area="education_quality").status_code == 302


@pytest.mark.postgresql
def test_the_pool_is_as_large_and_a_statement_as_long_as_is_set(postgresql_url, tmp_path):
    sizes = {"DATABASE_POOL_SIZE": 2, "DATABASE_POOL_OVERFLOW": 1, "DATABASE_POOL_RECYCLE": 60}
    app = make_app(postgresql_url, tmp_path, **sizes, DATABASE_PRE_PING=False, DATABASE_STATEMENT_TIMEOUT=0.2)
    with session_of(app) as session:
        pool = session.get_bind().pool
        assert (pool.size(), pool._max_overflow, pool._recycle, pool._pre_ping) == (2, 1, 60, False)
        assert session.scalar(text("SHOW statement_timeout")) == "200ms"
        assert session.scalar(text("SHOW jit")) == "off"
        with pytest.raises(DBAPIError, match="statement timeout"):
            session.scalar(text("SELECT pg_sleep(60)"))


@pytest.mark.postgresql
def test_without_a_limit_a_statement_takes_its_time(postgresql_url, tmp_path):
    with session_of(make_app(postgresql_url, tmp_path)) as session:
        assert session.scalar(text("SHOW statement_timeout")) == "0"


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
