"""Several processes that read one snapshot of the database, for what one processor would take long over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Event, Semaphore
from typing import Any, NamedTuple

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import OperationalError

from app.web.database import snapshot
from app.workflow.verifying import Look, Looking, alone

STEP = 0.5
"""Seconds after which one looks whether the other processes still live."""
ABANDONED = 3600.0
"""Seconds after which a process ends that nobody tells to begin."""
_reading: list[Connection] = []
"""In a process that reads: its connection, in its snapshot for as long as the process lives."""


class Start(NamedTuple):
    """How processes begin at once: each is `ready`, is told to `go`, and has `begun`."""

    ready: Semaphore
    go: Event
    begun: Semaphore


class NotStarted(Exception):
    """The processes could not start or begin to read together, or one of them was ended."""


@contextmanager
def readers(engine: Engine, processes: int) -> Iterator[Looking]:
    """Give what carries out looks in that many processes; one is this one. Raises NotStarted.

    On PostgreSQL the others take over this one's snapshot. SQLite can't hand one on, so nobody may commit for the
    moment in which they all begin to read.
    """
    if processes == 1:
        with snapshot(engine) as connection:
            yield alone(connection)
        return
    context = get_context("spawn")  # a fork would share the connections, and whatever lock a thread holds
    lite = engine.dialect.name == "sqlite"
    start = Start(context.Semaphore(0), context.Event(), context.Semaphore(0)) if lite else None
    with nullcontext() if lite else snapshot(engine) as connection:
        token = "" if connection is None else str(connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar())
        begin = partial(_begin, engine.url, token, start)
        pool = ProcessPoolExecutor(processes, context, begin)
        try:
            begun = [pool.submit(_begun) for _ in range(processes)]
            if start is not None:
                _let_begin(engine, start, begun)
            for each in begun:
                each.result()
            yield lambda looks: _looked(pool, looks)
        except BrokenProcessPool as fault:
            raise NotStarted from fault
        finally:
            if start is not None:
                start.go.set()
            pool.shutdown(cancel_futures=True)


def _let_begin(engine: Engine, start: Start, processes: Sequence[Future[None]]) -> None:
    """Keep every writer waiting while the processes begin to read."""
    _await(start.ready, processes)
    with engine.connect() as pen:
        try:
            pen.exec_driver_sql("BEGIN IMMEDIATE")
            start.go.set()
            _await(start.begun, processes)
        except OperationalError as fault:
            raise NotStarted from fault
        finally:
            pen.rollback()


def _await(said: Semaphore, processes: Sequence[Future[None]]) -> None:
    """Wait until each process has said so, unless one of them is no more."""
    for _ in processes:
        while not said.acquire(timeout=STEP):
            for each in processes:
                if each.done():
                    each.result()


def _begin(url: URL, token: str, start: Start | None) -> None:
    connection = create_engine(url, hide_parameters=True).connect()
    if start is None:
        connection.execution_options(isolation_level="REPEATABLE READ")
        connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{token}'")
    else:
        start.ready.release()
        start.go.wait(ABANDONED)
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("SELECT 1 FROM sqlite_master").all()
        start.begun.release()
    _reading.append(connection)


def _begun() -> None:
    """Be done: a process is there."""


def _looked(pool: ProcessPoolExecutor, looks: Iterable[Look]) -> Iterator[Any]:
    return pool.map(_look, looks)


def _look(look: Callable[[Connection], Any]) -> Any:
    return look(_reading[0])
