"""Reports that everybody may read, without logging in, at /public/reports/<name>: of periods that are over, no others.

Arbitrary days would let a reader take two periods from each other and learn of one day. Where small numbers are
hidden there are only years, since a year and its quarters would give a hidden quarter away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from app.figures.report import Counted, Period
from app.i18n import as_day, gettext, today
from app.language.definition import Report
from app.reports import sheets
from app.reports.views import MOST_BARS, MOST_LINES
from app.web import export
from app.web.database import db
from app.web.here import context
from app.workflow import opened
from model import Subject

MOST_YEARS = 10
KEPT = 3600
"""Seconds that a file may be kept by whoever carries it."""
QUARTERS = (1, 4, 7, 10)


@dataclass(frozen=True, slots=True)
class Whole:
    """One whole period: how an address names it, what a reader calls it, and its days."""

    key: str
    label: str
    period: Period


def register_pages(pages: Blueprint) -> None:
    """Open the pages."""
    pages.add_url_rule("/public/reports/<name>", "report", show)
    pages.add_url_rule("/public/reports/<name>/csv", "file", file)


def show(name: str) -> ResponseReturnValue:
    """Show the report over the period asked for, else over the last that is over."""
    report = _report(name)
    periods = list(whole_periods(report, _first_day(), today()))
    chosen = _chosen(periods)
    counted = Counted(report, context(), context().viewer(None), chosen.period) if chosen else None
    title = counted.title if counted else Counted(report, context(), context().viewer(None), _NO_DAYS).title
    return render_template(
        "reports/public.html",
        title=title,
        report=report,
        counted=counted,
        chosen=chosen,
        periods=periods,
        said=sheets.spelled,
        decimal=sheets.decimal,
        most=MOST_BARS,
        lines=MOST_LINES,
    )


def file(name: str) -> ResponseReturnValue:
    """Send the report's table."""
    report = _report(name)
    chosen = _chosen(list(whole_periods(report, _first_day(), today()))) or abort(404)
    counted = Counted(report, context(), context().viewer(None), chosen.period)
    if counted.too_few:
        return abort(404)
    response = make_response(export.answer("csv", f"{counted.title} {chosen.key}", *sheets.sheet(counted)))
    return _kept(response)


def _kept(response: Response) -> Response:
    """Let it be kept: it is the same for everybody who speaks the language."""
    if "lang" not in request.args:
        response.headers["Cache-Control"] = f"public, max-age={KEPT}"
        response.vary.update(("Cookie", "Accept-Language"))
    return response


def _report(name: str) -> Report:
    return next((each for each in opened.reports(context().routine) if each.name == name), None) or abort(404)


def _first_day() -> date:
    first = db.session.scalar(select(func.min(Subject.submitted_at)))
    return as_day(first) if first else today()


def _chosen(periods: list[Whole]) -> Whole | None:
    """The period that the address names; a wrong name is a page that isn't there."""
    asked = request.args.get("period", "")
    if not asked:
        return periods[0] if periods else None
    return next((each for each in periods if each.key == asked), None) or abort(404)


def whole_periods(report: Report, first: date, now: date) -> Iterator[Whole]:
    """Give the periods that are over, the newest first; before `first` there were no cases."""
    for year in range(now.year, max(first.year, now.year - MOST_YEARS) - 1, -1):
        if year < now.year:
            whole = Period(date(year, 1, 1), date(year, 12, 31))
            yield Whole(str(year), gettext("The year %(year)d", year=year), whole)
        if not report.hide_below:
            yield from (each for each in _quarters(year) if first <= each.period.last < now)


def _quarters(year: int) -> Iterator[Whole]:
    for number in range(len(QUARTERS), 0, -1):
        begins = date(year, QUARTERS[number - 1], 1)
        after = date(year + 1, 1, 1) if number == len(QUARTERS) else date(year, QUARTERS[number], 1)
        label = gettext("Quarter %(number)d of %(year)d", number=number, year=year)
        yield Whole(f"{year}-q{number}", label, Period(begins, after - timedelta(days=1)))


_NO_DAYS = Period(date(2000, 1, 1), date(2000, 1, 1))
