"""PostgreSQL's plans outlast a page that only reads; what somebody wrote and took back is gone as before."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app.web import planned
from app.web.database import db
from model import RateCount
from tests.house import Person, make_app, session_of

pytestmark = pytest.mark.postgresql
NOW = datetime(2026, 5, 4, tzinfo=UTC)
ASKED = text("SELECT holder FROM lease")
PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT%FROM %'")
THERE = select(func.count()).select_from(RateCount)


def add(session):
    session.add(RateCount(key="other", count=1, ends_at=NOW))
    session.flush()


WRITING = {
    "a row": add,
    "a row within a savepoint": lambda session: (session.begin_nested(), add(session)),
    "a statement": lambda session: session.execute(insert(RateCount).values(key="other", count=1, ends_at=NOW)),
    "an update": lambda session: session.execute(update(RateCount).values(count=7)),
    "a row taken away": lambda session: session.execute(delete(RateCount)),
    "a text": lambda session: session.execute(text("insert into rate_count values ('other', 1, now())")),
    "a table of a WITH": lambda session: session.execute(
        text("WITH made AS (INSERT INTO rate_count VALUES ('other', 1, now()) RETURNING key) SELECT key FROM made")
    ).all(),
}


@pytest.fixture
def house(postgresql_url, tmp_path):
    return make_app(postgresql_url, tmp_path)


def test_what_is_asked_often_stays_prepared_from_page_to_page(house):
    desk = Person(house, "desk")
    for _ in range(8):
        desk.get("/cases/")
    with session_of(house) as session:
        assert session.scalar(PREPARED) >= 2, "who asks, and what the tabs count"


def test_a_transaction_that_failed_keeps_nothing_and_the_next_one_goes_on(house):
    with session_of(house) as session:
        for _ in range(8):
            session.execute(ASKED)
            session.rollback()
        assert session.scalar(PREPARED) == 1
        with pytest.raises(DBAPIError):
            session.execute(text("SELECT 1 / 0"))
        session.rollback()
        assert session.scalar(PREPARED) == 0
        assert session.execute(ASKED).all() == []


@pytest.mark.parametrize("what", WRITING)
def test_what_was_written_and_taken_back_is_gone(house, what):
    with session_of(house) as session:
        session.add(RateCount(key="first", count=1, ends_at=NOW))
        session.commit()
        session.execute(ASKED)
        WRITING[what](session)
        session.execute(ASKED)
        session.rollback()
        assert session.execute(select(RateCount.key, RateCount.count)).all() == [("first", 1)]
        session.rollback()
    with session_of(house) as session:
        assert session.scalar(THERE) == 1


def test_whoever_comes_next_has_the_connection_that_worked_last(house):
    backend = text("SELECT pg_backend_pid()")
    with house.app_context():
        engine = db.engine
    several = [engine.connect() for _ in range(4)]
    pids = [each.scalar(backend) for each in several]
    for each in several:
        each.close()
    for _ in range(3):
        with engine.connect() as connection:
            assert connection.scalar(backend) == pids[-1]


def test_no_connection_keeps_more_than_so_many(house):
    with session_of(house) as session:
        for n in range(planned.MOST + 5):
            for _ in range(7):
                session.execute(text(f"SELECT {n} FROM lease"))  # noqa: S608 - a number
        assert session.scalar(PREPARED) <= planned.MOST + 1, "one goes when the next one comes"


@pytest.mark.parametrize(
    ("statement", "reads"),
    [
        ("SELECT 1", True),
        ("\n select updated FROM t", True),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("WITH a AS (delete FROM t RETURNING id) SELECT * FROM a", False),
        ("WITH a AS (SELECT 'an INSERT') SELECT * FROM a", False),
        ("SELECTED", False),
        ("INSERT INTO t SELECT 1", False),
        ("SET jit = off", False),
        ("SAVEPOINT a", False),
        ("", False),
    ],
)
def test_only_what_surely_reads_counts_as_reading(statement, reads):
    assert planned.only_reads(statement) is reads
