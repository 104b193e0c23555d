"""The worker in the web process: wakes at once, is one among several, and leaves properly."""

import time
from datetime import UTC, datetime

import pytest

import app.worker as room
from app.worker import embedded, lease, nudge
from app.worker.embedded import Worker
from app.worker.tick import mailbox
from tests.worker.conftest import post


def until(holds, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def worker(app, monkeypatch):
    monkeypatch.setattr(embedded, "POLL", 3600)
    worker = Worker(app)
    worker.start()
    yield worker
    worker.stop()


def test_a_commit_that_writes_a_mail_wakes_it(app, session, worker):
    assert until(lambda: (session.rollback(), lease.last_beat(session))[1])
    post(session)
    assert until(lambda: mailbox(app).names())


def test_only_the_commit_of_a_mail_nudges(session):
    nudge.mails.clear()
    post(session)
    assert nudge.mails.is_set()
    nudge.mails.clear()
    post(session)
    session.commit()
    assert not nudge.mails.is_set()
    session.connection()
    session.info["outbox.wrote"] = True
    session.rollback()
    session.commit()
    assert not nudge.mails.is_set()


def test_one_that_has_not_the_lease_does_nothing(app, session):
    lease.take(session, "another", datetime.now(UTC))
    session.commit()
    post(session)
    assert Worker(app).work() == 0
    assert mailbox(app).names() == []


def test_one_that_stops_lets_the_next_take_over_at_once(app, session):
    first, second = Worker(app), Worker(app)
    first.start()
    assert until(lambda: (session.rollback(), lease.last_beat(session))[1])
    post(session, "case:1:5")
    assert second.work() == 0
    first.stop()
    assert not first._thread.is_alive()
    post(session)
    second.work()
    assert len(mailbox(app).names()) == 2


def test_a_database_that_is_away_is_waited_for(app, session):
    """F50."""
    post(session)
    worker = Worker(app)
    table = lease.Lease.__table__
    table.drop(session.get_bind())
    assert worker.work() == 0
    table.create(session.get_bind())
    assert worker.work() == 1


def test_tests_and_commands_start_none(app):
    assert not room._serving(app)
