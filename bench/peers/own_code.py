"""What neither Flask-Admin nor Flask-AppBuilder generates: counts, reminders and the report, by the shared ORM code."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, abort, jsonify
from flask_login import current_user
from flask_wtf import CSRFProtect

from bench.peers import orm


def add(app: Flask, session: Any, models: orm.Models, csrf: CSRFProtect) -> None:
    """Give the application these three addresses."""

    @app.get("/badges")
    def badges() -> Response:
        _logged_in()
        return jsonify(orm.badges(session, models))

    @app.get("/report/<int:year>")
    def report(year: int) -> Response:
        _logged_in()
        return jsonify(orm.report(session, models, year))

    @app.post("/bench/sweep")
    @csrf.exempt
    def sweep() -> Response:
        return jsonify(mails=orm.sweep(session, models))


def _logged_in() -> None:
    if not current_user.is_authenticated:
        abort(403)
