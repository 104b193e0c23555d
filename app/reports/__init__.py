"""Counting: every report of the routine, on a page, in a table and as a file."""

from typing import Any

from flask import Blueprint, Flask

from app.i18n import lazy_gettext
from app.reports.public import register_pages
from app.reports.views import ReportView


def register(app: Flask, appbuilder: Any) -> None:
    """Put the reports in place."""
    appbuilder.add_view(ReportView, "Reports", href="/reports/", label=lazy_gettext("Reports"))
    pages = Blueprint("public", __name__)
    register_pages(pages)
    app.register_blueprint(pages)
