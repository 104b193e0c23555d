"""Filters of a generated list: what may be asked, how it is shown, and the condition each answer stands for."""

import re
import unicodedata
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, select
from werkzeug.datastructures import MultiDict

from app.i18n import gettext, zone
from app.scope.search import contains
from app.web.cells import plain
from app.web.database import db
from app.web.interface import Interface, Order

LONGEST = 200
MOST_CHOICES = 300
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Choices = Sequence[tuple[str, str]]
Clause = Callable[[str], "ColumnElement[bool] | None"]


@dataclass(frozen=True, slots=True)
class Filter:
    """One question a list can be narrowed by.

    `name` is the argument in the address; `kind` is search, choice, date, number, text or tick; `clause` gives an
    answer's condition, or None for an answer that means nothing. `choices` are (value, label). `more` = it is asked
    behind "More filters".
    """

    name: str
    label: Any
    clause: Clause
    kind: str = "search"
    choices: Callable[[], Choices] = field(default=tuple)
    placeholder: Any = ""
    more: bool = False

    def offers(self, value: str) -> bool:
        """Whether the answer is one of those to choose from, and nothing that somebody made up."""
        return self.kind == "choice" and any(value == each for each, _ in self.choices())

    def shown(self, value: str) -> str:
        """Answer as the reader sees it."""
        if self.kind == "choice":
            chosen = dict(self.choices()).get(value, value)
            return f"{self.label}: {chosen}" if self.more else chosen
        if self.kind == "search":
            return value
        return str(self.label) if self.kind == "tick" else f"{self.label}: {value}"


@dataclass(frozen=True, slots=True)
class Answers:
    """What this request asks of a list; `filters` are those that it was read by.

    `counted` = the list has to count its rows, as nothing else does. `key` is what the rest but `mark` hangs on beside
    its reader; None where that isn't known.
    """

    given: Mapping[str, str]
    where: tuple[ColumnElement[bool], ...]
    order: Order
    size: int
    mark: object = None
    back: bool = False
    filters: Sequence[Filter] = ()
    counted: bool = True
    key: Hashable = None

    @property
    def searched(self) -> bool:
        """Whether somebody looks for words."""
        return any(each.kind == "search" and each.name in self.given for each in self.filters)


def read(
    filters: Sequence[Filter], sortable: Sequence[str], standard: Order, size: int, key: Callable[[object], object]
) -> Answers:
    """Read the address; whatever makes no sense is left out, so that no address is refused."""
    given: dict[str, str] = {}
    where: list[ColumnElement[bool]] = []
    for each in filters:
        value = clean(request.args[each.name]) if each.name in request.args else ""
        clause = each.clause(value) if value else None
        if clause is not None:
            given[each.name] = value
            where.append(clause)
    asked = request.args.get("by") or request.args.get("sort", "")  # a heading's button beats the form's choice
    order = _order(asked, sortable, standard)
    mark, back = _mark(request.args, key)
    return Answers(given, tuple(where), order, _size(request.args.get("size", ""), size), mark, back, filters)


def clean(value: str) -> str:
    """Text of an argument without what no reader can type; at most 200 characters."""
    letters = "".join(each for each in value if unicodedata.category(each) not in {"Cc", "Cs", "Cn"})
    return unicodedata.normalize("NFC", letters).strip()[:LONGEST]


def _order(text: str, sortable: Sequence[str], standard: Order) -> Order:
    column = text.removeprefix("-")
    return Order(column, text.startswith("-")) if column in sortable else standard


def _size(text: str, standard: int) -> int:
    wished = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else standard  # noqa: PLR2004 - any longer number is too big
    return min(max(wished, 1), 200)


def _mark(arguments: MultiDict[str, str], key: Callable[[object], object]) -> tuple[object, bool]:
    for name, back in (("after", False), ("before", True)):
        if arguments.get(name):
            return key(arguments[name]), back
    return None, False


def equals(column: Any, convert: Callable[[str], Any] = str) -> Clause:
    """Match the column's exact value; `convert` gives None for what can't be one."""

    def clause(text: str) -> ColumnElement[bool] | None:
        value = convert(text)
        return None if value is None else column == value

    return clause


def bound(column: Any, *, upper: bool, moments: bool) -> Clause:
    """From (or up to and including) a day; a column of moments is compared with the day where the institution is."""

    def clause(text: str) -> ColumnElement[bool] | None:
        try:
            limit: date = date.fromisoformat(text) if DATE.fullmatch(text) else date.min
            asked = limit + timedelta(days=1) if upper else limit
            edge = datetime.combine(asked, time.min, zone()) if moments and limit != date.min else asked
        except (ValueError, OverflowError):
            return None
        if limit.year < 1900 or limit.year > 9000:  # noqa: PLR2004 - nobody means these, and a database refuses some
            return None
        result: ColumnElement[bool] = column < edge if upper else column >= edge
        return result

    return clause


def derive(interface: Interface, columns: Sequence[str], labels: Mapping[str, Any]) -> list[Filter]:
    """Make the filters a list has when it declares columns only."""
    texts = [name for name in columns if interface.is_string(name) or interface.is_text(name)]
    made: list[Filter] = []
    if texts:
        search = contains(*(interface.attribute(name) for name in texts))
        hint = ", ".join(str(labels.get(name, name)) for name in texts[:3])
        made.append(Filter("q", gettext("Search"), search, placeholder=hint))
    for name in columns:
        if name not in texts:
            made += _for_column(interface, name, labels.get(name, name))
    return made


def _for_column(interface: Interface, name: str, label: Any) -> list[Filter]:
    column = interface.attribute(name)
    if interface.is_relation(name):
        return _for_relation(interface, name, label)
    if interface.is_boolean(name):
        choices = (("1", gettext("Yes")), ("0", gettext("No")))
        return [Filter(name, label, equals(column, {"1": True, "0": False}.get), "choice", lambda: choices)]
    if interface.is_date(name) or interface.is_datetime(name):
        moments = interface.is_datetime(name)
        first, last = bound(column, upper=False, moments=moments), bound(column, upper=True, moments=moments)
        return [
            Filter(f"{name}_from", gettext("%(label)s from", label=label), first, "date"),
            Filter(f"{name}_to", gettext("%(label)s to", label=label), last, "date"),
        ]
    if interface.is_integer(name):
        return [Filter(name, label, equals(column, interface.key))]
    return []


def _for_relation(interface: Interface, name: str, label: Any) -> list[Filter]:
    other = Interface(interface.get_related_model(name))
    pk = other.attribute(other.get_pk_name())
    column = interface.attribute(name)
    many = interface.list_properties[name].uselist

    def clause(text: str) -> ColumnElement[bool] | None:
        key = other.key(text)
        if key is None:
            return None
        found: ColumnElement[bool] = column.any(pk == key) if many else column.has(pk == key)
        return found

    def choices() -> Choices:
        rows = db.session.scalars(select(other.obj).order_by(pk).limit(MOST_CHOICES))
        return sorted(
            ((str(other.get_pk_value(row)), plain(getattr(row, "label", None) or row)) for row in rows), key=_by_label
        )

    return [Filter(name, label, clause, "choice", choices)]


def _by_label(choice: tuple[str, str]) -> str:
    return choice[1].casefold()
