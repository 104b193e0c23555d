"""The application: wires the rooms together and decides nothing."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import click
from flask import Flask
from flask_wtf import CSRFProtect
from sqlalchemy import inspect
from werkzeug.middleware.proxy_fix import ProxyFix

from app import api, cli, handling, login, reports, studio, submit, worker
from app.i18n import init_languages
from app.setup.accounts import DEMO_PASSWORD
from app.web.asked import init_requests
from app.web.assets import init_assets
from app.web.builder import Builder
from app.web.concerning import init_concerning
from app.web.database import db, init_database
from app.web.errors import init_errors
from app.web.frame import init_frame
from app.web.frameworks import init_frameworks
from app.web.headers import init_headers
from app.web.marks import init_marks
from app.web.measured import init_measures
from app.web.paths import init_paths
from app.web.pieces import init_pieces
from app.web.replica import init_replica
from app.web.security import Security, init_security
from app.web.templates import init_templates
from app.web.traced import init_traces
from app.web.watch import init_watch

ROOMS = (submit, handling, reports, studio, api, worker, login)
"""Entrances in the order their pages stand in the menu."""


def create_app(settings: Mapping[str, object] | None = None) -> Flask:
    """Make the application; `settings` override those of config.py."""
    app = Flask(__name__, static_folder=None)
    app.config.from_object("config")
    app.config.update(FAB_CREATE_DB=False, FAB_ADD_SECURITY_API=False, BABEL_TRANSLATION_DIRECTORIES="translations")
    app.config.update(WTF_CSRF_TIME_LIMIT=None, DEMO_PASSWORD=DEMO_PASSWORD)  # a form lives as long as the session
    app.config.update(settings or {})
    Path(app.config["VAR"]).mkdir(parents=True, exist_ok=True)
    app.config["SECRET_KEY"] = app.config["SECRET_KEY"] or _own_secret(Path(app.config["VAR"]))
    if app.config["TRUSTED_PROXIES"]:
        count = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    init_requests(app)
    init_measures(app)
    init_concerning(app)
    init_database(app)
    init_replica(app)
    CSRFProtect(app)
    with app.app_context():
        _furnish(app)
    return app


def _furnish(app: Flask) -> None:
    # Commands keep the screens' permissions up to date; processes that serve would do it all at once, on every start.
    commanded = click.get_current_context(silent=True) is not None
    update = _tables_exist() and bool(app.config.get("UPDATE_PERMISSIONS", commanded))
    init_traces(app)
    builder = Builder(app, db.session, security_manager_class=Security, update_perms=update)
    init_languages(app)
    init_frameworks()
    init_security(app)
    init_frame(app)
    init_headers(app)
    init_watch(app)
    init_errors(app)
    init_assets(app)
    init_templates(app)
    init_marks(app)
    init_paths(app)
    init_pieces(app)
    for room in ROOMS:
        room.register(app, builder)
    cli.register(app)


def _tables_exist() -> bool:
    """Whether the database is set up; without that only commands may go on, for one of them does it."""
    inspector = inspect(db.engine)
    if inspector.has_table("ab_user") and inspector.has_table("unit"):
        return True
    command = click.get_current_context(silent=True)
    if command is None or command.info_name == "run":
        raise RuntimeError("The database has no tables yet. Run: python -m model.schema")
    return False


def _own_secret(folder: Path) -> str:
    """Make a secret once and keep it where only this product's user can read it.

    Of several processes that begin at once one makes it, and none reads half of it: the file gets its name when it
    is whole.
    """
    file = folder / "secret_key"
    if not file.exists():
        with NamedTemporaryFile("w", dir=folder) as part:  # its own user alone can read it
            part.write(secrets.token_urlsafe(48))
            part.flush()
            with suppress(FileExistsError):
                os.link(part.name, file)
    return file.read_text()
