"""The organisation from rows into a file: what is written here can be read back and says the same."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from io import StringIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from model import Area, Assignment, Calendar, MailText, Person, Role, RoutingRow, Unit

ANY_WIDTH = 10_000
SECTIONS_KEPT = 32


def export_data(session: Session) -> str:
    """Write the whole organisation as data.yaml.

    Guests and people who only report are not in it; nor is what is retired, with the assignments there.
    """
    return as_yaml(sections(session))


def sections(session: Session) -> dict[str, Any]:
    """Give the sections of data.yaml as plain values, those that have something."""
    units = select(Unit).where(~Unit.retired).order_by(Unit.position, Unit.id)
    areas = select(Area).where(~Area.retired).order_by(Area.position, Area.id)
    roles = select(Role).where(~Role.retired).order_by(Role.id)
    whole = {
        "units": {unit.name: _unit(unit) for unit in session.scalars(units)},
        "areas": {area.name: _area(area) for area in session.scalars(areas)},
        "roles": {role.name: {"label": role.label} for role in session.scalars(roles)},
        "people": {str(person.name): _person(person) for person in _people(session)},
        "assignments": [_assignment(row) for row in _assignments(session)],
        "routing": [_without_empty(when=row.condition, to=row.receiver) for row in _routing(session)],
        "calendar": _calendar(session),
        "mails": {mail.name: _mail(mail) for mail in session.scalars(select(MailText).order_by(MailText.id))},
    }
    return {name: part for name, part in whole.items() if part}


def as_yaml(whole: Mapping[str, Any]) -> str:
    """Write plain values as the file has them, the sections that are as they were last from memory."""
    return "".join(_written(json.dumps({name: part})) for name, part in whole.items())


@lru_cache(maxsize=SECTIONS_KEPT)
def _written(section: str) -> str:
    from ruamel.yaml import YAML  # noqa: PLC0415 - everything else is read by another package

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False
    yaml.width = ANY_WIDTH
    text = StringIO()
    yaml.dump(json.loads(section), text)
    return text.getvalue()


def _without_empty(**values: Any) -> dict[str, Any]:
    return {name.strip("_"): value for name, value in values.items() if value not in (None, "", {}, [], False)}


def in_use(unit: Unit | None) -> Unit | None:
    """Give the unit, or the nearest above it, that isn't retired."""
    while unit is not None and unit.retired:
        unit = unit.parent
    return unit


def _unit(unit: Unit) -> dict[str, Any]:
    above = in_use(unit.parent)
    under = above.name if above else None
    known = _without_empty(label=unit.label, code=unit.code, kind=unit.kind, under=under, contact=unit.contact)
    return known | unit.parameters


def _area(area: Area) -> dict[str, Any]:
    return _without_empty(
        label=area.label, help=area.help, example=area.example, door=area.door, door_url=area.door_url
    )


def _people(session: Session) -> Iterable[Person]:
    holders = select(Assignment.person_id)
    query = (
        select(Person)
        .where(Person.guest.is_(False), Person.name.is_not(None), (Person.kind == "") | Person.id.in_(holders))
        .options(joinedload(Person.unit), selectinload(Person.away))
        .order_by(Person.id)
    )
    return session.scalars(query)


def _person(person: Person) -> dict[str, Any]:
    return _without_empty(
        name=person.label,
        mail=person.mail,
        unit=person.unit.name if person.unit and not person.unit.retired else None,
        kind=person.kind,
        language=person.language,
        away=[_without_empty(from_=_day(each.starts_on), until=_day(each.ends_on)) for each in person.away],
        external=person.external,
    )


def _assignments(session: Session) -> Iterable[Assignment]:
    parts = (Assignment.person, Assignment.role, Assignment.unit, Assignment.area)
    rows = session.scalars(select(Assignment).options(*map(joinedload, parts)).order_by(Assignment.id))
    return [row for row in rows if not left_out(row)]


def left_out(row: Assignment) -> bool:
    """Whether a file can't say it: at something retired, or of somebody without a name there."""
    places = (row.role, row.unit, row.area)
    return row.person.name is None or any(place is not None and place.retired for place in places)


def _assignment(row: Assignment) -> dict[str, Any]:
    return _without_empty(
        person=row.person.name,
        role=row.role.name,
        unit=row.unit.name,
        area=row.area.name if row.area else None,
        from_=_day(row.starts_on),
        until=_day(row.ends_on),
        deputy=row.deputy,
    )


def _routing(session: Session) -> Iterable[RoutingRow]:
    return session.scalars(select(RoutingRow).order_by(RoutingRow.position, RoutingRow.id))


def _calendar(session: Session) -> dict[str, Any]:
    row = session.scalars(select(Calendar).order_by(Calendar.id)).first()
    if row is None:
        return {}
    return _without_empty(
        timezone=row.timezone,
        weekend=row.weekend,
        holidays=row.holidays,
        closed=[_without_empty(**each) for each in row.closed],
        notices=[_without_empty(**each) for each in row.notices],
    )


def _mail(mail: MailText) -> dict[str, Any]:
    return _without_empty(subject=mail.subject, body=mail.body, letter=mail.letter)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
