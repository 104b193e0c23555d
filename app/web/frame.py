"""The frame around every page: the menu one may use, the edition in force, and where the reader stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, current_app, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.i18n import gettext
from app.web.database import db
from app.web.grants import grants, me
from model import Area, Unit, WorkflowEdition

ORDER = ("Operations", "Cases", "Actions", "Reports")
"""Menu items in the order people look for them; any other one follows, the setup last."""
LAST = "Setup"
ACCESS = ("Users", "Access", "Groups", "Permissions")
"""Pages about who may log in; they follow the other pages of the setup."""


@dataclass(frozen=True, slots=True)
class Item:
    """One place in the menu; `children` are the pages of a place that has several."""

    name: str
    label: str
    href: str
    current: bool = False
    children: tuple["Item", ...] = field(default=())


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
        """Lead staff to the first page they may use, others to the submit page."""
        items = menu()
        return redirect(items[0].href if items and current_user.is_authenticated else "/")


def menu() -> list[Item]:
    """Menu of the person of this request: the pages one may use; for visitors and reporters the public ones."""
    allowed = {view for permission, view in grants().permissions if permission == "menu_access"}
    found = [_item(each, allowed) for each in current_app.appbuilder.menu.get_list()]  # type: ignore[attr-defined]
    items = [item for item in found if item is not None]
    if not items:
        return _public()
    return _mark(sorted(items, key=lambda item: _rank(item.name)))


def _rank(name: str) -> int:
    if name == LAST:
        return len(ORDER) + 1
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _item(item: Any, allowed: set[str]) -> Item | None:
    if item.name == "-" or item.name not in allowed or not item.should_render():
        return None
    if not item.childs:
        return Item(item.name, str(item.label), item.get_url())
    found = [child for each in item.childs if (child := _item(each, allowed)) is not None]
    children = tuple(sorted(found, key=lambda child: child.name in ACCESS))
    return Item(item.name, str(item.label), children[0].href, children=children) if children else None


def _public() -> list[Item]:
    items = [Item("Submit", gettext("Report"), "/"), Item("Follow", gettext("Follow your case"), "/follow/")]
    if not current_user.is_authenticated:
        items.append(Item("Login", gettext("Log in"), url_for("AuthDBView.login")))
    here = request.path
    return [Item(i.name, i.label, i.href, here == i.href or (i.href != "/" and here.startswith(i.href))) for i in items]


def _mark(items: list[Item]) -> list[Item]:
    """Mark the one page, and the place it lies in, whose address is nearest to the one asked for."""
    pages = [page for item in items for page in (item.children or (item,))]
    best = max(pages, key=lambda page: _nearness(page.href), default=None)
    here = best.href if best and _nearness(best.href) else None
    return [
        Item(
            item.name,
            item.label,
            item.href,
            any(page.href == here for page in (item.children or (item,))),
            tuple(Item(child.name, child.label, child.href, child.href == here) for child in item.children),
        )
        for item in items
    ]


def _nearness(href: str) -> int:
    root = re.sub(r"(list/)?(\?.*)?$", "", href)
    return len(root) if root != "/" and request.path.startswith(root) else 0


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
    app.jinja_env.globals.update(menu=menu, frame=frame, link=link, user_label=user_label)
