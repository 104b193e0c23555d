"""The organisation from a file into rows: by name, so that reading the same file twice changes nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import model
from app.change.exporting import in_use, left_out
from app.language import rows
from app.language.rows import Data

Row = TypeVar("Row", model.Unit, model.Area, model.Role, model.Person, model.MailText)


def import_data(session: Session, data: Data, *, replace: bool = False) -> None:
    """Make the rows say what the file says. Flushes, never commits.

    Rows that the file lacks stay; with `replace` they go, unless a case, a journal row or an account uses them, or they
    are retired: that no file says. Routing and calendar are one thing each: the file's replaces them.
    """
    with session.no_autoflush:
        units = _units(session, data.units)
        areas = _areas(session, data.areas)
        roles = _labelled(session, data.roles)
        people = _people(session, data.people, units)
        _mails(session, data.mails)
        session.flush()
        _above(units, data.units)
        kept = _assignments(session, data.assignments, (people, roles, units, areas))
        _routing(session, data.routing)
        _calendar(session, data.calendar)
    session.flush()
    if replace:
        _remove(session, data, kept)


def _rows(session: Session, table: type[Row], names: Iterable[str]) -> dict[str, Row]:
    """Rows by name; those that are missing are new."""
    found: dict[str, Row] = {str(row.name): row for row in session.scalars(select(table))}
    for name in names:
        if name not in found:
            found[name] = table(name=name)
            session.add(found[name])
    return found


def _put(row: object, **values: object) -> None:
    """Set columns; one that is set to what it was counts as unchanged."""
    for name, value in values.items():
        setattr(row, name, value)


def _units(session: Session, units: Mapping[str, rows.Unit]) -> dict[str, model.Unit]:
    found = _rows(session, model.Unit, units)
    places = _places([found[name] for name in units])
    for position, unit in zip(places, units.values(), strict=True):
        _put(
            found[unit.name],
            label=dict(unit.label),
            code=unit.code,
            kind=unit.kind,
            contact=dict(unit.contact),
            parameters=dict(unit.parameters),
            position=position,
            retired=False,
        )
    return found


def _above(found: Mapping[str, model.Unit], units: Mapping[str, rows.Unit]) -> None:
    for unit in units.values():
        row, above = found[unit.name], found[unit.under] if unit.under else None
        if in_use(row.parent) is not above:
            _put(row, parent_id=above.id if above else None)


def _areas(session: Session, areas: Mapping[str, rows.Area]) -> dict[str, model.Area]:
    found = _rows(session, model.Area, areas)
    places = _places([found[name] for name in areas])
    for position, area in zip(places, areas.values(), strict=True):
        _put(
            found[area.name],
            label=dict(area.label),
            help=dict(area.help),
            example=dict(area.example),
            door=dict(area.door),
            door_url=area.door_url,
            position=position,
            retired=False,
        )
    return found


def _labelled(session: Session, roles: Mapping[str, rows.Role]) -> dict[str, model.Role]:
    found = _rows(session, model.Role, roles)
    for role in roles.values():
        _put(found[role.name], label=dict(role.label), retired=False)
    return found


def _places(ordered: Sequence[model.Unit | model.Area]) -> list[int]:
    """Give the places of rows in the file's order; where that is the order they have, they keep them."""
    kept = [row for row in ordered if row.id is not None]
    known = [(row.position, row.id) for row in kept]
    if known != sorted(known) or list(ordered[: len(kept)]) != kept:
        return list(range(len(ordered)))
    after = kept[-1].position + 1 if kept else 0
    return [row.position for row in kept] + list(range(after, after + len(ordered) - len(kept)))


def _people(
    session: Session, people: Mapping[str, rows.Person], units: Mapping[str, model.Unit]
) -> dict[str, model.Person]:
    found = _rows(session, model.Person, people)
    for person in people.values():
        row = found[person.key]
        _put(
            row,
            label=person.name,
            mail=person.mail,
            kind=person.kind,
            language=person.language,
            external=person.external,
            unit=units[person.unit] if person.unit else row.unit if row.unit and row.unit.retired else None,
        )
        away = [(_day(span.since), _day(span.until)) for span in person.away]
        if [(each.starts_on, each.ends_on) for each in row.away] != away:
            row.away = [model.Away(starts_on=start, ends_on=end) for start, end in away]
    return found


