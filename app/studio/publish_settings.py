"""Changes of settings that a draft holds or an edition made, one sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.change import changes as changing
from app.i18n import gettext
from app.studio.changes import TITLES
from app.studio.told import SIGNS, called, lines
from app.web.database import db
from model import Draft, WorkflowEdition

Told = tuple[str, str]
"""The sign, and the sentence."""


def wanted(draft: Draft) -> Iterator[Told]:
    """Say what the draft changes in the settings."""
    for row in draft.changes:
        change = changing.Change(row.table, row.key, row.operation, row.values)  # type: ignore[arg-type]
        yield _told(row.table, row.key, row.operation, changing.before(db.session(), change), row.values)


def made(edition: WorkflowEdition) -> list[Told]:
    """Say what the edition changed in the settings."""
    return [_told(e["table"], e["key"], e["operation"], e["before"], e["values"]) for e in edition.changes]


def _told(table: str, key: str, operation: str, before: Mapping[str, Any], values: Mapping[str, Any]) -> Told:
    row = changing.find(db.session(), table, key)
    whole = {**(changing.values_of(row) if row is not None else {}), **before, **values}
    name = f"{TITLES[table]}: {called(table, key, whole)}"
    if operation == "remove":
        return SIGNS[operation], gettext("%(what)s is removed.", what=name)
    each = "; ".join(
        _line(line.label, line.was, line.now) for line in lines(before if operation == "change" else {}, values)
    )
    return SIGNS[operation], f"{name}. {each}" if each else name


def _line(label: str, was: str, now: str) -> str:
    if not was:
        return f"{label}: {now}"
    return gettext("%(label)s: %(now)s instead of %(was)s", label=label, now=now or "–", was=was)
