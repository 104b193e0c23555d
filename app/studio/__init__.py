"""Where the routine's organisation is kept up: tables of configuration, and never a case."""

from typing import Any

from flask import Flask
from flask_admin import Admin
from flask_admin.theme import Theme
from flask_appbuilder import AppBuilder

from app.i18n import lazy_gettext
from app.studio import changes, files, history, people, places, routes, rules, texts
from app.studio.base import PERMISSION, Setting
from app.studio.coverage import CoverageView
from app.studio.editions import Editions
from app.studio.explain import ExplainView
from app.studio.operations import Operations
from app.studio.publish import Publish
from app.studio.retention import RetentionView
from app.studio.scenarios import Scenarios
from app.studio.start import Start
from app.studio.workflow import Workflow
from app.studio.workflow_text import WorkflowText
from app.web.grants import can
from model import Area, Assignment, Calendar, MailText, Person, Role, RoutingRow, Unit

PAGES: tuple[tuple[str, type[Setting], type], ...] = (
    ("unit", places.UnitView, Unit),
    ("area", places.AreaView, Area),
    ("role", places.RoleView, Role),
    ("person", people.PersonView, Person),
    ("assignment", people.AssignmentView, Assignment),
    ("door", places.DoorView, Area),
    ("routing", routes.RoutingView, RoutingRow),
    ("mail", texts.MailView, MailText),
    ("calendar", rules.CalendarView, Calendar),
)


def register(app: Flask, appbuilder: AppBuilder) -> None:
    """Add the studio's pages, and put them in the menu for those who may configure."""
    start = Start(name="Studio", endpoint="studio", url="/studio")
    start.static_folder = None  # none of the framework's own scripts and styles are used
    admin = Admin(app, name="Studio", index_view=start, theme=Theme("bootstrap4", "base.html"))
    _add_coverage(admin, appbuilder)
    appbuilder.add_link(
        name="Studio start", label=lazy_gettext("How it stands"), href="/studio/", category="Setup", cond=_may
    )
    _add_workflow(admin, appbuilder)
    _add_publishing(admin, appbuilder)
    for name, view, model in PAGES:
        admin.add_view(view(model, name))
        appbuilder.add_link(
            name=f"Studio {name}", label=view.title, href=f"/studio/{name}/", category="Setup", cond=_may
        )
    for page, label in (
        (texts.ReplyView(), lazy_gettext("Reply texts")),
        (texts.PageTextView(), lazy_gettext("Page texts")),
        (changes.ChangesView(), lazy_gettext("Changes in the draft")),
        (history.HistoryView(), lazy_gettext("History")),
        (RetentionView(), lazy_gettext("Retention")),
        (files.FilesView(), lazy_gettext("Files")),
        (Operations(), lazy_gettext("Operations")),
    ):
        admin.add_view(page)
        appbuilder.add_link(
            name=f"Studio {page.name}", label=label, href=f"/studio/{page.name}/", category="Setup", cond=_may
        )
    label = lazy_gettext("Held back reports")
    appbuilder.add_link(name="Studio held", label=label, href="/held/", category="Setup", cond=_may)
    if appbuilder.update_perms:
        _allow_admins(appbuilder.sm)


def _add_coverage(admin: Admin, appbuilder: AppBuilder) -> None:
    pages = ((CoverageView(), lazy_gettext("Coverage")), (ExplainView(), lazy_gettext("Routing explained")))
    for page, label in pages:
        admin.add_view(page)
        href = f"/studio/{page.name}/"
        appbuilder.add_link(name=f"Studio {page.name}", label=label, href=href, category="Setup", cond=_may)


def _add_workflow(admin: Admin, appbuilder: AppBuilder) -> None:
    for view in (Workflow(), WorkflowText()):
        admin.add_view(view)
    label = lazy_gettext("Workflow")
    appbuilder.add_link(name="Studio workflow", label=label, href="/studio/workflow/", category="Setup", cond=_may)


def _add_publishing(admin: Admin, appbuilder: AppBuilder) -> None:
    for view in (Publish(), Editions(), Scenarios()):
        admin.add_view(view)
    for name, label in (
        ("scenarios", lazy_gettext("Scenarios")),
        ("publish", lazy_gettext("Publishing")),
        ("editions", lazy_gettext("Editions")),
    ):
        appbuilder.add_link(name=f"Studio {name}", label=label, href=f"/studio/{name}/", category="Setup", cond=_may)


def _may() -> bool:
    return can(*PERMISSION)


def _allow_admins(security: Any) -> None:
    permission = security.add_permission_view_menu(*PERMISSION)
    security.add_permission_role(security.find_role(security.auth_role_admin), permission)
