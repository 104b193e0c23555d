"""Values with the marks of a page. In Python and not in a template's macros: a list has hundreds of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from app.i18n import day, moment, say
from app.web.cells import Due, Link, Long, Tag, Two, plain
from app.web.table import Table

QUIET = '<span class="quiet">–</span>'


def cell(value: Any, *, precise: bool = False) -> Markup:
    """Value as a list or a page shows it; `precise` = a moment with its time, where a list shows the day."""
    return Markup(_cell(value, precise=precise))  # noqa: S704 - whatever isn't ours is escaped below # nosec B704


def due(value: Due) -> Markup:
    """A deadline: the day and how far away it is, or how late."""
    return Markup(_due(value))  # noqa: S704 - as above # nosec B704


def state_tag(text: Mapping[str, str] | str, tone: str = "neutral") -> Markup:
    """A state or a grade."""
    return Markup(_state_tag(text, tone))  # noqa: S704 - as above # nosec B704


def lines(table: Table) -> Markup:
    """The rows of a list, each cell with its column's heading for narrow screens."""
    return Markup("".join(_lines(table)))  # noqa: S704 - as above # nosec B704


def _lines(table: Table) -> Iterator[str]:
    openings = [f'<td role="cell" data-label="{escape(column.label)}">' for column in table.columns[1:]]
    names = table.names or [""] * len(table.rows)
    for href, name, late, (first, *rest) in zip(table.hrefs, names, table.late, table.rows, strict=True):
        yield f'\n<tr role="row"{_attribute("data-case", name)}{" data-late" if late else ""}>'
        yield f'<td role="cell">{_first(first, href)}</td>'
        for opening, value in zip(openings, rest, strict=True):
            yield f"{opening}{_cell(value, precise=False)}</td>"
        yield "</tr>"


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"' if value else ""


def _first(value: Any, href: str | None) -> str:
    if href and not isinstance(getattr(value, "cell", None), str):
        return f'<a class="ds-link" href="{escape(href)}">{escape(plain(value) or "–")}</a>'
    return _cell(value, precise=False)


def _cell(value: Any, *, precise: bool) -> str:
    match value:
        case Tag():
            return f"<span>{_state_tag(value.text, value.tone)}{_small(value.small)}</span>"
        case Link():
            strong = f"<b>{escape(value.strong)}</b> " if value.strong else ""
            return f'<a class="ds-link" href="{escape(value.href)}">{strong}{escape(value.text)}</a>'
        case Two():
            return f"<span>{escape(value.text)}{_small(value.small)}</span>"
        case Due():
            return _due(value)
        case Long():
            return escape(value.short)
        case None | "":
            return QUIET
        case date():
            return _time(value.isoformat(), moment(value) if precise and isinstance(value, datetime) else day(value))
    return escape(plain(value))


def _due(value: Due) -> str:
    words = value.words
    if not words or value.when is None:
        return QUIET
    time = day(value.when)
    if value.late:
        late = f'<span class="ds-tag" data-color="danger">{escape(words)}</span>'
        return f'<span>{late}<small><time datetime="{value}">{escape(time)}</time></small></span>'
    return f"<span>{_time(str(value), time)}<small>{escape(words)}</small></span>"


def _time(machine: str, said: str) -> str:
    return f'<time class="nowrap" datetime="{machine}">{escape(said)}</time>'


def _state_tag(text: Mapping[str, str] | str, tone: str) -> str:
    return f'<span class="ds-tag" data-color="{escape(tone)}">{escape(say(text))}</span>'


def _small(text: str) -> str:
    return f"<small>{escape(text)}</small>" if text else ""


def init_marks(app: Flask) -> None:
    """Give them to every template."""
    app.jinja_env.filters.update(cell=cell)
    app.jinja_env.globals.update(cell=cell, due=due, state_tag=state_tag, lines=lines)
