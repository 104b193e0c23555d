"""SQLAlchemy models of the small tables, and the work as the frameworks' own guides do it; for two of the peers."""

from __future__ import annotations

import secrets
import statistics
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime, ForeignKey, Integer, String, Text, extract, func, select
from sqlalchemy.orm import Session, relationship
from transitions import Machine

from bench.peers.settings import FACULTY, HANDLER, MOVES, NOW, OPEN_STATES, STATES

Models = Mapping[str, type]
TRANSITIONS = [
    {"trigger": name, "source": list(sources), "dest": dest, "conditions": "is_of_mine"}
    for name, (sources, dest) in MOVES.items()
]


def _named(name: str) -> Any:
    return lambda self: str(getattr(self, name))


def make(base: type) -> Models:
    """Make the models on a framework's base."""
    unit = {"id": Column(Integer, primary_key=True), "name": Column(String), "__repr__": _named("name")}
    person = {**_columns(base, "person"), "__repr__": _named("name")}
    return {
        "Unit": type("Unit", (base,), {"__tablename__": "unit", **unit}),
        "Area": type("Area", (base,), {**_columns(base, "area"), "__repr__": _named("name")}),
        "Person": type("Person", (base,), person),
        "Case": type("Case", (base,), _case()),
        "Event": type("Event", (base,), _event()),
        "Action": type("Action", (base,), _action()),
        "Outbox": type("Outbox", (base,), _outbox()),
    }


def _columns(_base: type, table: str) -> dict[str, Any]:
    texts = {"area": ("name",), "person": ("username", "name", "email")}[table]
    made = {"__tablename__": table, "id": Column(Integer, primary_key=True)}
    return {**made, **{name: Column(String) for name in texts}}


def _key(table: str) -> Any:
    return Column(Integer, ForeignKey(f"{table}.id"))


def _case() -> dict[str, Any]:
    return {
        "__tablename__": "cases",
        "id": Column(Integer, primary_key=True),
        **{name: Column(String) for name in ("ref", "title", "state", "severity", "reporter_email")},
        "body": Column(Text),
        "faculty_id": _key("unit"),
        "unit_id": (unit := _key("unit")),
        "area_id": _key("area"),
        "handler_id": _key("person"),
        **{name: Column(DateTime) for name in ("created_at", "due_at", "closed_at")},
        "version": Column(Integer, default=0),
        "unit": relationship("Unit", foreign_keys=[unit]),
        "area": relationship("Area"),
        "handler": relationship("Person"),
        "events": relationship("Event", order_by="Event.id", back_populates="case"),
        "is_of_mine": lambda self: self.faculty_id == FACULTY,
        "__repr__": _named("ref"),
    }


def _event() -> dict[str, Any]:
    return {
        "__tablename__": "event",
        "id": Column(Integer, primary_key=True),
        "case_id": _key("cases"),
        "at": Column(DateTime),
        "actor_id": _key("person"),
        **{name: Column(String) for name in ("kind", "from_state", "to_state", "note")},
        "actor": relationship("Person"),
        "case": relationship("Case", back_populates="events"),
        "__repr__": _named("note"),
    }


def _action() -> dict[str, Any]:
    return {
        "__tablename__": "action",
        "id": Column(Integer, primary_key=True),
        "case_id": _key("cases"),
        "owner_id": _key("person"),
        **{name: Column(String) for name in ("title", "state")},
        **{name: Column(DateTime) for name in ("due_at", "done_at", "reminded_at")},
        "reminders": Column(Integer, default=0),
        "case": relationship("Case"),
        "owner": relationship("Person"),
    }


def _outbox() -> dict[str, Any]:
    return {
        "__tablename__": "outbox",
        "id": Column(Integer, primary_key=True),
        **{name: Column(Integer) for name in ("case_id", "action_id")},
        **{name: Column(String) for name in ("kind", "to_email", "dedupe_key", "state")},
        "created_at": Column(DateTime),
    }


