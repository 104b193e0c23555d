"""Somebody must be able to administer: no change of accounts, access or groups may lock out the last one who can."""

from typing import Any

from flask import current_app
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
from sqlalchemy import exists, or_, select

from app.i18n import gettext
from app.web.database import db
from app.web.look import Refusal

NEEDED = ("can_edit", "UserDBModelView")
"""With this, whoever is locked out can be let in again."""


def require_one() -> None:
    """Refuse what has been changed in this session if nobody is left who can administer. Raises Refusal."""
    db.session.flush()
    # Of two who take each other's access away at once, the second looks after the first is done.
    db.session.execute(select(Role.id).where(Role.name == _name()).with_for_update())
    if not _someone():
        raise Refusal(
            gettext("Then nobody could administer any more. Let another active user have the access “Admin” first.")
        )


def require_without(row: Any) -> None:
    """Refuse to delete the row if nobody is left then who can administer. Raises Refusal."""
    with db.session.no_autoflush:
        aside = db.session.begin_nested()
        try:
            db.session.delete(row)
            require_one()
        finally:
            aside.rollback()


def _someone() -> bool:
    """Whether an active user has the administrators' access, and that access still opens the users' screen."""
    admins = (
        select(Role.id)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.role_id == Role.id)
        .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .where(Role.name == _name(), Permission.name == NEEDED[0], ViewMenu.name == NEEDED[1])
    )
    own = exists().where(assoc_user_role.c.user_id == User.id, assoc_user_role.c.role_id.in_(admins))
    shared = exists().where(
        assoc_user_group.c.user_id == User.id,
        assoc_user_group.c.group_id == assoc_group_role.c.group_id,
        assoc_group_role.c.role_id.in_(admins),
    )
    return db.session.scalar(select(User.id).where(User.active.is_(True), or_(own, shared)).limit(1)) is not None


def _name() -> str:
    return str(current_app.appbuilder.sm.auth_role_admin)  # type: ignore[attr-defined]
