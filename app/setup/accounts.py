"""Who may use which screens, and an account for everybody in the demo.

What a person may do with a case is decided by the routine, not here: these grants only open the screens.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from model import Assignment, Person

ADMIN, STAFF, REPORTER = "Admin", "Staff", "Reporter"
ADMIN_NAME = "admin"
DEMO_PASSWORD = "avviksflyt"  # noqa: S105 - public: printed on the demo's login page

EVERYTHING = ("*",)
PROFILE: Mapping[str, tuple[str, ...]] = {"ResetMyPasswordView": EVERYTHING, "UserInfoEditView": EVERYTHING}
GRANTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    ADMIN: {"*": EVERYTHING},
    STAFF: {
        **PROFILE,
        "CaseView": EVERYTHING,
        "ActionView": EVERYTHING,
        "ReportView": EVERYTHING,
        "Cases": ("menu_access",),
        "Actions": ("menu_access",),
        "Reports": ("menu_access",),
    },
    REPORTER: PROFILE,
}
"""Role -> screen -> permissions, both as patterns. Every move is a permission `can_<move>` of its screen."""


def sync_roles(appbuilder: Any) -> None:
    """Add the roles and grants that are missing; what an admin has granted besides stays. Flushes, never commits."""
    session = appbuilder.session
    rows = session.execute(
        select(PermissionView.id, Permission.name, ViewMenu.name)
        .join(Permission, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
    ).all()
    for name, screens in GRANTS.items():
        role = _role(session, name)
        wanted = {pk for pk, permission, view in rows if _granted(screens, view, permission)}
        _grant(session, role.id, wanted)


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
    roles = {name: _role(session, name) for name in GRANTS}
    known = {user.username: user for user in session.scalars(select(User))}
    hashed = generate_password_hash(password)
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
    person.user = _account(person, _role(session, ADMIN), generate_password_hash(password))
    session.add(person)
    session.flush()
    return True


def _role_of(person: Person, holders: Iterable[int]) -> str:
    if person.name == ADMIN_NAME:
        return ADMIN
    return STAFF if person.id in holders or not person.kind else REPORTER


def _account(person: Person, role: Role, hashed: str) -> User:
    return User(
        first_name=person.label[:64],
        last_name="",
        username=person.name,
        email=person.mail,
        active=True,
        password=hashed,
        roles=[role],
    )


def _role(session: Session, name: str) -> Role:
    role: Role | None = session.scalar(select(Role).where(Role.name == name))
    if role is None:
        role = Role(name=name)
        session.add(role)
        session.flush()
    return role


def _granted(screens: Mapping[str, tuple[str, ...]], view: str, permission: str) -> bool:
    return any(
        fnmatchcase(view, screen) and any(fnmatchcase(permission, pattern) for pattern in patterns)
        for screen, patterns in screens.items()
    )


def _grant(session: Session, role: int, wanted: Iterable[int]) -> None:
    table = assoc_permissionview_role
    have = set(session.scalars(select(table.c.permission_view_id).where(table.c.role_id == role)))
    missing = [{"permission_view_id": pk, "role_id": role} for pk in sorted(set(wanted) - have)]
    if missing:
        session.execute(insert(table), missing)
