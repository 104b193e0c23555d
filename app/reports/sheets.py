"""A report's numbers as words and rows: the same in its page, its file, and where everybody may read it."""

from __future__ import annotations

from collections.abc import Sequence

from babel.numbers import format_decimal

from app.figures.hiding import Shown
from app.figures.report import Cell, Counted
from app.i18n import gettext, language

Sheet = tuple[Sequence[str], Sequence[Sequence[str]]]
"""Headings and rows of a file."""


def sheet(counted: Counted) -> Sheet:
    """Give the report as a table."""
    if counted.is_list:
        return counted.heads, counted.lines
    return _together(counted) if counted.together else _apart(counted)


def spelled(cell: Cell, below: int) -> str:
    """Say a count, or why it isn't said."""
    words = {
        Shown.NUMBER: str(cell.count),
        Shown.UNDER: gettext("under %(number)d", number=below),
        Shown.HIDDEN: gettext("hidden"),
    }
    return words[cell.shown]


def decimal(days: float | None) -> str:
    """Say a number of days with one decimal, as the reader's language writes it."""
    return "–" if days is None else str(format_decimal(days, format="0.0", locale=language()))


def _together(counted: Counted) -> Sheet:
    heads = [counted.naming.field(name) for name in counted.report.rows]
    return [*heads, gettext("Cases")], [[*values, str(n)] for values, n in counted.together]


def _apart(counted: Counted) -> Sheet:
    below = counted.report.hide_below
    rows = [[s.label, cell.name, spelled(cell, below)] for s in counted.sections for cell in s.cells]
    return [gettext("Question"), gettext("Answer"), gettext("Cases")], rows
