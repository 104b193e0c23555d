"""The organisation as one immutable copy in memory, renewed when its configuration version changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from threading import Lock
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.language import plain
from app.language.conditions import ALWAYS, Condition
from app.language.definition import Field
from app.language.parties import Party
from app.language.worktime import WorkTime
from model import Area, Assignment, Calendar, ConfigurationVersion, MailText, Person, Role, RoutingRow, Unit

Texts = Mapping[str, str]
MOST_HELD = 50_000
"""Answers to "who holds it there today" that are kept."""
MOST_KEPT = 1_000
"""Answers of other rooms that are kept: of some people's sight, a few each."""


@dataclass(frozen=True, slots=True)
class UnitCopy:
    """One unit; `above` is the id of the unit over it."""

    id: int
    name: str
    code: str
    label: Texts
    kind: str
    above: int | None
    parameters: Mapping[str, Any]
    retired: bool = False
    contact: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AreaCopy:
    """One area with what the submit page says of it."""

    id: int
    name: str
    label: Texts
    help: Texts
    example: Texts
    door: Texts
    door_url: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Holding:
    """One assignment: a person in a role at a unit, for one area or all."""

    person: int
    label: str
    role: str
    unit: int
    area: int | None
    starts_on: date | None
    ends_on: date | None
    deputy: bool
    away: tuple[tuple[date, date | None], ...]

    def counts(self, today: date) -> bool:
        """Whether the assignment's dates hold today."""
        return (self.starts_on is None or self.starts_on <= today) and (self.ends_on is None or today <= self.ends_on)

    def is_away(self, today: date) -> bool:
        """Whether the person is away today."""
        return any(start <= today and (end is None or today <= end) for start, end in self.away)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the routing table."""

    position: int
    when: Condition
    to: Party


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the institution says for a while: from `first` to `last`, both included; None = no end yet."""

    first: date
    last: date | None
    text: Texts


@dataclass(frozen=True, eq=False)
class Organisation:
    """Units, areas, roles, assignments, routing, calendar and texts (subject and body) as they were at `version`.

    `letters` names the texts that are letters. A copy is equal to itself alone: what hangs on one says nothing of
    another, not even of one of the same version.
    """

    version: int
    units: Mapping[int, UnitCopy]
    areas: Mapping[int, AreaCopy]
    roles: Mapping[str, Texts]
    holdings: tuple[Holding, ...]
    rows: tuple[Row, ...]
    worktime: WorkTime
    retired_roles: frozenset[str] = frozenset()
    notices: tuple[Notice, ...] = ()
    texts: Mapping[str, tuple[Texts, Texts]] = field(default_factory=dict)
    letters: frozenset[str] = frozenset()

    @cached_property
    def unit_by_name(self) -> Mapping[str, UnitCopy]:
        """Units by name."""
        return {unit.name: unit for unit in self.units.values()}

    @cached_property
    def area_by_name(self) -> Mapping[str, AreaCopy]:
        """Areas by name."""
        return {area.name: area for area in self.areas.values()}

    @cached_property
    def tops(self) -> tuple[int, ...]:
        """Units with none above."""
        return tuple(unit.id for unit in self.units.values() if unit.above is None)

    @cached_property
    def _below(self) -> Mapping[int | None, tuple[int, ...]]:
        below: dict[int | None, list[int]] = defaultdict(list)
        for unit in self.units.values():
            below[unit.above].append(unit.id)
        return {above: tuple(ids) for above, ids in below.items()}

    @cached_property
    def _posts(self) -> Mapping[tuple[str, int], tuple[Holding, ...]]:
        posts: dict[tuple[str, int], list[Holding]] = defaultdict(list)
        for holding in self.holdings:
            posts[holding.role, holding.unit].append(holding)
        return {post: tuple(those) for post, those in posts.items()}

    @cached_property
    def holdings_of(self) -> Mapping[int, tuple[Holding, ...]]:
        """Each person's assignments, today or not."""
        held: dict[int, list[Holding]] = defaultdict(list)
        for holding in self.holdings:
            held[holding.person].append(holding)
        return {person: tuple(those) for person, those in held.items()}

    @cached_property
    def kept(self) -> Callable[..., Any]:
        """Call a function with these arguments, or give what it gave before: it must hang on them and this copy alone.

        What is kept goes when the copy goes, so that nothing of it outlives a change of configuration.
        """
        return lru_cache(MOST_KEPT)(lambda function, *given, **named: function(*given, **named))

    def line(self, unit: int | None) -> Iterator[int]:
        """The unit and those above it, nearest first; the top units for none."""
        if unit is None:
            yield from self.tops
            return
        current: int | None = unit
        while current is not None:
            yield current
            current = self.units[current].above

    def value_of(self, field: Field, unit: int | None) -> Any:
        """What the unit, else the nearest above that says so, has set for a field `of: unit`; else its default."""
        values = (self.units[each].parameters.get(field.name) for each in self.line(unit))
        return next((value for value in values if value is not None), field.default)

    def under(self, unit: int) -> frozenset[int]:
        """The unit and everything under it."""
        found = [unit]
        for each in found:
            found.extend(self._below.get(each, ()))
        return frozenset(found)

    def of_kind(self, unit: int | None, kind: str) -> int | None:
        """The nearest unit of that kind, upwards."""
        if unit is None:
            return None
        return next((each for each in self.line(unit) if self.units[each].kind == kind), None)

    def posts(self, role: str, unit: int, area: int | None) -> tuple[Holding, ...]:
        """Assignments to the role at exactly that unit that cover the area, today or not."""
        return tuple(h for h in self._posts.get((role, unit), ()) if h.area is None or h.area == area)

    def holders(self, role: str, unit: int, area: int | None, today: date) -> tuple[Holding, ...]:
        """Who holds the role at exactly that unit today: the ordinary holders who are there, else their deputies."""
        return self._held(role, unit, area, today)

    @cached_property
    def _held(self) -> Callable[[str, int, int | None, date], tuple[Holding, ...]]:
        return lru_cache(MOST_HELD)(self._holders)

    def _holders(self, role: str, unit: int, area: int | None, today: date) -> tuple[Holding, ...]:
        posts = [h for h in self.posts(role, unit, area) if h.counts(today)]
        there = tuple(h for h in posts if not h.deputy and not h.is_away(today))
        return there or tuple(h for h in posts if h.deputy and not h.is_away(today))

    def nearest(self, role: str, unit: int | None, area: int | None, today: date) -> tuple[Holding, ...]:
        """Who holds the role at the unit, else at the nearest one above where somebody does."""
        for level in self.line(unit):
            found = self.holders(role, level, area, today)
            if found:
                return found
        return ()

    def notices_on(self, today: date) -> list[Texts]:
        """What the institution says on that day, in the calendar's order."""
        standing = (n for n in self.notices if n.first <= today and (n.last is None or today <= n.last))
        return [each.text for each in standing]

    def label(self, role: str) -> Texts:
        """The role's name in each language; its key where it has none."""
        return self.roles.get(role, {"nb": role})