def now() -> datetime:
    """This moment; the peers' columns have no time zone."""
    return datetime.now()  # noqa: DTZ005


def submit(session: Session, models: Models, given: Mapping[str, Any]) -> None:
    """Keep a report: case, event and mail."""
    at, unit = now(), int(given["unit"])
    texts = {"title": given["title"], "body": given["body"], "reporter_email": given["email"], "state": "received"}
    where = {"faculty_id": unit, "unit_id": unit, "area_id": int(given["area"])}
    case = models["Case"](ref="B-" + secrets.token_hex(6), created_at=at, version=0, **texts, **where)
    session.add(case)
    session.flush()
    session.add(models["Event"](case_id=case.id, at=at, kind="submit", to_state="received", note="submit"))
    session.add(_mail(models, "receipt", case, f"receipt:{case.id}", at))
    session.commit()


def _mail(models: Models, kind: str, case: Any, key: str, at: datetime) -> Any:
    kept = {"kind": kind, "case_id": case.id, "dedupe_key": key, "state": "waiting", "created_at": at}
    return models["Outbox"](to_email=case.reporter_email, **kept)


def move(session: Session, models: Models, pk: int, name: str) -> bool:
    """Move a case by a machine that is bound to its row, as the README of transitions shows it."""
    case = session.get(models["Case"], pk)
    before, at = case.state, now()
    Machine(case, states=list(STATES), transitions=TRANSITIONS, initial=before, auto_transitions=False)
    if not getattr(case, name)():
        return False
    case.version += 1
    states = {"from_state": before, "to_state": case.state}
    session.add(models["Event"](case_id=pk, at=at, actor_id=HANDLER, kind=name, note=name, **states))
    session.add(_mail(models, name, case, f"{name}:{pk}:{case.version}", at))
    session.commit()
    return True


def badges(session: Session, models: Models) -> dict[str, int]:
    """Open cases by state, mine, and overdue actions."""
    case, action = models["Case"], models["Action"]
    here = session.query(case).filter(case.faculty_id == FACULTY)
    found = {state: here.filter(case.state == state).count() for state in OPEN_STATES}
    found["mine"] = here.filter(case.handler_id == HANDLER, case.state.in_(OPEN_STATES)).count()
    late = session.query(action).join(case, action.case_id == case.id).filter(case.faculty_id == FACULTY)
    return {**found, "overdue": late.filter(action.state == "open", action.due_at < NOW).count()}


def sweep(session: Session, models: Models) -> int:
    """Write a mail for each overdue action."""
    action, sent = models["Action"], 0
    late = (action.state == "open", action.due_at < NOW, action.reminded_at.is_(None))
    for each in session.query(action).filter(*late).all():
        key = f"reminder:{each.id}:{each.reminders + 1}"
        kept = {"kind": "reminder", "case_id": each.case_id, "action_id": each.id, "dedupe_key": key}
        session.add(models["Outbox"](to_email=each.owner.email, state="waiting", created_at=NOW, **kept))
        each.reminded_at = NOW
        each.reminders += 1
        sent += 1
    session.commit()
    return sent


def report(session: Session, models: Models, year: int) -> dict[str, Any]:
    """The year in numbers."""
    case, first, last = models["Case"], datetime(year, 1, 1), datetime(year + 1, 1, 1)  # noqa: DTZ001
    span, month = (case.created_at >= first, case.created_at < last), extract("month", case.created_at)
    by = (case.unit_id, case.area_id, case.severity, month)
    groups = session.execute(select(*by, func.count()).where(*span).group_by(*by))
    days: dict[int, list[float]] = {}
    closed = select(case.unit_id, case.created_at, case.closed_at).where(*span, case.closed_at.is_not(None))
    for unit, began, ended in session.execute(closed):
        days.setdefault(unit, []).append((ended - began).total_seconds() / 86400)
    medians = {unit: statistics.median(each) for unit, each in days.items()}
    return {"groups": [list(row) for row in groups], "medians": medians}
