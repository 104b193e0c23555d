"""Several web processes on one database: an edition published anywhere is in force everywhere, at once and whole."""

import os
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from threading import Event

import pytest

from app.change import drafts, dryrun, publish, rehearsal
from app.web.database import db
from config import ROOT
from tests.house import make_app
from tests.studio.drafting import renamed

WORD = "Close it for good"


@contextmanager
def process(url, folder):
    """Run the product as it is run in production, on a free port; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "deploy/gunicorn.py",
        "--bind",
        address,
        "app:create_app()",
    ]
    settings = {"DATABASE_URL": url, "VAR_DIR": str(folder), "WORKER": "off", "BASE_URL": f"http://{address}"}
    running = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
    try:
        wait_for(address, running)
        yield address
    finally:
        running.terminate()
        running.wait(timeout=30)


def wait_for(address, running):
    for _ in range(300):
        assert running.poll() is None, "The process ended before it answered."
        try:
            read(address)
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("The process did not answer within 30 seconds.")


def read(address):
    """The routine's own page, which needs no login."""
    connection = HTTPConnection(address, timeout=30)
    connection.request("GET", "/routine?lang=en")
    with connection.getresponse() as page:
        return page.read().decode()


def told(address):
    """The edition that the process says is in force, and whether its text is the new one."""
    text = read(address)
    return int(re.search(r"as it is now: edition (\d+)", text).group(1)), WORD in text


def published(app):
    """Publish another word for a move, from this process."""
    now = datetime.now(UTC)
    with app.app_context():
        session = db.session()
        draft = drafts.start(session, None, now)
        drafts.write(draft, None, now, text=renamed(draft.text))
        run = dryrun.begin(session, draft, now)
        rehearsal.rehearse(session, run, now)
        edition = publish.publish(session, draft, None, now, reason="A better word.")
        session.commit()
        return edition.number


def test_every_process_follows_at_once_without_a_restart(url, tmp_path):
    app = make_app(url, tmp_path)
    with ExitStack() as stack:
        doors = [stack.enter_context(process(url, tmp_path / name)) for name in ("one", "two")]
        pool = stack.enter_context(ThreadPoolExecutor(len(doors)))
        over = stack.enter_context(closing(Event()))
        assert [told(door) for door in doors] == [(1, False)] * 2
        seen = [pool.submit(lambda door=door: set(iter_told(door, over))) for door in doors]
        assert published(app) == 2
        assert [told(door) for door in doors] == [(2, True)] * 2
        over.set()
        assert set.union(*(each.result(timeout=60) for each in seen)) <= {(1, False), (2, True)}


@contextmanager
def closing(event):
    """Set the event whatever happens."""
    try:
        yield event
    finally:
        event.set()


def iter_told(door, over):
    while not over.is_set():
        yield told(door)
