"""The menu: the pages that the reader may use, and which of them this is.

The setup's many pages are put together by what somebody comes for: a line of sections, and the pages of the one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import current_app, request, url_for
from flask_login import current_user

from app.i18n import gettext, lazy_gettext
from app.language.definition import Routine
from app.language.parties import Word, opened
from app.web.grants import grants
from app.web.here import context

ORDER = ("Operations", "Cases", "Actions", "Reports")
"""Menu items in the order people look for them; any other one follows, the setup last."""
LAST = "Setup"
PUBLISHING = ("Studio publish", "Studio changes", "Studio editions", "Studio history", "Studio files")
ACCESS = ("Users", "Access", "Groups", "Permissions")
SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (lazy_gettext("Coverage"), ("Studio coverage", "Studio routing", "Studio explain")),
    (lazy_gettext("Organisation"), ("Studio unit", "Studio area", "Studio door", "Studio calendar")),
    (lazy_gettext("People"), ("Studio role", "Studio assignment", "Studio person")),
    (lazy_gettext("Workflow"), ("Studio workflow", "Studio scenarios", "Studio retention")),
    (lazy_gettext("Texts"), ("Studio mail", "Studio reply")),
    (lazy_gettext("Publishing"), PUBLISHING),
    (lazy_gettext("Access"), ACCESS),
)
"""Each section's name and its pages by their names in the menu; a page of no section stands for itself."""


@dataclass(frozen=True, slots=True)
class Item:
    """One place in the menu; `children` are the pages of a place that has several."""

    name: str
    label: str
    href: str
    current: bool = False
    children: tuple["Item", ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that belong together. Its address is that of the first."""

    label: str
    pages: tuple[Item, ...]

    @property
    def href(self) -> str:
        """Where it leads."""
        return self.pages[0].href

    @property
    def current(self) -> bool:
        """Whether the reader is on one of its pages."""
        return any(page.current for page in self.pages)


def menu() -> list[Item]:
    """Menu of the person of this request: the pages one may use; for visitors and reporters the public ones."""
    allowed = {view for permission, view in grants().permissions if permission == "menu_access"}
    found = [_item(each, allowed) for each in current_app.appbuilder.menu.get_list()]  # type: ignore[attr-defined]
    items = [item for item in found if item is not None]
    if not items:
        return _public()
    staff = _mark(sorted(items, key=lambda item: _rank(item.name)))
    if staff_begin_cases(context().routine):
        staff.append(Item("Submit", gettext("Report"), "/", request.path == "/"))
    return staff


@lru_cache(maxsize=16)
def staff_begin_cases(routine: Routine) -> bool:
    """Whether there is a way to begin a case that isn't open to anyone."""
    cases = [flow for flow in routine.flows.values() if not flow.part_of]
    ways = (each for flow in cases for each in flow.transitions.values() if each.creates)
    return any(Word("anyone") not in opened(each.by, routine.parties) for each in ways)


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
    children = tuple(page for section in sections(found) for page in section.pages)
    return Item(item.name, str(item.label), children[0].href, children=children) if children else None


def sections(pages: Iterable[Item]) -> list[Section]:
    """Put a place's pages together, those of no section first."""
    by_name = {page.name: page for page in pages}
    grouped = list(_grouped(by_name))
    taken = {page.name for section in grouped for page in section.pages}
    alone = [Section(page.label, (page,)) for name, page in by_name.items() if name not in taken]
    return [*alone, *grouped]


def _grouped(by_name: Mapping[str, Item]) -> Iterator[Section]:
    for label, names in SECTIONS:
        pages = tuple(by_name[name] for name in names if name in by_name)
        if pages:
            yield Section(str(label), pages)


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