def _mails(session: Session, mails: Mapping[str, rows.Mail]) -> None:
    found = _rows(session, model.MailText, mails)
    for mail in mails.values():
        _put(found[mail.name], subject=dict(mail.subject), body=dict(mail.body), letter=mail.letter)


Names = tuple[Mapping[str, model.Person], Mapping[str, model.Role], Mapping[str, model.Unit], Mapping[str, model.Area]]


def _assignments(session: Session, assignments: Iterable[rows.Assignment], names: Names) -> set[int]:
    """Add and change assignments; give the ids of those in the file."""
    people, roles, units, areas = names
    found = {_post(row): row for row in session.scalars(select(model.Assignment))}
    kept = []
    for each in assignments:
        wanted = model.Assignment(
            person_id=people[each.person].id,
            role_id=roles[each.role].id,
            unit_id=units[each.unit].id,
            area_id=areas[each.area].id if each.area else None,
            starts_on=_day(each.since),
            deputy=each.deputy,
        )
        row = found.setdefault(_post(wanted), wanted)
        _put(row, ends_on=_day(each.until))
        session.add(row)
        kept.append(row)
    session.flush()
    return {row.id for row in kept}


def _post(row: model.Assignment) -> tuple[object, ...]:
    return row.person_id, row.role_id, row.unit_id, row.area_id, row.starts_on, row.deputy


def _routing(session: Session, routing: Iterable[rows.Route]) -> None:
    found = list(session.scalars(select(model.RoutingRow).order_by(model.RoutingRow.position, model.RoutingRow.id)))
    wanted = list(routing)
    for place, route in enumerate(wanted):
        if place == len(found):
            found.append(model.RoutingRow(position=found[-1].position + 1 if found else 1))
            session.add(found[place])
        _put(found[place], condition=route.when, receiver=route.to)
    for surplus in found[len(wanted) :]:
        session.delete(surplus)


def _calendar(session: Session, calendar: rows.Calendar) -> None:
    row = session.scalars(select(model.Calendar).order_by(model.Calendar.id)).first() or model.Calendar()
    session.add(row)
    _put(
        row,
        timezone=calendar.timezone,
        weekend=list(calendar.weekend),
        holidays=calendar.holidays if isinstance(calendar.holidays, str) else list(calendar.holidays),
        closed=[{"from": span.since, "until": span.until} for span in calendar.closed],
        notices=[{"from": span.since, "until": span.until, "text": dict(span.text)} for span in calendar.notices],
    )


def _day(iso: str) -> date | None:
    return date.fromisoformat(iso) if iso else None


def _remove(session: Session, data: Data, kept: set[int]) -> None:
    """Take away what the file lacks, the ones that others refer to last; what is in use stays."""
    for row in session.scalars(select(model.Assignment)).all():
        if row.id not in kept and not left_out(row):
            session.delete(row)
    session.flush()
    sitting = {seat for seat in session.scalars(select(model.Subject.handler).distinct()) if seat}
    idle: dict[type[Any], Callable[[Any], bool]] = {
        model.MailText: lambda row: row.name not in data.mails,
        model.Person: lambda row: (
            row.name is not None and row.name not in data.people and row.user_id is None and f"@{row.id}" not in sitting
        ),
        model.Role: lambda row: (
            row.name not in data.roles and not row.retired and not any(s.startswith(f"{row.name}:") for s in sitting)
        ),
        model.Area: lambda row: row.name not in data.areas and not row.retired,
    }
    for table, test in idle.items():
        for row in session.scalars(select(table)).all():
            if test(row):
                _delete(session, row)
    _remove_units(session, data)


def _remove_units(session: Session, data: Data) -> None:
    """Lowest first: a unit goes once nothing is under it."""
    gone = True
    while gone:
        idle = session.scalars(
            select(model.Unit).where(model.Unit.name.not_in(list(data.units)), ~model.Unit.retired)
        ).all()
        gone = any(_delete(session, row) for row in idle)


def _delete(session: Session, row: object) -> bool:
    try:
        with session.begin_nested():
            session.delete(row)
    except IntegrityError:
        return False
    return True
