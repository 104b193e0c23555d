"""What the person asking may do: permissions, roles and the configuration's version, read with the account at once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from flask import has_request_context
from flask.globals import request_ctx
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_group_role,
    assoc_permissionview_role,
    assoc_user_group,
    assoc_user_role,
)
from flask_login import current_user
from sqlalchemy import ColumnElement, ScalarSelect, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import joinedload

from app.web import attack
from app.web.database import db
from model import AttackMode, ConfigurationVersion, Login, Person

LINE, PART = "\x1e", "\x1f"
"""Between what an account has, and between a permission and its view: signs made for that, which no name has."""


@dataclass(frozen=True, slots=True)
class Grants:
    """Permissions are pairs like ("can_list", "CaseView"); `configuration` is the configuration's version."""

    permissions: frozenset[tuple[str, str]] = frozenset()
    roles: frozenset[str] = frozenset()
    configuration: int = 0


NOTHING = Grants()


def account(user_id: int, login: str = "") -> User | None:
    """The account with its person; what is granted to it is read by the same query, and kept for this request.

    With `login`, the key of one of its logins, only if that one goes on.
    """
    asked = {"account": user_id, **({"login": login} if login else {})}
    found = db.session.execute(_account(logged_in=bool(login)), asked).first()
    if found is None:
        return None
    user: User = found[0]
    _keep(user_id, _read(found[1:]))
    return user


@cache
def _account(*, logged_in: bool) -> Select[Any]:
    """One statement for all requests: a new one each time costs more than what it asks."""
    query = select(User, *EVERYTHING).where(User.id == bindparam("account")).options(joinedload(User.person))
    goes_on = exists().where(Login.user_id == User.id, Login.key == bindparam("login"))
    return query.where(goes_on) if logged_in else query


def grants() -> Grants:
    """Everything granted to the person of this request; outside a request nothing is."""
    if not has_request_context():
        return NOTHING
    person = current_user._get_current_object()  # noqa: SLF001 - the proxy would find it again at each look
    return granted_to(person.id if person.is_authenticated else None)


def granted_to(user_id: int | None) -> Grants:
    """Everything granted to that account, read once per request; None is a visitor."""
    kept: tuple[int | None, Grants] | None = getattr(request_ctx, "avviksflyt_grants", None)
    if kept is not None and kept[0] == user_id:
        return kept[1]
    found = db.session.execute(select(*EVERYTHING).where(User.id == user_id)).first() if user_id is not None else None
    return _keep(user_id, _read(found) if found else Grants(configuration=_version()))


def _version() -> int:
    """The configuration's version; whether there is an attack, which pages for visitors ask as well, comes with it."""
    version, attacked = db.session.connection().execute(_of_a_visitor(), {"now": datetime.now(UTC)}).one()
    attack.know(on=attacked)
    return version or 0


@cache
def _of_a_visitor() -> Select[Any]:
    return select(VERSION, attack.on(bindparam("now", type_=AttackMode.until.type)))


def _keep(user_id: int | None, found: Grants) -> Grants:
    # On the request, not on g: an application context may outlive a request, in tests and commands.
    context: Any = request_ctx
    context.avviksflyt_grants = (user_id, found)
    return found


def can(permission: str, view: str) -> bool:
    """Whether the person of this request has that permission on that view."""
    return (permission, view) in grants().permissions


def me() -> Person | None:
    """Person of this request; None for a visitor or an account without one."""
    person: Person | None = getattr(current_user, "person", None)
    return person


def _read(told: Any) -> Grants:
    permissions, roles, version = told
    return Grants(_pairs(permissions or ""), frozenset(filter(None, (roles or "").split(LINE))), version or 0)


@lru_cache(maxsize=64)
def _pairs(told: str) -> frozenset[tuple[str, str]]:
    """The same text says the same of whoever has it, and a role's hundred permissions come with each request."""
    pairs = (line.partition(PART) for line in told.split(LINE) if line)
    return frozenset((name, view) for name, _, view in pairs)


def _held(column: Any) -> ColumnElement[bool]:
    """Whether the account has the role with that id, directly or through a group."""
    own = select(assoc_user_role.c.role_id).where(assoc_user_role.c.user_id == User.id)
    groups = (
        select(assoc_group_role.c.role_id)
        .join(assoc_user_group, assoc_user_group.c.group_id == assoc_group_role.c.group_id)
        .where(assoc_user_group.c.user_id == User.id)
    )
    return or_(column.in_(own.correlate(User)), column.in_(groups.correlate(User)))


def _permissions() -> ScalarSelect[str]:
    """Each permission with its view; what several roles have, several times."""
    pair = Permission.name + PART + ViewMenu.name
    found = (
        select(func.aggregate_strings(pair, LINE))
        .select_from(PermissionView)
        .join(Permission, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.permission_view_id == PermissionView.id)
    )
    return found.where(_held(assoc_permissionview_role.c.role_id)).correlate(User).scalar_subquery()


def _roles() -> ScalarSelect[str]:
    return select(func.aggregate_strings(Role.name, LINE)).where(_held(Role.id)).correlate(User).scalar_subquery()


VERSION = select(func.max(ConfigurationVersion.version)).scalar_subquery()
EVERYTHING = (_permissions(), _roles(), VERSION)
"""What an account has, as columns beside it."""
