"""The journal of configuration: who changed which setting when, from what to what - in the change's own transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from app.change import changes as changing
from app.change.changes import TABLES, Change
from model import Base, ConfigurationEntry, Person

Values = dict[str, Any]
Snapshot = Mapping[tuple[str, str], Values]
"""Every row of configuration by table and key, as a change writes it."""
ADDRESS = "mail"
HIDDEN = "changed"
"""Stands for a person's mail address: the journal says that it was changed, not what it was or is."""
UNNAMED = ("person", "assignment", "routing", "calendar")
"""Tables whose rows are called by id."""


def make(session: Session, changes: Iterable[Change], person: int | None, now: datetime, reason: str = "") -> None:
    """Make the changes and note each. Flushes, never commits. Raises changing.CannotApply."""
    stamp = {"actor_id": person, "at": now, "reason": reason}
    for change in changing.in_order(session, changes):
        present = changing.find(session, change.table, change.key)
        before = None if present is None else changing.values_of(present)
        row = changing.make(session, change)
        after = None if change.operation == "remove" else changing.values_of(row)
        key = change.key if after is None else changing.key_of(row)
        _note(session, (change.table, key), before, after, stamp)
    session.flush()


@contextmanager
def recording(session: Session, person: int | None, now: datetime, reason: str = "") -> Iterator[None]:
    """Note whatever becomes of the configuration inside, by whichever way. Flushes, never commits."""
    was = snapshot(session)
    yield
    session.flush()
    session.expire_all()
    after = snapshot(session)
    stamp = {"actor_id": person, "at": now, "reason": reason}
    for place in dict.fromkeys((*was, *after)):
        _note(session, place, was.get(place), after.get(place), stamp)
    session.flush()


def snapshot(session: Session) -> Snapshot:
    """Give the configuration as it is; guests aren't part of it."""
    rows = {name: session.scalars(_whole(table)).all() for name, table in TABLES.items()}
    return {(name, changing.key_of(row)): changing.values_of(row) for name, those in rows.items() for row in those}


def _whole(table: type[Base]) -> Select[Any]:
    if table is not Person:
        return select(table)
    return select(Person).where(Person.guest.is_(False)).options(selectinload(Person.away))


def _note(
    session: Session, place: tuple[str, str], before: Values | None, after: Values | None, stamp: Mapping[str, Any]
) -> None:
    if before == after:
        return
    table, key = place
    operation = "add" if before is None else "remove" if after is None else "change"
    names = {name for name in {**(before or {}), **(after or {})} if _of(before, name) != _of(after, name)}
    kept = {"before": _discreet(table, before, names), "after": _discreet(table, after, names)}
    session.add(ConfigurationEntry(table=table, key=key, operation=operation, **kept, **stamp))


def _of(values: Values | None, name: str) -> Any:
    return None if values is None else values.get(name)


def _discreet(table: str, values: Values | None, names: set[str]) -> Values:
    found = {name: value for name, value in (values or {}).items() if name in names}
    return {**found, ADDRESS: HIDDEN} if table == "person" and ADDRESS in found else found


def differences(was: Snapshot, now: Snapshot) -> list[Change]:
    """Give what makes the one configuration the other; new rows of tables without names get keys of their own."""
    new = {str(values["name"]) for (table, key), values in now.items() if table == "person" and (table, key) not in was}
    names = {int(key): values["name"] for (table, key), values in now.items() if table == "person"}
    found = []
    for (table, key), values in now.items():
        before = was.get((table, key))
        if table == "assignment" and names.get(values["person"]) in new:
            values["person"] = names[values["person"]]
        if before is None:
            found.append(Change(table, new_key() if table in UNNAMED else key, "add", values))
        elif before != values:
            changed = {name: value for name, value in values.items() if before.get(name) != value}
            found.append(Change(table, key, "change", changed))
    return found + [Change(table, key, "remove") for table, key in was if (table, key) not in now]


def new_key() -> str:
    """Make a key for a row that has no name and isn't kept yet."""
    return f"new-{secrets.token_hex(4)}"
