"""Which role opens which screens, and every move as a permission that the roles screen governs.

What a person may do with a case is decided by the routine, not here: these grants only open the screens.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from app.language.definition import Routine

ADMIN, STAFF, REPORTER = "Admin", "Staff", "Reporter"
CASES, PARTS = "CaseView", "ActionView"
"""Screens of the moves of cases, and of their parts."""

EVERYTHING = ("*",)
PROFILE: Mapping[str, tuple[str, ...]] = {"ResetMyPasswordView": EVERYTHING, "UserInfoEditView": EVERYTHING}
GRANTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    ADMIN: {"*": EVERYTHING},
    STAFF: {
        **PROFILE,
        CASES: EVERYTHING,
        PARTS: EVERYTHING,
        "ReportView": EVERYTHING,
        "HeldView": ("can_list", "can_release", "can_delete"),
        "Cases": ("menu_access",),
        "Actions": ("menu_access",),
        "Reports": ("menu_access",),
    },
    REPORTER: PROFILE,
}
"""Role -> screen -> permissions, both as patterns. Every move is a permission `can_<move>` of its screen."""


def permission_of(transition: str) -> str:
    """Name the permission by which the roles screen governs a transition."""
    return f"can_{transition}"


def moves_of(routine: Routine) -> set[tuple[str, str]]:
    """Give (permission, screen) of every move that people make."""
    return {
        (permission_of(move.name), PARTS if flow.part_of else CASES)
        for flow in routine.flows.values()
        for move in flow.transitions.values()
        if move.by is not None
    }


def sync_roles(appbuilder: Any) -> None:
    """Add the roles and grants that are missing; what an admin has granted besides stays. Flushes, never commits."""
    session = appbuilder.session
    rows = session.execute(_permissions()).all()
    for name in GRANTS:
        _grant(session, role_named(session, name).id, {pk for pk, *each in rows if _granted(name, *each)})


def allow_moves(session: Session, routine: Routine) -> None:
    """Make the routine's new moves permissions, granted to the roles that have such screens.

    A move that is a permission already stays as the administrators have granted it. Flushes, never commits.
    """
    known = {(permission, screen) for _, permission, screen in session.execute(_permissions())}
    new = sorted(moves_of(routine) - known)
    rows = [_permission(session, *each) for each in new]
    for role in session.scalars(select(Role).where(Role.name.in_(GRANTS))).all():
        _grant(session, role.id, {pk for pk, *each in rows if _granted(role.name, *each)})


def known_on(session: Session, screen: str) -> list[str]:
    """Give the permissions that the screen has in the database."""
    return [name for _, name, view in session.execute(_permissions()) if view == screen]


def role_named(session: Session, name: str) -> Role:
    """Give the role, made now if there was none."""
    role: Role | None = session.scalar(select(Role).where(Role.name == name))
    return role if role is not None else _added(session, Role(name=name))


def _permissions() -> Select[int, str, str]:
    return (
        select(PermissionView.id, Permission.name, ViewMenu.name)
        .join(Permission, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
    )


def _permission(session: Session, name: str, screen: str) -> tuple[int, str, str]:
    permission = session.scalar(select(Permission).where(Permission.name == name))
    view = session.scalar(select(ViewMenu).where(ViewMenu.name == screen))
    row = PermissionView(
        permission=permission or _added(session, Permission(name=name)),
        view_menu=view or _added(session, ViewMenu(name=screen)),
    )
    return _added(session, row).id, name, screen


def _added(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


def _granted(role: str, permission: str, screen: str) -> bool:
    return any(
        fnmatchcase(screen, pattern) and any(fnmatchcase(permission, each) for each in permissions)
        for pattern, permissions in GRANTS[role].items()
    )


def _grant(session: Session, role: int, wanted: Iterable[int]) -> None:
    table = assoc_permissionview_role
    have = set(session.scalars(select(table.c.permission_view_id).where(table.c.role_id == role)))
    missing = [{"permission_view_id": pk, "role_id": role} for pk in sorted(set(wanted) - have)]
    if missing:
        session.execute(insert(table), missing)
