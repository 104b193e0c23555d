"""What differs on PostgreSQL: inserting once, claiming past each other's locks, and moments."""

import os
import threading
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import sessionmaker

from app.outbox import queue
from app.worker import lease
from model import Base, OutgoingMail
from tests.outbox.conftest import NOW, populate, post
from tests.outbox.server import Told, running
from tests.outbox.test_deliver import read, sending

pytestmark = pytest.mark.postgresql
SERVER = os.environ.get("POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


@pytest.fixture(scope="module")
def engine():
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    name = f"test_{uuid4().hex}"
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError:
        if os.environ.get("CI_STRICT"):
            raise
        pytest.skip("no PostgreSQL here")
    engine = create_engine(make_url(SERVER).set(database=name))
    Base.metadata.create_all(engine)
    with sessionmaker(engine)() as session:
        populate(session)
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


@pytest.fixture
def sessions(engine):
    yield sessionmaker(engine)
    with sessionmaker(engine)() as session, session.begin():
        session.query(OutgoingMail).delete()


@pytest.fixture
def session(sessions):
    with sessions() as session:
        yield session


def test_the_same_event_writes_one_mail_though_two_write_at_once(session, sessions):
    assert post(session) is not None
    others = []

    def write():
        with sessions() as other, other.begin():
            others.append(post(other))

    thread = threading.Thread(target=write)
    thread.start()
    session.commit()
    thread.join()
    assert others == [None]


def test_a_worker_takes_what_no_other_is_taking(session, sessions):
    for number in range(4):
        post(session, event_key=f"case:1:{number}")
    session.commit()
    first = queue.claim(session, worker="one", now=NOW, limit=2)  # not committed yet
    with sessions() as other:
        second = queue.claim(other, worker="two", now=NOW, limit=9)
        other.commit()
    session.commit()
    assert [len(each.letters) for each in (first, second)] == [2, 2]
    assert not {letter.id for letter in first.letters} & {letter.id for letter in second.letters}


def test_several_workers_send_each_mail_once(session, sessions):
    for number in range(60):
        post(session, event_key=f"case:1:{number}", link="follow:1")
    session.commit()
    handler = Told()

    def work():
        while sending(sessions, url, limit=7):
            pass

    with running(handler) as url:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    ids = [read(handler, number)["Message-ID"] for number in range(len(handler.took))]
    assert len(ids) == len(set(ids)) == 60
    assert set(session.scalars(select(OutgoingMail.status))) == {"sent"}
    assert queue.counts(session) == (0, None, 0)


def test_the_lease_has_one_holder(session):
    assert lease.take(session, "one", NOW)
    assert not lease.take(session, "two", NOW)
    lease.release(session, "one", NOW)
    assert lease.take(session, "two", NOW)
    assert lease.last_beat(session) == NOW
