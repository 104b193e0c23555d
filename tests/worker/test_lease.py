from datetime import timedelta

from app.worker import lease
from tests.outbox.conftest import NOW

LATER = NOW + lease.LENGTH


def test_one_holder_at_a_time(session):
    """F49."""
    assert lease.take(session, "one", NOW)
    assert not lease.take(session, "two", NOW + timedelta(seconds=29))
    assert lease.take(session, "one", NOW + timedelta(seconds=29))
    assert not lease.take(session, "two", LATER)


def test_a_holder_that_says_nothing_loses_it(session):
    lease.take(session, "one", NOW)
    assert lease.take(session, "two", LATER)
    assert not lease.take(session, "one", LATER)


def test_a_holder_that_leaves_is_followed_at_once_and_only_its_own_can_be_given_up(session):
    lease.take(session, "one", NOW)
    lease.release(session, "two", NOW)
    assert not lease.take(session, "two", NOW)
    lease.release(session, "one", NOW)
    assert lease.take(session, "two", NOW)


def test_the_heartbeat_outlives_the_lease(session):
    assert lease.last_beat(session) is None
    lease.take(session, "one", NOW)
    lease.release(session, "one", LATER)
    assert lease.last_beat(session) == NOW


def test_no_two_processes_have_the_same_name():
    assert lease.new_holder() != lease.new_holder()
