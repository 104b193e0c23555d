"""Filters made from the routine's own fields. Each finds only cases in which the reader may read its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial

from sqlalchemy import ColumnElement, and_, func

from app.access import Viewer
from app.i18n import gettext, language, say
from app.language.definition import Choice, Field
from app.scope.numbers import NUMBER
from app.scope.row import Predicate, Row, isnt
from app.web.extras import PREFIX
from app.web.filters import DATE, Clause, Filter
from app.web.shelf import shelf
from app.workflow.extras import Fields
from app.workflow.words import Option, flattened
from model import Person

Test = Callable[[Row], Predicate]
Reader = Callable[[str], Test | None]
"""Makes of an answer in the address what a row is tested by; None for an answer that means nothing."""


def filters(viewer: Viewer, *, parts: bool) -> Sequence[Filter]:
    """Give a filter for every field of cases, or of parts, that can be asked for in one, in the order of the fields."""
    made = partial(_made_of, Fields(viewer, parts))
    return shelf(viewer.organisation).get(("narrowings", viewer, parts, language()), made)


def _made_of(fields: Fields) -> Sequence[Filter]:
    return [each for field in fields.fields.values() for each in _of(fields, field)]


def _of(fields: Fields, field: Field) -> Iterator[Filter]:
    yes_or_no = (("1", gettext("Yes")), ("0", gettext("No")))
    if isinstance(field.choices, tuple):
        yield _made(fields, field, _chosen(field), flattened(field.choices, language()))
    elif field.type == "unit":
        yield _made(fields, field, _under(fields, field), _units(fields, field))
    elif field.type == "tick":
        yield _made(fields, field, _ticked(field), yes_or_no)
    elif field.type == "person":
        yield _made(fields, field, _named(field))
    elif field.type == "case":
        yield _made(fields, field, lambda number: lambda row: row.holds_one(field.name, {number}))
    elif field.type in ("number", "date") and not field.many:
        yield from _bounds(fields, field)


def _made(fields: Fields, field: Field, reader: Reader, choices: Iterable[Option] = ()) -> Filter:
    offered = tuple(choices)
    kind, name = "choice" if offered else "text", f"{PREFIX}{field.name}"
    return Filter(name, say(field.label), _asking(fields, field, reader), kind, lambda: offered, more=True)


def _bounds(fields: Fields, field: Field) -> Iterator[Filter]:
    label, read = say(field.label), _amount if field.type == "number" else _day
    first, last = gettext("%(label)s from", label=label), gettext("%(label)s to", label=label)
    for end, said in (("from", first), ("to", last)):
        clause = _asking(fields, field, _bound(field, read, upper=end == "to"))
        yield Filter(f"{PREFIX}{field.name}.{end}", said, clause, field.type, more=True)


def _asking(fields: Fields, field: Field, reader: Reader) -> Clause:
    def clause(text: str) -> ColumnElement[bool] | None:
        test = reader(text)
        return None if test is None else fields.where(field.name, test)

    return clause


def _chosen(field: Field) -> Reader:
    """A choice of a tree also stands for those below it."""

    def reader(text: str) -> Test | None:
        names = set(_below(field.choices, text)) if isinstance(field.choices, tuple) else set()
        return (lambda row: row.holds_one(field.name, names)) if names else None

    return reader


def _below(choices: Sequence[Choice], name: str, *, inside: bool = False) -> Iterator[str]:
    for choice in choices:
        counts = inside or choice.name == name
        if counts:
            yield choice.name
        yield from _below(choice.choices, name, inside=counts)


def _units(fields: Fields, field: Field) -> Iterator[Option]:
    for unit in fields.viewer.organisation.units.values():
        if not isinstance(field.choices, str) or unit.kind == field.choices:
            yield unit.name, f"{unit.code} {say(unit.label)}".strip()


def _under(fields: Fields, field: Field) -> Reader:
    def reader(text: str) -> Test | None:
        organisation = fields.viewer.organisation
        unit = organisation.unit_by_name.get(text)
        names = {organisation.units[each].name for each in organisation.under(unit.id)} if unit else set()
        return (lambda row: row.holds_one(field.name, names)) if names else None

    return reader


def _ticked(field: Field) -> Reader:
    tests: dict[str, Test] = {
        "1": lambda row: row.ticked(field.name),
        "0": lambda row: isnt(row.ticked(field.name)),
    }
    return tests.get


def _named(field: Field) -> Reader:
    """Look for every word in what the people are called; an address is never looked at."""

    def reader(text: str) -> Test | None:
        called = func.coalesce(func.nullif(Person.label, ""), Person.name, "")
        words = text.split()[:8]
        known = and_(*(called.icontains(word, autoescape=True) for word in words))
        return (lambda row: row.names_person(field.name, Person.id, known)) if words else None

    return reader


def _bound(field: Field, read: Callable[[str], float | str | None], *, upper: bool) -> Reader:
    def reader(text: str) -> Test | None:
        limit = read(text)

        def test(row: Row) -> Predicate:
            answer = row.number(field.name) if field.type == "number" else row.text(field.name)
            found: Predicate = answer <= limit if upper else answer >= limit
            return found

        return None if limit is None else test

    return reader


def _amount(text: str) -> float | None:
    number = text.replace(",", ".").replace(" ", "")
    return float(number) if re.match(NUMBER, number) else None


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat() if DATE.fullmatch(text) else None
    except ValueError:
        return None
