"""What the person asking may do: permissions, roles and the configuration's version, in one query per request."""

from dataclasses import dataclass
from typing import Any

from flask import has_request_context
from flask.globals import request_ctx
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_group_role,
    assoc_permissionview_role,
    assoc_user_group,
    assoc_user_role,
)
from flask_login import current_user
from sqlalchemy import ColumnElement, CompoundSelect, Select, String, cast, literal, or_, select, union_all

from app.web.database import db
from model import ConfigurationVersion, Person

PERMISSION, ROLE, VERSION = "p", "r", "v"


@dataclass(frozen=True, slots=True)
class Grants:
    """Permissions are pairs like ("can_list", "CaseView"); `configuration` is the configuration's version."""

    permissions: frozenset[tuple[str, str]] = frozenset()
    roles: frozenset[str] = frozenset()
    configuration: int = 0


NOTHING = Grants()


def grants() -> Grants:
    """Everything granted to the person of this request; outside a request nothing is."""
    if not has_request_context():
        return NOTHING
    return granted_to(current_user.id if current_user.is_authenticated else None)


def granted_to(user_id: int | None) -> Grants:
    """Everything granted to that account, read once per request; None is a visitor."""
    # On the request, not on g: an application context may outlive a request, in tests and commands.
    context: Any = request_ctx
    kept: tuple[int | None, Grants] | None = getattr(context, "avviksflyt_grants", None)
    if kept is None or kept[0] != user_id:
        kept = (user_id, _read(user_id))
        context.avviksflyt_grants = kept
    return kept[1]


def can(permission: str, view: str) -> bool:
    """Whether the person of this request has that permission on that view."""
    return (permission, view) in grants().permissions


def me() -> Person | None:
    """Person of this request; None for a visitor or an account without one."""
    person: Person | None = getattr(current_user, "person", None)
    return person


def _read(user_id: int | None) -> Grants:
    rows = db.session.execute(_version() if user_id is None else _everything(user_id)).all()
    return Grants(
        permissions=frozenset((name, view) for kind, name, view in rows if kind == PERMISSION),
        roles=frozenset(name for kind, name, _ in rows if kind == ROLE),
        configuration=max((int(name) for kind, name, _ in rows if kind == VERSION), default=0),
    )


def _version() -> Select[str, str, str]:
    return select(literal(VERSION), cast(ConfigurationVersion.version, String), literal(""))


def _everything(user_id: int) -> CompoundSelect[Any]:
    held = _held(user_id)
    pairs = (
        select(literal(PERMISSION), Permission.name, ViewMenu.name)
        .select_from(PermissionView)
        .join(Permission, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.permission_view_id == PermissionView.id)
        .where(held(assoc_permissionview_role.c.role_id))
    )
    roles = select(literal(ROLE), Role.name, literal("")).where(held(Role.id))
    return union_all(pairs, roles, _version())


def _held(user_id: int) -> Any:
    """Make a test for role ids that the user holds, directly or through a group."""
    own = select(assoc_user_role.c.role_id).where(assoc_user_role.c.user_id == user_id)
    groups = (
        select(assoc_group_role.c.role_id)
        .join(assoc_user_group, assoc_user_group.c.group_id == assoc_group_role.c.group_id)
        .where(assoc_user_group.c.user_id == user_id)
    )

    def test(column: Any) -> ColumnElement[bool]:
        return or_(column.in_(own), column.in_(groups))

    return test
