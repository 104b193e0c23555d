"""The processes that are killed: gunicorn, Celery, and workers forked from one that has the product ready."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from config import ROOT

SPAWN = get_context("spawn")
BIN = Path(sys.executable).parent
PATIENCE = 120.0


def free_port() -> int:
    """Give a port that nobody has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Program:
    """One program with its children, in a group of its own."""

    def __init__(self, words: list[str], environment: Mapping[str, str], log: Path) -> None:
        self._words, self._environment, self._log = words, environment, log
        self.start()

    def start(self) -> None:
        """Start it, and again after each kill."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                self._words, cwd=ROOT, env=dict(self._environment), stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """Kill it and its children, without a word."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def answers(port: int) -> bool:
    """Whether the product answers there."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def wait_for(port: int) -> None:
    """Wait until the product answers."""
    end = time.monotonic() + PATIENCE
    while not answers(port):
        if time.monotonic() > end:
            raise TimeoutError("the product does not come up")
        time.sleep(0.1)


def _work(app: Any) -> None:
    """Fire clocks and send mails for ever."""
    from app.worker.tick import tick  # noqa: PLC0415 - in the process that has the product

    while True:
        if not tick(app):
            time.sleep(0.02)


def _nursery(settings: Mapping[str, object], log: str, orders: Connection) -> None:
    """Make the product once, and fork a worker for each order; gives each one's process id."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(out, stream)
    from app import create_app  # noqa: PLC0415
    from app.web.database import db  # noqa: PLC0415

    app = create_app(settings)
    with app.app_context():
        db.engine.dispose()
    while orders.recv():
        child = os.fork()
        if child == 0:
            _work(app)
        orders.send(child)


class Workers:
    """Workers that are there within milliseconds."""

    def __init__(self, orders: Connection) -> None:
        self._orders = orders

    def start(self) -> int:
        """Start one; gives its process id."""
        self._orders.send(True)
        return int(self._orders.recv())


@contextmanager
def nursery(settings: Mapping[str, object], log: Path) -> Iterator[Workers]:
    """Keep a process that forks workers."""
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=_nursery, args=(settings, str(log), there), daemon=True)
    process.start()
    try:
        yield Workers(here)
    finally:
        here.send(False)
        process.join(PATIENCE)
