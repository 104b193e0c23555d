"""The product, seeded with its organisation and accounts and without a case; and what of it the data set needs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.language.load import load
from app.setup.accounts import create_accounts
from app.setup.demo import publish_first, read_organisation
from app.web.database import db
from app.web.roles import allow_moves, sync_roles
from bench.data.places import AREAS, FACULTY, HANDLER, HSE_AREAS, WEIGHTS, Places
from config import ORGANISATION_FILE, WORKFLOW_FILE
from model import Area, Assignment, Person, Role, Unit
from model.schema import upgrade

SECRET = "the benchmark's secret"  # noqa: S105 - it guards made-up data
OWNERS = ("head_of_department", "course_coordinator")


def seed(url: str, folder: Path) -> None:
    """Bring an empty database to the newest schema and fill it as `flask seed` does, without the demo's stories."""
    upgrade(url)
    settings = {"DATABASE_URL": url, "VAR": folder, "SECRET_KEY": SECRET, "WORKER": "off", "UPDATE_PERMISSIONS": True}
    app = create_app(settings)
    with app.app_context():
        publish_first(db.session(), WORKFLOW_FILE, datetime.now(UTC))
        read_organisation(db.session(), ORGANISATION_FILE)
        sync_roles(app.appbuilder)
        allow_moves(db.session(), load(WORKFLOW_FILE.read_text("utf-8")).routine)
        create_accounts(db.session())
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def widen(session: Session) -> None:
    """Give the measured handler both of the faculty's seats, so that all of its cases are theirs."""
    person, unit = _named(session, Person, HANDLER), _named(session, Unit, FACULTY)
    seat = {"person_id": person, "unit_id": unit, "role_id": _named(session, Role, "hse_coordinator")}
    if not session.scalar(select(Assignment.id).filter_by(**seat)):
        session.add(Assignment(**seat))


def places(session: Session) -> Places:
    """Read the organisation."""
    units = session.execute(select(Unit.id, Unit.parent_id, Unit.code, Unit.label, Unit.name)).all()
    ids = {row.name: row.id for row in units}
    people = {row.name: row for row in session.scalars(select(Person).where(Person.name.is_not(None)))}
    faculties = {ids[name]: [row.id for row in units if row.parent_id == ids[name]] for name in WEIGHTS}
    areas = [_named(session, Area, name) for name in AREAS]
    handlers, seats = {}, {}
    for name in WEIGHTS:
        for area, area_name in zip(areas, AREAS, strict=True):
            kind, role = ("hse", "hse_coordinator") if area_name in HSE_AREAS else ("quality", "quality_contact")
            account = HANDLER if name == FACULTY else f"{kind}_{name}"
            handlers[ids[name], area] = people[account].id
            seats[ids[name], area] = f"{role}:{ids[name]}:"
    return Places(
        faculty=ids[FACULTY],
        handler=people[HANDLER].id,
        desk=people["desk"].id,
        intake=f"intake:{ids['ntnu']}:",
        areas=areas,
        faculties=faculties,
        weights=list(WEIGHTS.values()),
        handlers=handlers,
        seats=seats,
        owners=_owners(session),
        units=[(row.id, row.parent_id, row.code, row.label["nb"]) for row in units],
        named_areas=[(pk, label["nb"]) for pk, label in session.execute(select(Area.id, Area.label))],
        people=[(row.id, row.name, row.label, row.mail, row.unit_id) for row in people.values()],
    )


def _owners(session: Session) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    held = select(Assignment.unit_id, Assignment.person_id).join(Role).where(Role.name.in_(OWNERS))
    for unit, person in session.execute(held.order_by(Assignment.id)):
        found.setdefault(unit, []).append(person)
    return found


def _named(session: Session, table: type, name: str) -> int:
    return session.execute(select(table.id).where(table.name == name)).scalar_one()
