"""Processes restarted one after the other while people work and the routine changes: nobody notices."""

from contextlib import nullcontext

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.web.database import db
from bench.soak import counting
from bench.soak import post as server
from bench.soak.processes import wait_for
from model import Lease
from tests.deploy.rolling import Callers, Doors, running, until
from tests.house import make_app
from tests.web.test_processes import published, told

SECRET = "the same everywhere"


def restart(process, doors=None):
    """Stop and start it; it must go by itself, with all that is in hand done."""
    with doors.closed(process.port) if doors else nullcontext():
        assert process.stop() == 0
        process.start()
        if doors:
            wait_for(process.port)


def restart_whoever_works(workers, engine):
    """Restart each worker once it has the lease: so the other one was given it."""
    left = list(workers)
    while left:
        until(lambda: holder(engine) in {each.pid for each in left})
        [working] = [each for each in left if each.pid == holder(engine)]
        restart(working)
        left.remove(working)


def editions(web):
    """What each web process shows at its next request."""
    return [told(f"127.0.0.1:{each.port}") for each in web]


def holder(engine):
    """The process that has the worker's lease."""
    with Session(engine) as session:
        return int((session.scalar(select(Lease.holder)) or "-0-").split("-")[-2])


@pytest.mark.postgresql
def test_a_rolling_restart_during_an_edition_swap_loses_nothing(postgresql_url, tmp_path):
    app, post = make_app(postgresql_url, tmp_path, SECRET_KEY=SECRET), server.Post()
    with server.running(post) as smtp, app.app_context():
        engine = db.engine
        before = counting.done_with(engine)
        environment = {
            "DATABASE_URL": postgresql_url.replace("+psycopg", ""),
            "SECRET_KEY": SECRET,
            "SMTP_URL": smtp,
            "RATELIMIT_ENABLED": "0",
        }
        with running(environment, tmp_path) as (web, workers):
            doors = Doors(each.port for each in web)
            people = Callers(doors)
            assert editions(web) == [(1, False)] * 2
            people.start(2)
            until(lambda: people.moved.total() > 4)
            restart(web[0], doors)
            assert published(app) == 2
            assert editions(web) == [(2, True)] * 2
            restart_whoever_works(workers, engine)
            restart(web[1], doors)
            assert editions(web) == [(2, True)] * 2
            done = people.moved.total()
            until(lambda: people.moved.total() > done + 4)
            people.stop()
            until(lambda: not counting.unsent(engine))
        assert not doors.wrong
        assert list(counting.faults(engine, people, post, before)) == []
        assert max(post.took.values()) == 1, "a worker that is told to stop finishes what it sends"
