"""Answers as they are kept: each kind of field's text read, tidied and checked, or refused with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from app import privacy
from app.language.definition import Choice, Field
from app.routing.facts import CaseFacts
from app.routing.parties import Lookup
from app.workflow import spans
from app.workflow.unfit import TOO_BIG
from app.workflow.uploads import MOST_FILES, Upload, fault_of

MISSING = "missing"
INVALID = "invalid"
PERSONAL = "personal_data"
NO_CASE = "no_case"
"""No case has that number, or none that this person may open: never told apart."""
SAME_CASE = "same_case"
LONGEST_TEXT = 20_000
LONGEST_PLACE = 200
CASE_NUMBER = re.compile(r"[0-9-]{1,32}")
BETWEEN_CASES = re.compile(r"[\s,;]+")


class Unacceptable(Exception):
    """The answer can't be kept; the argument is one of the reasons above, or of app.workflow.unfit."""


def unanswered(value: object) -> bool:
    """Whether a value is no answer."""
    return value is None or value is False or value in ("", [], ())


def accept(field: Field, raw: Any, facts: CaseFacts, me: int | None) -> Any:
    """Give the value to keep for what somebody answered; None = left empty. Raises Unacceptable."""
    if field.many:
        several = raw if isinstance(raw, list | tuple) else [raw]
        if field.type == "case":
            several = [number for each in several for number in BETWEEN_CASES.split(str(each or ""))]
        if field.type == "file" and len(several) > MOST_FILES:
            raise Unacceptable(TOO_BIG)
        kept = [_one(field, each, facts, me) for each in several if not unanswered(each)]
        return (list(dict.fromkeys(kept)) if field.type == "case" else kept) or None
    if isinstance(raw, list | tuple):
        raw = raw[0] if raw else None
    return None if unanswered(raw) else _one(field, raw, facts, me)


def _one(field: Field, raw: Any, facts: CaseFacts, me: int | None) -> Any:
    if field.type == "person":
        return _person(field, raw, facts, me)
    if field.type == "file":
        return _file(raw)
    text = str(raw).strip()
    if field.type == "case":
        return _case(field, text, facts, me)
    if field.type == "unit":
        return _unit(field, text, facts)
    if field.type == "area":
        area = facts.organisation.area_by_name.get(text)
        return _member(text, () if area is None or (area.retired and not _is_so(field, text, facts)) else (text,))
    if field.choices is not None:
        return _member(text, set(_names(field.choices if isinstance(field.choices, tuple) else ())))
    return READERS.get(field.type, _text)(text)


def _names(choices: Iterable[Choice]) -> Iterable[str]:
    for choice in choices:
        yield choice.name
        yield from _names(choice.choices)


def _member(text: str, names: Iterable[str]) -> str:
    if text not in names:
        raise Unacceptable(INVALID)
    return text


def _unit(field: Field, text: str, facts: CaseFacts) -> str:
    unit = facts.organisation.unit_by_name.get(text)
    if unit is None or (isinstance(field.choices, str) and unit.kind != field.choices):
        raise Unacceptable(INVALID)
    if unit.retired and not _is_so(field, text, facts):
        raise Unacceptable(INVALID)
    return text


def _is_so(field: Field, text: str, facts: CaseFacts) -> bool:
    """Whether the case has that answer already: what is retired stays with the cases that have it."""
    return facts.subject is not None and facts.value(field.name) == text


def _person(field: Field, raw: Any, facts: CaseFacts, me: int | None) -> int:
    try:
        person = int(raw)
    except (TypeError, ValueError):
        raise Unacceptable(INVALID) from None
    choices = field.choices
    allowed = choices is None or isinstance(choices, str | tuple) or Lookup(facts, me).includes(choices, person)
    if not allowed:
        raise Unacceptable(INVALID)
    return person


def _case(field: Field, text: str, facts: CaseFacts, me: int | None) -> str:
    """Read a case's number: of one that the person may open, or that the field names already."""
    if text in {each.subject.number for each in (facts, facts.whole) if each is not None and each.subject is not None}:
        raise Unacceptable(SAME_CASE)
    present = facts.value(field.name) if facts.subject is not None else None
    stays = text in (present if isinstance(present, list | tuple) else (present,))
    if not stays and (CASE_NUMBER.fullmatch(text) is None or not facts.world.opens(text, me)):
        raise Unacceptable(NO_CASE)
    return text


def _file(raw: Any) -> Upload:
    if not isinstance(raw, Upload):
        raise Unacceptable(INVALID)
    if fault := fault_of(raw):
        raise Unacceptable(fault)
    return raw


def _text(text: str) -> str | None:
    tidy = privacy.clean(text).strip()
    if len(tidy) > LONGEST_TEXT:
        raise Unacceptable(INVALID)
    if any(finding.block for finding in privacy.find(tidy)):
        raise Unacceptable(PERSONAL)
    return tidy or None


def _place(text: str) -> str | None:
    """Read a place: a text of one line."""
    if len(text) > LONGEST_PLACE:
        raise Unacceptable(INVALID)
    return _text(" ".join(text.split()))


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise Unacceptable(INVALID) from None


def _time(text: str) -> str:
    try:
        return time.fromisoformat(text).isoformat("minutes")
    except ValueError:
        raise Unacceptable(INVALID) from None


def _number(text: str) -> str:
    try:
        number = Decimal(text.replace(",", ".").replace(" ", ""))
    except InvalidOperation:
        raise Unacceptable(INVALID) from None
    if not number.is_finite():
        raise Unacceptable(INVALID)
    return str(number)


def _length(text: str) -> str:
    kept = spans.read(text)
    if kept is None:
        raise Unacceptable(INVALID)
    return kept


def _tick(text: str) -> bool | None:
    return None if text in ("", "0", "no", "false", "False") else True


READERS: Mapping[str, Callable[[str], Any]] = {
    "text": _text,
    "place": _place,
    "date": _date,
    "time": _time,
    "number": _number,
    "length": _length,
    "tick": _tick,
}


def default(field: Field, facts: CaseFacts) -> Any:
    """Give what a field holds before anybody answers."""
    if not isinstance(field.default, str):
        return field.default
    if field.type == "unit":
        return _home(field, facts)
    return field.default


def _home(field: Field, facts: CaseFacts) -> str | None:
    """A unit by its name, or the unit of the person in a person field, climbing to the kind in `choices`."""
    organisation = facts.organisation
    name = str(field.default)
    unit = organisation.unit_by_name.get(name)
    found = unit.id if unit else facts.home_of(name)
    if found is not None and isinstance(field.choices, str):
        found = organisation.of_kind(found, field.choices)
    return organisation.units[found].name if found is not None and not organisation.units[found].retired else None
