"""The demo's login page: somebody of every kind to come in as, all from around one student."""

from collections.abc import Iterator

from flask import current_app
from sqlalchemy import select

from app.i18n import lazy_gettext
from app.web.database import db
from model import Assignment, Person, Unit


def demo_accounts() -> list[tuple[str, str]]:
    """User name and function of a student, of whoever holds each role where they study, and of the admin."""
    if not current_app.config["DEMO"]:
        return []
    account = select(Person).where(Person.user_id.is_not(None))
    student = db.session.scalars(account.where(Person.kind != "").order_by(Person.id)).first()
    admin = db.session.scalars(account.where(Person.name == "admin")).first()
    people = [student, *_around(student.unit if student else None), admin]
    return [(str(each.name), each.label or str(lazy_gettext("Administrator"))) for each in people if each]


def _around(unit: Unit | None) -> Iterator[Person]:
    """The first holder of each role at the unit or above it, in the roles' order."""
    line: list[int] = []
    while unit is not None:
        line.append(unit.id)
        unit = unit.parent
    query = select(Assignment).where(Assignment.unit_id.in_(line), Assignment.deputy.is_(False))
    seen: set[int] = set()
    for each in db.session.scalars(query.order_by(Assignment.role_id, Assignment.id)):
        if each.role_id not in seen and each.person.user_id is not None:
            seen.add(each.role_id)
            yield each.person
