"""Answers as people read them: names of units, areas, choices and functions in a language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.dates import format_date

from app.language.definition import Choice
from app.language.worktime import WorkTime
from app.routing import seats
from app.routing.facts import PEOPLE, CaseFacts
from app.workflow import spans
from app.workflow.prints import FORGOTTEN

ERASED = {"nb": "Slettet", "nn": "Sletta", "en": "Erased"}
AT_TIME = {"nb": "{day} kl. {time}", "nn": "{day} kl. {time}", "en": "{day} at {time}"}
TICKED = {"nb": "Ja", "nn": "Ja", "en": "Yes"}


Option = tuple[str, str]
"""What may be chosen: its name and its words."""


def say(text: Mapping[str, str], language: str) -> str:
    """Give the text in the language, else in the first it has."""
    return text.get(language) or next(iter(text.values()), "")


@lru_cache(maxsize=4096)
def in_day(day: date, language: str) -> str:
    """Give a day as people write it: 4. desember 2026."""
    return format_date(day, "d MMMM y" if language == "en" else "d. MMMM y", locale=language)


def in_time(end: datetime, worktime: WorkTime, language: str) -> str:
    """Give the end of a clock as people say it: the day, and the time where it isn't the end of the day."""
    day = worktime.day_of(end)
    told = in_day(day, language)
    if end == worktime.end_of(day):
        return told
    return AT_TIME[language].format(day=told, time=end.astimezone(worktime.zone).strftime("%H.%M"))


def notice(facts: CaseFacts, language: str) -> str:
    """Give what the calendar's notices say today; empty for none."""
    return " ".join(say(text, language) for text in facts.organisation.notices_on(facts.today))


def spoken(facts: CaseFacts, field: str, language: str) -> str:
    """Give a field's present answer in words; empty for none."""
    return in_words(facts, field, facts.value(field), language)


def in_words(facts: CaseFacts, field: str, value: Any, language: str) -> str:
    """Give a value of the field in words."""
    if value in (None, "", [], False):
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(in_words(facts, field, each, language) for each in value)
    if isinstance(value, Mapping):
        return say(ERASED, language) if FORGOTTEN in value else str(value.get("name", ""))
    if value is True:
        return say(TICKED, language)
    if field == "handler":
        return seat_in_words(facts, str(value), language)
    return _named(facts, field, str(value), language)


def _named(facts: CaseFacts, field: str, value: str, language: str) -> str:
    organisation = facts.organisation
    declared = facts.routine.fields.get(field)
    kind = declared.type if declared else "text"
    if kind == "unit" and value in organisation.unit_by_name:
        return say(organisation.unit_by_name[value].label, language)
    if kind == "area" and value in organisation.area_by_name:
        return say(organisation.area_by_name[value].label, language)
    if kind == "date":
        return in_day(date.fromisoformat(value), language)
    if kind == "length":
        return spans.in_words(value, language)
    if kind == "number" and language != "en":
        return value.replace(".", ",")
    if kind == "person":
        return _person(facts, field, int(value))
    if declared and isinstance(declared.choices, tuple):
        return _choice(declared.choices, value, language)
    return value


def _person(facts: CaseFacts, field: str, person: int) -> str:
    """Name a person; somebody who was named by an address alone, by that. The reporter's is told nowhere here."""
    named = facts.routine.fields[field].choices is None and field not in PEOPLE
    return (facts.world.address(person) if named else "") or facts.world.person(person)


def _choice(choices: tuple[Choice, ...], value: str, language: str) -> str:
    for choice in choices:
        found = say(choice.label, language) if choice.name == value else _choice(choice.choices, value, language)
        if found:
            return found
    return ""


def seat_in_words(facts: CaseFacts, handler: str, language: str) -> str:
    """Name a function: its holder's name if it has exactly one, else the role and its unit."""
    seat = seats.read(handler)
    if seat.person is not None:
        return facts.world.person(seat.person)
    holders = seats.holders(seat, facts.organisation, facts.today)
    if len(holders) == 1:
        return holders[0].label
    role = say(facts.organisation.label(seat.role), language)
    unit = facts.organisation.units.get(seat.unit) if seat.unit else None
    return f"{role} {unit.code or say(unit.label, language)}" if unit else role


def flattened(choices: Sequence[Choice], language: str, above: str = "") -> Iterable[Option]:
    """Give every choice of a tree with the labels above it."""
    for choice in choices:
        label = f"{above} – {say(choice.label, language)}" if above else say(choice.label, language)
        yield choice.name, label
        yield from flattened(choice.choices, language, label)