def load(session: Session, version: int) -> Organisation:
    """Read the whole configuration: seven queries, a few hundred rows."""
    calendar = session.scalars(select(Calendar).order_by(Calendar.id)).first() or Calendar(
        timezone="Europe/Oslo", weekend=["saturday", "sunday"], holidays="NO", closed=[], notices=[]
    )
    roles = session.scalars(select(Role)).all()
    texts = session.scalars(select(MailText).order_by(MailText.id)).all()
    return Organisation(
        version=version,
        units={
            u.id: UnitCopy(u.id, u.name, u.code, u.label, u.kind, u.parent_id, u.parameters, u.retired, u.contact)
            for u in session.scalars(select(Unit).order_by(Unit.position, Unit.id))
        },
        areas={
            a.id: AreaCopy(a.id, a.name, a.label, a.help, a.example, a.door, a.door_url, a.retired)
            for a in session.scalars(select(Area).order_by(Area.position, Area.id))
        },
        roles={role.name: role.label for role in roles},
        retired_roles=frozenset(role.name for role in roles if role.retired),
        holdings=tuple(_holdings(session)),
        rows=tuple(
            Row(
                row.position,
                ALWAYS if row.condition is None else plain.condition(row.condition),
                plain.party(row.receiver),
            )
            for row in session.scalars(select(RoutingRow).order_by(RoutingRow.position, RoutingRow.id))
        ),
        worktime=WorkTime(calendar.timezone, calendar.weekend, calendar.holidays, calendar.closed),
        notices=tuple(map(_notice, calendar.notices)),
        texts={row.name: (row.subject, row.body) for row in texts},
        letters=frozenset(row.name for row in texts if row.letter),
    )


def _notice(row: Mapping[str, Any]) -> Notice:
    last = date.fromisoformat(row["until"]) if row.get("until") else None
    return Notice(date.fromisoformat(row["from"]), last, row["text"])


def _holdings(session: Session) -> Iterator[Holding]:
    people = joinedload(Assignment.person).selectinload(Person.away)
    kept = select(Assignment).join(Assignment.role).join(Assignment.unit).where(~Role.retired, ~Unit.retired)
    for row in session.scalars(kept.options(people, joinedload(Assignment.role)).order_by(Assignment.id)):
        yield Holding(
            person=row.person_id,
            label=repr(row.person),
            role=row.role.name,
            unit=row.unit_id,
            area=row.area_id,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            deputy=row.deputy,
            away=tuple((each.starts_on, each.ends_on) for each in row.person.away),
        )


class Keeper:
    """Keeps the newest copy for this process; one per application."""

    def __init__(self) -> None:
        self._copy: Organisation | None = None
        self._lock = Lock()

    def organisation(self, session: Session, version: int | None = None) -> Organisation:
        """Give the copy of `version` (default: ask the database which is newest), loading it if need be."""
        if version is None:
            version = session.scalar(select(ConfigurationVersion.version)) or 0
        copy = self._copy
        if copy is None or copy.version != version:
            with self._lock:
                copy = self._copy = load(session, version)
        return copy
