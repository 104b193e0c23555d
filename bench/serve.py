"""The product as it is served, with one address more: the benchmark's, which runs the clocks that are due."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from app.web.database import db
from app.workflow.reminding import run_due
from bench import counting
from model import OutgoingMail

CLOCKS = 50
"""As many as the worker runs in a transaction."""

WSGI = Callable[..., Iterable[bytes]]


def make() -> WSGI:
    """Make the product."""
    product = create_app()
    with product.app_context():
        counting.watch(db.engine)
    pages = counting.told(product.wsgi_app)

    def served(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/bench/sweep":
            return pages(environ, start)
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"mails": sweep(product)}).encode()]

    return served


def sweep(product: Flask) -> int:
    """Run every clock that is due, as the worker does; give how many mails were written."""
    with product.app_context():
        before = _mails()
        done = CLOCKS
        while done == CLOCKS:
            with Session(db.engine) as session, session.begin():
                done = run_due(session, datetime.now(UTC), CLOCKS)
        return _mails() - before


def _mails() -> int:
    with Session(db.engine) as session:
        return session.scalar(select(func.count()).select_from(OutgoingMail)) or 0
