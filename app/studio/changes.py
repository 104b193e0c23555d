"""The draft's changes of settings: who wants what from what to what, and taking one out again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose
from werkzeug.utils import redirect

from app.change import drafts
from app.change.changes import TABLES, before, find, values_of
from app.change.changes import Change as Wish
from app.i18n import gettext, lazy_gettext
from app.studio import told
from app.studio.base import Guarded
from app.web.cells import Tag
from app.web.database import db
from app.web.grants import me
from app.web.seen import digest, sent
from model import DraftChange

TITLES = {
    "unit": lazy_gettext("Units"),
    "area": lazy_gettext("Areas"),
    "role": lazy_gettext("Roles"),
    "person": lazy_gettext("People"),
    "assignment": lazy_gettext("Assignments"),
    "routing": lazy_gettext("Routing"),
    "mail": lazy_gettext("Mail texts"),
    "calendar": lazy_gettext("Calendar"),
}
"""What the tables of configuration are called."""
CONFLICT = 409
SAID = {"add": lazy_gettext("Added"), "change": lazy_gettext("Changed"), "remove": lazy_gettext("Deleted")}


def sign(operation: str) -> Tag:
    """Say what became of a row, with the sign that stands for it."""
    return Tag(f"{told.SIGNS[operation]} {SAID[operation]}", told.TONES[operation])


def edit_address(table: str, key: str, *, drafted: bool = False) -> str:
    """Where the row is changed; nothing for one that isn't there."""
    if drafted:
        return url_for(f"studio_{table}.edit_view", key=key)
    row = find(db.session(), table, key)
    return url_for(f"studio_{table}.edit_view", id=row.id) if row is not None else ""


class ChangesView(Guarded, BaseView):  # type: ignore[misc]
    """The open draft's changes of settings."""

    def __init__(self) -> None:
        super().__init__(name="changes", endpoint="studio_changes", url="/studio/changes")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """List them."""
        return self._page()

    def _page(self, *, late: bool = False) -> str:
        draft = drafts.open_draft(db.session())
        page: str = self.render(
            "studio/changes.html",
            title=gettext("Changes of settings in the draft"),
            rows=[_shown(row) for row in draft.changes] if draft else [],
            draft=draft,
            late=late,
        )
        return page

    @expose("/out/", methods=("POST",))
    def out(self) -> ResponseReturnValue:
        """Take one change out of the draft."""
        number = request.form.get("change", "")
        draft = drafts.open_draft(db.session())
        known = {str(row.id): row for row in draft.changes} if draft else {}
        if draft is None or number not in known:
            abort(404)
        if sent() != _seal(known[number]):
            return self._page(late=True), CONFLICT
        person = me()
        drafts.drop_changes(draft, [int(number)], person.id if person else None, datetime.now(UTC))
        db.session.commit()
        flash(gettext("Taken out of the draft."), "success")
        return redirect(url_for("studio_changes.index"))


def _seal(row: DraftChange) -> str:
    return digest([row.operation, row.values])


def _shown(row: DraftChange) -> dict[str, Any]:
    change = Wish(row.table, row.key, row.operation, row.values)  # type: ignore[arg-type]
    kept = find(db.session(), row.table, row.key) if row.operation != "add" else None
    whole = values_of(kept) if kept is not None else {}
    was = before(db.session(), change)
    return {
        "id": row.id,
        "seal": _seal(row),
        "sign": sign(row.operation),
        "table": TITLES[row.table],
        "name": told.called(row.table, row.key, {**whole, **row.values}),
        "href": edit_address(row.table, row.key, drafted=row.operation == "add"),
        "lines": told.lines(was if row.operation == "change" else {}, row.values) if row.operation != "remove" else [],
        "gone": row.operation != "add" and kept is None,
        "who": told.person(row.made_by_id),
        "at": row.made_at,
    }


def tables() -> Iterator[tuple[str, str]]:
    """Give the tables of configuration with their names."""
    return ((name, str(TITLES[name])) for name in TABLES)
