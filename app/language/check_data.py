"""A routine against its data: holes where nobody is there, and mails without words."""

from collections.abc import Iterator

from app.language.check_mail import check_mail
from app.language.check_sight import routed_roles
from app.language.conditions import All, AnyOf, Condition, Is, Named, Not
from app.language.definition import Routine
from app.language.fault import meant
from app.language.members import has_word
from app.language.read import Node
from app.language.reading import Reading
from app.language.rows import Data
from app.language.said import listed, said


def check_data(reading: Reading, routine: Routine, root: Node, data: Data) -> None:
    """Warnings go to the reading; a role that data lacks is an error."""
    for role in routine.roles:
        _role(reading, role, data, root.at("roles").spot(role))
    for area in data.areas:
        if all(_possible(flow.when, area, routine) is False for flow in routine.flows.values() if not flow.part_of):
            reading.warn(root.where("flows"), said('no flow takes the area "%(name)s"', name=area))
    _routing(reading, routine, root, data)
    _mails(reading, routine, root, data)


def _role(reading: Reading, role: str, data: Data, node: Node) -> None:
    if role not in data.roles:
        hint = meant(role, data.roles)
        reading.wrong(node, said('role "%(name)s" is unknown in data%(hint)s', name=role, hint=hint))
        return
    held = {row.unit for row in data.assignments if row.role == role}
    holes = [unit for unit in data.units if not held & set(_up(unit, data))]
    if holes:
        reading.warn(node, said('nobody holds the role "%(role)s" in %(units)s', role=role, units=listed(holes)))


def _up(unit: str, data: Data) -> Iterator[str]:
    here: str | None = unit
    while here:
        yield here
        here = data.units[here].under if here in data.units else None


def _possible(condition: Condition, area: str, routine: Routine) -> bool | None:
    """Whether the condition holds for a new case of that area; None = it depends on more."""
    match condition:
        case Is("area", names):
            return area in names
        case Not(of):
            inner = _possible(of, area, routine)
            return None if inner is None else not inner
        case All(of):
            found = [_possible(each, area, routine) for each in of]
            return False if False in found else None if None in found else True
        case AnyOf(of):
            found = [_possible(each, area, routine) for each in of]
            return True if True in found else None if None in found else False
        case Named(guard):
            return _possible(routine.guards[guard].needs, area, routine)
        case _:
            return None


def _routing(reading: Reading, routine: Routine, root: Node, data: Data) -> None:
    for role in sorted(routed_roles(routine, data) - set(routine.roles)):
        strange = said('routing in data leads to "%(role)s", which is no role here; add it', role=role)
        reading.wrong(root.where("roles"), strange)
    if data.routing and data.routing[-1].when is None:
        return
    for flow in routine.flows.values():
        for move in flow.transitions.values():
            if has_word(move.assign, "routing", routine):
                place = root.at("flows", flow.name, "transitions", move.name, "assign").spot("routing")
                no_last = said('routing in data has no last row without "when"; such cases would go to nobody')
                reading.warn(place, no_last)
                return


def _mails(reading: Reading, routine: Routine, root: Node, data: Data) -> None:
    told: set[str] = set()
    for flow in routine.flows.values():
        for move in flow.transitions.values():
            node = root.at("flows", flow.name, "transitions", move.name, "notify")
            for (party, mails), (_, value) in zip(move.notify, node.entries, strict=False):
                for mail in mails:
                    if mail in data.mails:
                        check_mail(reading, routine, flow, party, data.mails[mail], value.spot(mail))
                    elif mail not in told:
                        told.add(mail)
                        wordless = said('the mail "%(mail)s" has no text in data; the standard text is sent', mail=mail)
                        reading.warn(value.spot(mail), wordless)
    for field in routine.fields.values():
        for mail in (name for name in field.templates if name not in data.mails):
            place = root.at("fields", field.name, "templates").spot(mail)
            hint = meant(mail, data.mails)
            reading.warn(place, said('the template "%(mail)s" has no text in data%(hint)s', mail=mail, hint=hint))
