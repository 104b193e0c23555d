"""Counts a request's statements: only where BENCH_COUNT is set, and told in a header of the answer."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from typing import Any

HEADER = "X-Bench-Queries"
asked = os.environ.get("BENCH_COUNT") == "1"
_here = threading.local()


def one() -> None:
    """Count a statement."""
    _here.count = getattr(_here, "count", 0) + 1


def watch(engine: Any) -> None:
    """Count each statement of an SQLAlchemy engine."""
    if asked:
        from sqlalchemy import event  # noqa: PLC0415 - Django's peer has none

        event.listen(engine, "after_cursor_execute", lambda *_: one())


def django() -> Any:
    """Count each statement of Django's connection while the request lasts."""
    from django.db import connection  # noqa: PLC0415 - only that peer has it

    def counted(execute: Callable[..., Any], *call: Any) -> Any:
        one()
        return execute(*call)

    return connection.execute_wrapper(counted) if asked else _nothing()


@contextmanager
def _nothing() -> Any:
    yield


def told(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Let the WSGI application tell how many statements each answer took."""

    def telling(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        _here.count = 0

        def begin(status: str, headers: list[tuple[str, str]], failed: Any = None) -> Any:
            return start(status, [*headers, (HEADER, str(_here.count))], failed)

        return app(environ, begin)

    return telling if asked else app
