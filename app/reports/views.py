"""The pages of the reports: the list at /reports/, each at /reports/<name>, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.access import Viewer
from app.figures.report import Counted, Period, reports_for
from app.i18n import gettext, today
from app.reports import sheets
from app.web import export
from app.web.here import actor, context

MOST_BARS = 12
"""More bars than these say nothing; the table has them all."""
MOST_LINES = 100
"""More lines than these nobody reads on a page; the file has them all."""


class ReportView(BaseView):  # type: ignore[misc]
    """Counts for whoever the routine lets count. Counting a case doesn't open it."""

    route_base = "/reports"
    default_view = "list"
    class_permission_name = "ReportView"
    base_permissions: ClassVar[Sequence[str]] = ["can_list"]

    @expose("/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """Show which reports there are."""
        found = [self._counted(report.name) for report in reports_for(context(), self._viewer())]
        page: str = self.render_template("reports/list.html", title=gettext("Reports"), reports=found)
        return page

    @expose("/<name>")
    @has_access
    @permission_name("list")
    def one(self, name: str) -> ResponseReturnValue:
        """Show one report over the days asked for."""
        counted = self._counted(name)
        page: str = self.render_template(
            "reports/one.html",
            title=counted.title,
            counted=counted,
            said=sheets.spelled,
            decimal=sheets.decimal,
            most=MOST_BARS,
            lines=MOST_LINES,
        )
        return page

    @expose("/<name>/<any(csv, xlsx):kind>")
    @has_access
    @permission_name("list")
    def export(self, name: str, kind: str) -> ResponseReturnValue:
        """Download the report's table over the days asked for."""
        counted = self._counted(name)
        heads, rows = sheets.sheet(counted)
        return export.answer(kind, counted.title, heads, rows)

    def _viewer(self) -> Viewer:
        return context().viewer(actor().person)

    def _counted(self, name: str) -> Counted:
        viewer = self._viewer()
        for report in reports_for(context(), viewer):
            if report.name == name:
                return Counted(report, context(), viewer, _period())
        return abort(404)


def _period() -> Period:
    """The days of the address; from New Year until today where it says nothing that makes sense."""
    last = _day(request.args.get("to", "")) or today()
    first = _day(request.args.get("from", "")) or date(min(last, today()).year, 1, 1)
    return Period(first, last)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    # Years that no calendar of the product reaches would leave the range of moments.
    return found if date(1900, 1, 1) <= found <= date(2999, 12, 31) else None
