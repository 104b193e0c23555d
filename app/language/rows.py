"""data.yaml to plain rows: units, areas, roles, people, assignments, routing, calendar and mails."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.language.definition import Text


@dataclass(frozen=True, slots=True)
class Unit:
    """A place; `under` is the unit above; `parameters` are values of fields declared `of: unit`."""

    name: str
    label: Text
    under: str | None = None
    kind: str = ""
    code: str = ""
    contact: Text = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Area:
    """What a report may be about; `door` and `door_url` lead to where such reports belong instead."""

    name: str
    label: Text
    help: Text = field(default_factory=dict)
    example: Text = field(default_factory=dict)
    door: Text = field(default_factory=dict)
    door_url: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """A function in the routine."""

    name: str
    label: Text


@dataclass(frozen=True, slots=True)
class Span:
    """ISO dates, both included; an empty `until` is open. `text` is told while it lasts (notices)."""

    since: str
    until: str = ""
    text: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may act or get mail; `key` is the name other rows use, `external` has no account."""

    key: str
    name: str
    mail: str
    unit: str | None = None
    kind: str = ""
    language: str = ""
    away: tuple[Span, ...] = ()
    external: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person holds a role at a unit, for one area or all, between ISO dates."""

    person: str
    role: str
    unit: str
    area: str | None = None
    since: str = ""
    until: str = ""
    deputy: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One row of routing as plain values: `when` a condition (None = always), `to` a party."""

    when: object
    to: object


@dataclass(frozen=True, slots=True)
class Calendar:
    """`holidays` is a list of ISO dates or a country code; `weekend` holds English weekday names."""

    timezone: str = "Europe/Oslo"
    weekend: tuple[str, ...] = ("saturday", "sunday")
    holidays: tuple[str, ...] | str = "NO"
    closed: tuple[Span, ...] = ()
    notices: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Mail:
    """Subject and body of a mail; a `letter` is kept on the case as a document."""

    name: str
    subject: Text
    body: Text
    letter: bool = False


@dataclass(frozen=True, slots=True)
class Data:
    """All of data.yaml, by name."""

    units: Mapping[str, Unit] = field(default_factory=dict)
    areas: Mapping[str, Area] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    assignments: tuple[Assignment, ...] = ()
    routing: tuple[Route, ...] = ()
    calendar: Calendar = field(default_factory=Calendar)
    mails: Mapping[str, Mail] = field(default_factory=dict)
