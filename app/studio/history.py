"""The journal of configuration as a page: who changed what when, from what to what."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.change.changes import TABLES, find, values_of
from app.i18n import gettext
from app.studio import told
from app.studio.base import Guarded
from app.studio.changes import TITLES, edit_address, sign, tables
from app.web.database import db
from model import ConfigurationEntry, Person

PAGE = 50
LONGEST_ID = 15


class HistoryView(Guarded, BaseView):  # type: ignore[misc]
    """Changes of settings, the newest first."""

    def __init__(self) -> None:
        super().__init__(name="history", endpoint="studio_history", url="/studio/history")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """List them, those of one table, one row or one person if asked."""
        asked = {name: request.args.get(name, "") for name in ("table", "key", "who")}
        query = select(ConfigurationEntry).options(joinedload(ConfigurationEntry.actor))
        if asked["table"] in TABLES:
            query = query.where(ConfigurationEntry.table == asked["table"])
            if asked["key"]:
                query = query.where(ConfigurationEntry.key == asked["key"].replace("\0", ""))
        if (who := _number(asked["who"])) is not None:
            query = query.where(ConfigurationEntry.actor_id == who)
        if (last := _number(request.args.get("before", ""))) is not None:
            query = query.where(ConfigurationEntry.id < last)
        found = db.session.scalars(query.order_by(ConfigurationEntry.id.desc()).limit(PAGE + 1)).all()
        page: str = self.render(
            "studio/history.html",
            title=gettext("History of the settings"),
            rows=[_shown(entry) for entry in found[:PAGE]],
            older=found[PAGE - 1].id if len(found) > PAGE else None,
            asked=asked,
            tables=list(tables()),
            people=_people(),
            narrowed=_name(asked["table"], asked["key"]) if asked["table"] in TABLES and asked["key"] else "",
        )
        return page


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else None


def _people() -> list[tuple[int, str]]:
    """Everybody who has changed something."""
    actors = select(ConfigurationEntry.actor_id).distinct()
    return [(person.id, repr(person)) for person in db.session.scalars(select(Person).where(Person.id.in_(actors)))]


def _name(table: str, key: str) -> str:
    row = find(db.session(), table, key)
    return told.called(table, key, values_of(row)) if row is not None else key


def _shown(entry: ConfigurationEntry) -> dict[str, Any]:
    row = find(db.session(), entry.table, entry.key) if entry.operation != "remove" else None
    values = {**entry.before, **entry.after} if row is None else values_of(row)
    lines = told.lines(entry.before, entry.after) if entry.operation == "change" else []
    return {
        "at": entry.at,
        "who": repr(entry.actor) if entry.actor else gettext("the system"),
        "table": TITLES[entry.table],
        "name": told.called(entry.table, entry.key, values),
        "href": edit_address(entry.table, entry.key) if row is not None else "",
        "sign": sign(entry.operation),
        "lines": lines,
        "reason": entry.reason,
    }
