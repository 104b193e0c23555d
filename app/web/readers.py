"""Several processes that read one snapshot of the database, for what one processor would take long over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from threading import BrokenBarrierError
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import OperationalError

from app.web.database import snapshot
from app.workflow.verifying import Look, Looking, alone

PATIENCE = 300.0
"""Seconds in which the processes must have started: they take two, on a machine that has time."""
_reading: list[Connection] = []
"""In a process that reads: its connection, in its snapshot for as long as the process lives."""


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
    lite = engine.dialect.name == "sqlite"
    context = get_context("spawn")  # a fork would share the connections, and whatever lock a thread holds
    barrier = context.Barrier(processes + 1) if lite else None
    with nullcontext() if lite else snapshot(engine) as connection:
        token = "" if connection is None else connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar()
        pool = ProcessPoolExecutor(processes, context, _begin, (engine.url, token, barrier))
        try:
            begun = [pool.submit(_begun) for _ in range(processes)]
            if barrier is not None:
                _let_begin(engine, barrier)
            for each in begun:
                each.result()
            yield lambda looks: _looked(pool, looks)
        except (BrokenProcessPool, BrokenBarrierError) as fault:
            raise NotStarted from fault
        finally:
            pool.shutdown(cancel_futures=True)


def _let_begin(engine: Engine, barrier: Barrier) -> None:
    """Keep every writer waiting while the processes begin to read."""
    barrier.wait(PATIENCE)
    with engine.connect() as pen:
        try:
            pen.exec_driver_sql("BEGIN IMMEDIATE")
            barrier.wait(PATIENCE)
            barrier.wait(PATIENCE)
        except OperationalError as fault:
            barrier.abort()
            raise NotStarted from fault
        finally:
            pen.rollback()


def _begin(url: URL, token: str, barrier: Barrier | None) -> None:
    connection = create_engine(url, hide_parameters=True).connect()
    if barrier is None:
        connection.execution_options(isolation_level="REPEATABLE READ")
        connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{token}'")
    else:
        barrier.wait(PATIENCE)
        barrier.wait(PATIENCE)
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("SELECT 1 FROM sqlite_master").all()
        barrier.wait(PATIENCE)
    _reading.append(connection)


def _begun() -> None:
    """Be done: a process is there."""


def _looked(pool: ProcessPoolExecutor, looks: Iterable[Look]) -> Iterator[Any]:
    return pool.map(_look, looks)


def _look(look: Callable[[Connection], Any]) -> Any:
    return look(_reading[0])
