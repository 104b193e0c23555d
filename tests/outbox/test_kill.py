"""A worker killed with -9 at any moment loses no mail, invents none, and repeats one only as itself (F48)."""

import random
import time
from collections import Counter
from contextlib import contextmanager
from email import policy
from email.parser import BytesHeaderParser
from multiprocessing import get_context

from sqlalchemy import func, select, text

from app.outbox import queue
from model import OutgoingMail
from tests.outbox.conftest import post
from tests.outbox.process import work
from tests.outbox.server import Told, running

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.outbox.process"])
KILLS = 20
MAILS = 300


@contextmanager
def worker(sessions, url, kill):
    process = PROCESSES.Process(target=work, args=(sessions.kw["bind"].url, url, kill * 2 * queue.LEASE))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def until(holds, process, seconds=30):
    end = time.monotonic() + seconds
    while not holds():
        assert process.is_alive()
        assert time.monotonic() < end
        time.sleep(0.005)


def ids(handler):
    parser = BytesHeaderParser(policy=policy.default)
    return [parser.parsebytes(content)["Message-ID"] for _, _, content in handler.took]


def left(session):
    session.rollback()
    return session.scalar(select(func.count()).where(OutgoingMail.status != "sent"))


def test_killed_while_the_server_has_the_mail_and_has_not_answered(session, sessions):
    mail = post(session)
    session.commit()
    handler = Told(hang=True)
    with running(handler) as url:
        with worker(sessions, url, 0) as first:
            until(lambda: handler.took, first)
        handler.hang = False
        with worker(sessions, url, 1) as second:
            until(lambda: left(session) == 0, second)
    assert ids(handler) == [mail.message_id] * 2


def test_killed_between_the_servers_yes_and_the_note(session, sessions):
    mail = post(session)
    session.commit()
    handler = Told(hang=True)
    with running(handler) as url:
        with worker(sessions, url, 0) as first:
            until(lambda: handler.took, first)
            session.execute(text("BEGIN IMMEDIATE"))  # the worker's note now waits for this
            handler.hang = False
            until(handler.answered.is_set, first)
        session.rollback()
        assert left(session) == 1
        with worker(sessions, url, 1) as second:
            until(lambda: left(session) == 0, second)
    assert ids(handler) == [mail.message_id] * 2


def test_killed_again_and_again(session, sessions):
    written = {post(session, event_key=f"case:1:{number}").message_id for number in range(MAILS)}
    session.commit()
    handler, chance = Told(), random.Random(48)  # noqa: S311 - the moments of the kills
    with running(handler) as url:
        for kill in range(KILLS):
            enough = len(handler.took) + chance.randrange(1, MAILS // KILLS)
            with worker(sessions, url, kill) as process:
                until(lambda enough=enough: len(handler.took) >= enough or left(session) == 0, process)
        with worker(sessions, url, KILLS) as process:
            until(lambda: left(session) == 0, process)
    sent = Counter(ids(handler))
    assert set(sent) == written
    assert sent.total() - len(written) <= KILLS
