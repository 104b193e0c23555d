"""Counting: every report of the routine, on a page, in a table and as a file."""

from typing import Any

from flask import Flask

from app.i18n import lazy_gettext
from app.reports.views import ReportView


def register(app: Flask, appbuilder: Any) -> None:  # noqa: ARG001 - every room registers alike
    """Put the reports in place."""
    appbuilder.add_view(ReportView, "Reports", href="/reports/", label=lazy_gettext("Reports"))
