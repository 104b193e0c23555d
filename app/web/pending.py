"""Files on a form that is shown again: held at their questions for this session alone, never sent out."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from flask import session
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import Field, MultipleFileField

from app.i18n import gettext
from app.web.database import db
from app.web.grants import me
from app.workflow import pending
from app.workflow.uploads import MOST_BYTES, Upload
from model import PendingFile

KEY = "files"
LONGEST_ID = 9
"""Digits that any database's number holds."""


def recall(form: Iterable[Field], sent: MultiDict[str, str]) -> None:
    """Put at each question the files that the form names as held; `gone` says that some are held no more."""
    for each in _questions(form):
        ids = _numbers(sent, f"held-{each.name}") - _numbers(sent, f"drop-{each.name}")
        rows = pending.held(db.session(), _owner(), each.name, ids, datetime.now(UTC)) if ids else []
        _show(each, rows)
        each.gone = len(rows) < len(ids)


def _numbers(sent: MultiDict[str, str], name: str) -> set[int]:
    typed = sent.getlist(name)
    return {int(text) for text in typed if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID}


def _questions(form: Iterable[Field]) -> Iterator[Any]:
    return (each for each in form if isinstance(each, MultipleFileField))


def uploads(each: Any) -> list[Upload]:
    """The answer of a question: what was chosen now, then what is held. A file held no more says so itself."""
    rows: list[PendingFile] = getattr(each, "held", [])
    lost = [Upload("", b"", gone=True)] if getattr(each, "gone", False) else []
    return [*lost, *_chosen(each), *(Upload(row.name, row.content, clean=True) for row in rows)]


def _chosen(each: Any) -> list[Upload]:
    """What was chosen now; read once, so that each file is looked into once."""
    if not hasattr(each, "chosen"):
        files = [one for one in each.raw_data or () if isinstance(one, FileStorage) and one.filename]
        for one in files:
            one.seek(0)
        each.chosen = [Upload(one.filename or "", one.read(MOST_BYTES + 1)) for one in files]
    chosen: list[Upload] = each.chosen
    return chosen


def keep(form: Iterable[Field]) -> bool:
    """Hold what was chosen on a form that is shown again; whether there is anything to commit."""
    kept = [_kept(each) for each in _questions(form)]
    return any(kept)


def _kept(each: Any) -> bool:
    chosen = _chosen(each)
    if not chosen:
        return False
    beside: list[PendingFile] = getattr(each, "held", [])
    if each.render_kw.get("multiple") is None and beside:
        pending.drop(db.session(), _owner(), [row.id for row in beside])
        beside = []
    rows, without_room = pending.hold(db.session(), _owner(), each.name, chosen, beside=beside, now=datetime.now(UTC))
    _show(each, [*beside, *rows])
    told = [gettext("“%(name)s” could not be kept meanwhile. Choose it again.", name=name) for name in without_room]
    each.errors = [*each.errors, *told]
    return True


def _show(each: Any, rows: list[PendingFile]) -> None:
    each.held = rows
    if rows:
        each.render_kw = {name: value for name, value in each.render_kw.items() if name != "required"}


def forget(form: Iterable[Field]) -> None:
    """Let go of what was held: it is with its case now. In the move's own transaction."""
    ids = [row.id for each in _questions(form) for row in getattr(each, "held", [])]
    if ids:
        pending.drop(db.session(), _owner(), ids)


def _owner() -> str:
    """Whoever has this session, as the person they are logged in as."""
    if KEY not in session:
        session[KEY] = secrets.token_urlsafe(24)
    person = me()
    return hashlib.sha256(f"{session[KEY]} {person.id if person else ''}".encode()).hexdigest()
