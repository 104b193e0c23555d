"""Changes of settings in words: what the row is called, and each column from what to what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel import Locale
from babel.dates import get_day_names
from sqlalchemy import select

from app.change.changes import find
from app.change.explain import naming
from app.change.history import HIDDEN
from app.i18n import LANGUAGES, day, gettext, language, say
from app.language import plain
from app.language.data_rest import WEEKDAYS
from app.studio.columns import LABELS, label_of
from app.studio.fields import written
from app.telling.names import Names
from app.telling.words import condition_in_words, party_in_words
from app.web.database import db
from app.web.here import context
from model import Person

SIGNS = {"add": "+", "change": "~", "remove": "−"}
TONES = {"add": "success", "change": "warning", "remove": "danger"}
TEXTS = frozenset({"label", "help", "example", "door", "contact", "subject", "body"})
QUIET = frozenset({"name"})
"""Columns that the row's own name repeats."""


@dataclass(frozen=True, slots=True)
class Line:
    """One column that changes: its name, what it was and what it is; nothing is an empty text."""

    label: str
    was: str
    now: str


def names() -> Names:
    """Give what roles, areas and units are called today."""
    return naming(context().organisation)


def lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Line]:
    """Give the columns that differ, in the order forms have them."""
    found: list[Line] = []
    for name in LABELS:
        if name in {*before, *after} - QUIET:
            found += _lines(name, before.get(name), after.get(name))
    return found


def _lines(name: str, was: Any, now: Any) -> Iterator[Line]:
    label = str(LABELS[name])
    if name in TEXTS and not (isinstance(was, str) or isinstance(now, str)):
        for key in dict.fromkeys((*LANGUAGES, *(was or {}), *(now or {}))):
            first, second = (was or {}).get(key, ""), (now or {}).get(key, "")
            if first != second:
                yield Line(f"{label} ({LANGUAGES.get(key, key)})", first, second)
        return
    if name == "mail" and HIDDEN in (was, now):
        yield Line(label, "", gettext("changed"))
        return
    first, second = in_words(name, was), in_words(name, now)
    if first != second:
        yield Line(label, first, second)


def in_words(name: str, value: Any) -> str:
    """Say a column's value; nothing for none."""
    if name in WORDS:
        return WORDS[name](value)
    if value is None or value in ("", []):
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return str(value) if isinstance(value, str | int) else written(value, one_line=True)


def condition(value: Any) -> str:
    """Say when a row of the routing holds."""
    if value is None:
        return gettext("always")
    try:
        return condition_in_words(plain.condition(value), context().routine, names())
    except ValueError:
        return written(value, one_line=True)


def receiver(value: Any) -> str:
    """Say who a row of the routing gives the case to."""
    if value is None:
        return ""
    try:
        return party_in_words(plain.party(value), context().routine, names())
    except ValueError:
        return written(value, one_line=True)


def days(value: Any) -> str:
    """Say a day, as data has it."""
    return day(date.fromisoformat(value)) if value else ""


def spans(value: Any) -> str:
    """Say spans of days, with their texts."""
    return "; ".join(_span(each) for each in value or ())


def _span(span: Mapping[str, Any]) -> str:
    until = days(span.get("until"))
    told = gettext("%(start)s to %(end)s", start=days(span["from"]), end=until) if until else days(span["from"])
    text = say(span.get("text"))
    return f"{told}: {text}" if text else told


def person(value: Any) -> str:
    """Name a person by id, or by the name that the draft gives one."""
    if value is None:
        return ""
    row = db.session.get(Person, value) if isinstance(value, int) else None
    row = row or db.session.scalar(select(Person).where(Person.name == str(value)))
    return repr(row) if row else str(value)


def _row(table: str) -> Callable[[Any], str]:
    def told(value: Any) -> str:
        row = find(db.session(), table, value) if value else None
        return label_of(row) if row else value or ""

    return told


def weekdays(value: Any) -> str:
    """Name days of the week."""
    called = get_day_names("wide", locale=language())
    return ", ".join(called[WEEKDAYS.index(each)] for each in value or () if each in WEEKDAYS)


def holidays(value: Any) -> str:
    """Name a country's holidays, or list the days."""
    if isinstance(value, str):
        return str(Locale.parse(language()).territories.get(value, value))
    return ", ".join(days(each) for each in value or ())


WORDS: Mapping[str, Callable[[Any], str]] = {
    "condition": condition,
    "receiver": receiver,
    "starts_on": days,
    "ends_on": days,
    "away": spans,
    "closed": spans,
    "notices": spans,
    "weekend": weekdays,
    "holidays": holidays,
    "language": lambda value: LANGUAGES.get(value, value or ""),
    "person": person,
    "unit": _row("unit"),
    "parent": _row("unit"),
    "area": _row("area"),
    "role": _row("role"),
}


def called(table: str, key: str, values: Mapping[str, Any]) -> str:
    """Name a row by its label, an assignment by what it says, a row of the routing by its place."""
    if table == "assignment":
        parts = (in_words(name, values.get(name)) for name in ("role", "unit", "person"))
        return " – ".join(part for part in parts if part)
    if table == "routing":
        place = values.get("position")
        return gettext("Row %(place)s", place=place) if place is not None else gettext("A row")
    if table == "calendar":
        return gettext("Calendar")
    label = values.get("label") or values.get("subject") or values.get("name")
    return say(label) or key
