"""Where the routine's organisation is kept up: tables of configuration, and never a case."""

from typing import Any

from flask import Flask
from flask_admin import Admin
from flask_admin.theme import Theme
from flask_appbuilder import AppBuilder

from app.i18n import lazy_gettext
from app.studio import people, places, rules
from app.studio.base import PERMISSION, Setting
from app.studio.start import Start
from app.web.grants import can
from model import Area, Assignment, Calendar, MailText, Person, Role, RoutingRow, Unit

PAGES: tuple[tuple[str, type[Setting], type], ...] = (
    ("unit", places.UnitView, Unit),
    ("area", places.AreaView, Area),
    ("role", places.RoleView, Role),
    ("person", people.PersonView, Person),
    ("assignment", people.AssignmentView, Assignment),
    ("routing", rules.RoutingView, RoutingRow),
    ("mail", rules.MailView, MailText),
    ("calendar", rules.CalendarView, Calendar),
)


def register(app: Flask, appbuilder: AppBuilder) -> None:
    """Add the studio's pages, and put them in the menu for those who may configure."""
    start = Start(name="Studio", endpoint="studio", url="/studio")
    start.static_folder = None  # none of the framework's own scripts and styles are used
    admin = Admin(app, name="Studio", index_view=start, theme=Theme("bootstrap4", "base.html"))
    appbuilder.add_link(
        name="Studio start", label=lazy_gettext("To mend"), href="/studio/", category="Setup", cond=_may
    )
    for name, view, model in PAGES:
        admin.add_view(view(model, name))
        appbuilder.add_link(
            name=f"Studio {name}", label=view.title, href=f"/studio/{name}/", category="Setup", cond=_may
        )
    if appbuilder.update_perms:
        _allow_admins(appbuilder.sm)


def _may() -> bool:
    return can(*PERMISSION)


def _allow_admins(security: Any) -> None:
    permission = security.add_permission_view_menu(*PERMISSION)
    security.add_permission_role(security.find_role(security.auth_role_admin), permission)
