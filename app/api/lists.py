"""A list's questions in the address: those of the pages' lists, but what makes no sense is refused, not left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import request

from app.api.operation import Parameter
from app.i18n import LANGUAGES, gettext
from app.web.filters import Answers, Filter, clean, read
from app.web.interface import BIGGEST_KEY, CAP, Interface, Order, Page
from app.web.problems import Problem

MOST = 100
STANDARD = 25
ALL = "all"
SORTABLE = ("due_at", "submitted_at", "number")
INTEGER = {"type": "integer", "minimum": 1}
PAGING = {
    "size": Parameter("Rows of a page", {**INTEGER, "maximum": MOST}),
    "after": Parameter("What `next` has", {**INTEGER, "maximum": BIGGEST_KEY}),
    "before": Parameter("What `previous` has", {**INTEGER, "maximum": BIGGEST_KEY}),
    "lang": Parameter("The language of texts", {"type": "string", "enum": [*LANGUAGES]}),
}


def told(filters: Mapping[str, str], tabs: Iterable[str]) -> dict[str, Parameter]:
    """Every parameter of a list with these filters and tabs."""
    orders = [f"{sign}{name}" for name in SORTABLE for sign in ("", "-")]
    return {
        **{name: Parameter(words) for name, words in filters.items()},
        "tab": Parameter("Which of the list's tabs", {"type": "string", "enum": [*tabs]}),
        "sort": Parameter("A column; with a minus before it falling", {"type": "string", "enum": orders}),
        **PAGING,
    }


def asked(filters: Sequence[Filter], tabs: Iterable[str], interface: Interface) -> Answers:
    """Read what the address asks. Raises Problem for a parameter that isn't known or can't be read."""
    found = read(filters, SORTABLE, Order("due_at"), STANDARD, interface.key)
    good = {
        **{each.name: each.name in found.given or not clean(request.args.get(each.name, "")) for each in filters},
        "tab": request.args.get("tab", "") in tabs,
        "sort": str(found.order) == request.args.get("sort"),
        "size": _is_number(request.args.get("size", ""), MOST),
        "after": _is_number(request.args.get("after", ""), BIGGEST_KEY),
        "before": _is_number(request.args.get("before", ""), BIGGEST_KEY),
        "lang": request.args.get("lang", "") in LANGUAGES,
    }
    wrong = sorted(name for name in request.args if not good.get(name))
    if wrong:
        said = gettext("These parameters aren't known here, or can't be read: %(names)s.", names=", ".join(wrong))
        raise Problem(HTTPStatus.BAD_REQUEST, said, known=sorted(good))
    return found


def _is_number(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most


def page(found: Page, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Tell one page, with the ways to those around it."""
    return {
        "rows": rows,
        "count": min(found.count, CAP),
        "count_is_exact": found.count <= CAP,
        "next": _way("after", found.after),
        "previous": _way("before", found.before),
    }


def _way(name: str, mark: object) -> str | None:
    if mark is None:
        return None
    kept = [(key, value) for key, value in request.args.items() if key not in {"after", "before"}]
    return f"{request.script_root}{request.path}?{urlencode([*kept, (name, mark)])}"


def tab() -> str:
    """The tab asked for; all rows if none is."""
    return request.args.get("tab", ALL)
