"""An account for everybody in the demo, and one for the first administrator."""

from collections.abc import Iterable
from datetime import UTC, datetime

from flask import current_app
from flask_appbuilder.security.sqla.models import Role as AccountRole
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.web.roles import ADMIN, GRANTS, REPORTER, STAFF, role_named
from model import Assignment, GivenPassword, Person, Role

ADMIN_NAME = "admin"
DEMO_PASSWORD = "avviksflyt"  # noqa: S105 - public: printed on the demo's login page # nosec B105


def create_accounts(session: Session, password: str = DEMO_PASSWORD) -> int:
    """Give every person who has none an account named after them; give how many. Externals and guests get none."""
    people = session.scalars(
        select(Person).where(
            Person.user_id.is_(None), Person.name.is_not(None), Person.external.is_(False), Person.guest.is_(False)
        )
    ).all()
    if not people:
        return 0
    holders = set(session.scalars(select(Assignment.person_id)))
    roles = {name: role_named(session, name) for name in GRANTS}
    known = {user.username: user for user in session.scalars(select(User))}
    hashed = _hashed(password)
    for person in people:
        role = roles[_role_of(person, holders)]
        person.user = known.get(str(person.name)) or _account(person, role, hashed)
    session.flush()
    return len(people)


def create_admin(session: Session, password: str, mail: str) -> bool:
    """Make the account `admin` unless there is one; give whether it was made."""
    if session.scalar(select(User.id).where(User.username == ADMIN_NAME)):
        return False
    person = session.scalar(select(Person).where(Person.name == ADMIN_NAME)) or Person(
        name=ADMIN_NAME, label="Administrator", mail=mail
    )
    person.user = _account(person, role_named(session, ADMIN), _hashed(password))
    session.add(person)
    session.flush()
    session.add(GivenPassword(user_id=person.user_id, at=datetime.now(UTC)))
    session.flush()
    return True


def listed(session: Session) -> dict[str, str]:
    """Who may log in, by account name: somebody for each function, a reporter and the administrator."""
    query = select(Person.name, Role.label).join(Assignment.person).join(Assignment.role).order_by(Assignment.id)
    found: dict[str, str] = {}
    told: set[str] = set()
    for account, label in session.execute(query.where(Person.user_id.is_not(None))):
        name = str(account)
        words = label.get("en") or next(iter(label.values()), "")
        if words not in told:
            told.add(words)
            found[name] = f"{found[name]}, {words}" if name in found else words
    reporter = select(Person.name).where(Person.user_id.is_not(None), Person.kind != "").order_by(Person.id).limit(1)
    who = session.scalar(reporter)
    first = {who: "somebody who reports"} if who else {}
    return {**first, **found, ADMIN_NAME: "sets it all up"}


def _hashed(password: str) -> str:
    return generate_password_hash(password, current_app.config["FAB_PASSWORD_HASH_METHOD"])


def _role_of(person: Person, holders: Iterable[int]) -> str:
    if person.name == ADMIN_NAME:
        return ADMIN
    return STAFF if person.id in holders or not person.kind else REPORTER


def _account(person: Person, role: AccountRole, hashed: str) -> User:
    return User(
        first_name=person.label[:64],
        last_name="",
        username=person.name,
        email=person.mail,
        active=True,
        password=hashed,
        roles=[role],
    )
