"""A change of one row of configuration, as data: kept in a draft, tried without a trace, or made at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from model import Area, Assignment, Away, Base, Calendar, MailText, Person, Role, RoutingRow, Subject, Unit

Operation = Literal["add", "change", "remove"]
TABLES: Mapping[str, type[Base]] = {
    "unit": Unit,
    "area": Area,
    "role": Role,
    "person": Person,
    "assignment": Assignment,
    "routing": RoutingRow,
    "mail": MailText,
    "calendar": Calendar,
}
"""Tables of configuration by the name that changes, addresses and the journal of configuration call them."""
STRUCTURE = frozenset({"routing"})
"""Tables that change only by publishing a draft; `retired` of a unit, an area or a role does, too."""
NAMED = (Unit, Area, Role, MailText)
APART = frozenset({"id", "user_id", "guest"})


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one row.

    `key` is the name of a unit, area, role or mail, else the id as text; of a row to be added, anything not in use.
    `values` has JSON values by column: days as ISO text, `unit`, `area`, `role` and `parent` by name, `person` by id,
    and for a person `away` as a list of {"from": day, "until": day or None}. A person who isn't kept yet is meant by
    name. Columns left out stay as they are.
    """

    table: str
    key: str
    operation: Operation
    values: Mapping[str, Any] = field(default_factory=dict)


class CannotApply(Exception):
    """The change no longer fits what there is; `change` is which, `reason` one of gone, exists, unknown, in use."""

    def __init__(self, change: Change, reason: str, name: str = "") -> None:
        super().__init__(f"{change.table} {change.key}: {reason} {name}")
        self.change, self.reason, self.name = change, reason, name


def table_of(row: object) -> str:
    """Name of the row's table."""
    return next(name for name, table in TABLES.items() if type(row) is table)


def key_of(row: Any) -> str:
    """What a change calls the row."""
    return str(row.name) if isinstance(row, NAMED) else str(row.id)


def values_of(row: Any) -> dict[str, Any]:
    """All of the row's columns as a change writes them."""
    mapper = inspect(type(row))
    found: dict[str, Any] = {}
    for column in mapper.column_attrs:
        name = column.key.removesuffix("_id")
        if column.key in APART:
            continue
        found[name] = _reference(row, name) if column.key.endswith("_id") else _plain(getattr(row, column.key))
    if isinstance(row, Person):
        found["away"] = [{"from": _plain(each.starts_on), "until": _plain(each.ends_on)} for each in row.away]
    return found


def _reference(row: Any, name: str) -> Any:
    target = getattr(row, name)
    if target is None:
        return None
    return target.id if isinstance(target, Person) else target.name


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def find(session: Session, table: str, key: str) -> Any:
    """Give the row, None if there is none."""
    model = TABLES[table]
    if model in NAMED:
        return session.scalar(select(model).where(model.name == key))  # type: ignore[attr-defined]
    return session.get(model, int(key)) if key.isascii() and key.isdigit() else None


def apply(session: Session, changes: Iterable[Change]) -> None:
    """Make the changes, each after what it needs. Flushes, never commits. Raises CannotApply."""
    for change in in_order(session, changes):
        make(session, change)


def _depth(row: Any) -> int:
    return 1 + _depth(row.parent) if isinstance(row, Unit) else 0


def make(session: Session, change: Change) -> Any:
    """Make one change and give its row. Flushes, never commits. Raises CannotApply."""
    row = find(session, change.table, change.key)
    if change.operation == "add":
        row = _new(change, row)
        session.add(row)
    elif row is None:
        raise CannotApply(change, "gone")
    if change.operation == "remove":
        _require_idle(session, change, row)
        session.delete(row)
    else:
        with session.no_autoflush:
            _set(session, change, row)
    try:
        session.flush()
    except IntegrityError as clash:
        raise CannotApply(change, "in use" if change.operation == "remove" else "exists") from clash
    return row


def in_order(session: Session, changes: Iterable[Change]) -> list[Change]:
    """Put what is added before what may refer to it, and what is removed last, the ones referring to it first."""
    places = list(TABLES)
    adds: list[Change] = []
    others: list[Change] = []
    removals: list[Change] = []
    for change in changes:
        {"add": adds, "remove": removals}.get(change.operation, others).append(change)
    adds.sort(key=lambda change: places.index(change.table))
    removals.sort(key=lambda change: (-places.index(change.table), -_depth(find(session, change.table, change.key))))
    return _highest_first(adds) + others + removals


def _highest_first(adds: list[Change]) -> list[Change]:
    """Sort new units so that each comes after the new one it lies under."""
    above = {change.key: change.values.get("parent") for change in adds if change.table == "unit"}

    def depth(change: Change) -> int:
        steps, here = 0, above.get(change.key) if change.table == "unit" else None
        while here in above and steps <= len(above):
            steps, here = steps + 1, above[here]
        return steps

    units = sorted((change for change in adds if change.table == "unit"), key=depth)
    return units + [change for change in adds if change.table != "unit"]


def _require_idle(session: Session, change: Change, row: Any) -> None:
    """Refuse to remove who has a case: no foreign key says so. Raises CannotApply."""
    sits: Mapping[str, ColumnElement[bool]] = {
        "role": Subject.handler.startswith(f"{change.key}:", autoescape=True),
        "unit": Subject.handler.contains(f":{row.id}:"),
        "area": Subject.handler.endswith(f":{row.id}"),
        "person": Subject.handler == f"@{row.id}",
    }
    if change.table in sits and session.scalar(select(Subject.id).where(sits[change.table]).limit(1)):
        raise CannotApply(change, "in use")


def _new(change: Change, present: Any) -> Any:
    if present is not None and isinstance(present, NAMED):
        raise CannotApply(change, "exists")
    model = TABLES[change.table]
    return model(name=change.key) if model in NAMED else model()


def _set(session: Session, change: Change, row: Any) -> None:
    columns = inspect(type(row)).columns
    for name, value in change.values.items():
        if name == "away":
            row.away = [Away(starts_on=_day(each["from"]), ends_on=_day(each.get("until"))) for each in value]
        elif f"{name}_id" in columns:
            setattr(row, name, _referred(session, change, name, value))
        else:
            days = columns[name].type.python_type is date
            setattr(row, name, _day(value) if days else value)


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _referred(session: Session, change: Change, name: str, value: Any) -> Any:
    if value is None:
        return None
    found = _person(session, value) if name == "person" else find(session, "unit" if name == "parent" else name, value)
    if found is None:
        raise CannotApply(change, "unknown", str(value))
    return found


def _person(session: Session, value: int | str) -> Person | None:
    if isinstance(value, int):
        return session.get(Person, value)
    return session.scalar(select(Person).where(Person.name == value))


def before(session: Session, change: Change) -> dict[str, Any]:
    """Give the present values of what the change touches; empty for a row that isn't there."""
    row = find(session, change.table, change.key)
    if row is None:
        return {}
    values = values_of(row)
    return values if change.operation == "remove" else {name: values.get(name) for name in change.values}


def needs_draft(change: Change, session: Session) -> bool:
    """Whether the change counts only when it is published: routing, and retiring or removing what cases refer to."""
    if change.table in STRUCTURE or (change.table in ("unit", "area", "role") and change.operation == "remove"):
        return True
    now = before(session, change)
    return "retired" in change.values and bool(change.values["retired"]) != bool(now.get("retired", False))
