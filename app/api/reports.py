"""Reports: which one may read, and the numbers of each, as its page shows them."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any

from flask import Response, request, url_for
from flask_appbuilder.api import expose

from app.api import schemas_reports
from app.api.base import Api, answered
from app.api.operation import Parameter, operation
from app.figures.hiding import Shown
from app.figures.report import Counted, Period, Section, reports_for
from app.i18n import gettext, today
from app.web.here import actor, context, reading
from app.web.problems import Problem

FIRST, LAST = date(1900, 1, 1), date(2999, 12, 31)
DAY = {"type": "string", "format": "date"}
DAYS = {
    "from": Parameter("The first day of reporting, from 1900 on; New Year if none is given", DAY),
    "until": Parameter("The last day, included, until 2999; today if none is given", DAY),
}


class ReportApi(Api):
    """Reports."""

    resource_name = "reports"
    openapi_spec_tag = "Reports"
    screen = "ReportView"

    @expose("")
    @operation("Reports that you may read", answers={200: schemas_reports.Reports}, needs="list")
    def list(self) -> Response:
        """Give the reports' names."""
        viewer = context().viewer(actor().person)
        period = Period(today(), today())
        found = [Counted(each, reading(), viewer, period) for each in reports_for(context(), viewer)]
        return answered({"reports": [_named(each) for each in found]})

    @expose("/<name>")
    @operation("A report", answers={200: schemas_reports.Report}, errors=(404,), query=DAYS, needs="list")
    def one(self, name: str) -> Response:
        """Give a report's numbers."""
        viewer = context().viewer(actor().person)
        for report in reports_for(context(), viewer):
            if report.name == name:
                return answered(_told(Counted(report, reading(), viewer, _period())))
        raise Problem(HTTPStatus.NOT_FOUND)


def _named(counted: Counted) -> dict[str, Any]:
    name = counted.report.name
    return {"name": name, "title": counted.title, "address": url_for("ReportApi.one", name=name)}


def _told(counted: Counted) -> dict[str, Any]:
    """Tell the numbers; an empty report has none, and one with too few cases doesn't even tell how many."""
    shown = bool(counted.total) and not counted.too_few
    columns, rows = _rows(counted) if shown else ([], [])
    return {
        "name": counted.report.name,
        "title": counted.title,
        "from": counted.period.first.isoformat(),
        "until": counted.period.last.isoformat(),
        "hide_below": counted.report.hide_below,
        "too_few": counted.too_few,
        "total": None if counted.too_few else counted.total,
        "sections": [_section(each) for each in counted.sections] if shown else [],
        "columns": columns,
        "rows": rows,
        "sums": [{"label": label, "sum": total} for label, total in counted.sums] if shown else [],
        "times": [_time(each) for each in counted.times] if shown else [],
    }


def _rows(counted: Counted) -> tuple[list[str], list[dict[str, Any]]]:
    if counted.is_list:
        return counted.heads, [{"values": line, "count": None} for line in counted.lines]
    heads = [counted.naming.field(name) for name in counted.report.rows] if counted.together else []
    return heads, [{"values": values, "count": n} for values, n in counted.together]


def _section(section: Section) -> dict[str, Any]:
    cells = [
        {"text": each.name, "count": each.count if each.shown is Shown.NUMBER else None, "shown": each.shown.value}
        for each in section.cells
    ]
    return {"field": section.field, "label": section.label, "cells": cells}


def _time(timing: Any) -> dict[str, Any]:
    return {
        name: getattr(timing, name) for name in ("label", "in_time", "late", "running", "overdue", "extended", "days")
    }


def _period() -> Period:
    """The days of the address. Raises Problem."""
    last = _day("until") or today()
    return Period(_day("from") or date(min(last, today()).year, 1, 1), last)


def _day(name: str) -> date | None:
    text = request.args.get(name)
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not FIRST <= found <= LAST:
        raise Problem(HTTPStatus.BAD_REQUEST, gettext("“%(name)s” must be a day such as 2026-12-31.", name=name))
    return found
