"""The frame around every page: the house, the edition in force, links to neighbours, and where the reader stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from flask import Flask, current_app, redirect, request
from flask_appbuilder import BaseView, expose
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from app.i18n import OFFERED, gettext
from app.web.database import db
from app.web.grants import grants, me
from app.web.here import context
from app.web.menu import LAST, menu, sections
from app.workflow.context import NothingPublished
from model import Area, Assignment, Unit, WorkflowEdition


@dataclass(frozen=True, slots=True)
class Edition:
    """Edition of the routine in force."""

    number: int
    published_at: datetime


ROUTINE: Mapping[str, str] = {"nb": "Rutinen", "nn": "Rutinen", "en": "The routine"}


@dataclass(frozen=True, slots=True)
class Frame:
    """The institution's short name, links to neighbouring doors as (label, address), and the edition in force."""

    house: str
    links: tuple[tuple[Mapping[str, str], str], ...]
    edition: Edition | None


class Home(BaseView):  # type: ignore[misc]
    """The start of the product for whoever has logged in."""

    route_base = "/home"
    default_view = "index"

    @expose("/")
    def index(self) -> Response:
        """Lead staff to the first page they may use, those who only set up to the setup, others to the submit page."""
        if not current_user.is_authenticated:
            return redirect("/")
        items = menu()
        setup = [item for item in items if item.name == LAST and not _has_seat()]
        return redirect((setup or items)[0].href)


def _has_seat() -> bool:
    """Whether the person of this request is given cases by some role, now or at another time."""
    person = me()
    given = select(Assignment.id).where(Assignment.person_id == (person.id if person else None))
    return db.session.scalar(given.limit(1)) is not None


def _languages() -> tuple[str, ...]:
    """The languages of the routine in force; none where there is no routine, or no database to ask."""
    try:
        return context().routine.languages
    except (NothingPublished, SQLAlchemyError):
        return ()


def frame() -> Frame:
    """What is the same on every page; read again when the configuration has changed."""
    kept: dict[int, Frame] = current_app.extensions["look"]
    version = grants().configuration
    if version not in kept:
        kept.clear()
        kept[version] = _frame()
    return kept[version]


def _frame() -> Frame:
    root = db.session.execute(
        select(Unit.code, Unit.name).where(Unit.parent_id.is_(None)).order_by(Unit.position, Unit.id).limit(1)
    ).first()
    leading = select(Area.label, Area.door_url).where(Area.door_url != "", ~Area.retired)
    doors = db.session.execute(leading.order_by(Area.position))
    newest = select(WorkflowEdition.number, WorkflowEdition.published_at).order_by(WorkflowEdition.number.desc())
    edition = db.session.execute(newest.limit(1)).first()
    return Frame(
        house=(root.code or root.name) if root else "",
        links=(_routine_page(), *((label, href) for label, href in doors)),
        edition=Edition(*edition) if edition else None,
    )


def _routine_page() -> tuple[Mapping[str, str], str]:
    """The institution's own page about the routine, else the one that is written from the routine itself."""
    return ROUTINE, current_app.config["ROUTINE_URL"] or "/routine"


def user_label() -> str:
    """What the person of this request is called: the function, not the name."""
    person = me()
    return person.label if person and person.label else str(getattr(current_user, "username", ""))


def name_target(path: str) -> str:
    """Say in words where a link leads; nothing when there is nothing to say."""
    found = re.match(r"/(cases|actions)/(?:show/)?(\d[\w-]*)", path)
    if not found:
        return ""
    kind, number = found.groups()
    texts: Mapping[str, str] = {
        "cases": gettext("case %(number)s", number=number),
        "actions": gettext("action %(number)s", number=number),
    }
    return texts[kind]


def link(**changes: object) -> str:
    """Address of this page with some of its arguments changed; None takes one away."""
    arguments = {name: values for name, values in request.args.lists() if name != "lang"}
    for name, value in changes.items():
        arguments.pop(name, None)
        if value is not None:
            arguments[name] = [str(value)]
    query = urlencode(arguments, doseq=True)
    return quote(request.script_root + request.path) + (f"?{query}" if query else "")


def init_frame(app: Flask) -> None:
    """Give every template the frame's parts; widgets are rendered without context processors."""
    app.extensions["look"] = {}
    app.extensions[OFFERED] = _languages
    app.jinja_env.globals.update(menu=menu, sections=sections, frame=frame, link=link, user_label=user_label)
