"""Programs: the same cases, moves and reports at /api/v1/, by the same rules, in JSON."""

from typing import Any

from flask import Flask

from app.api.actions import ActionApi
from app.api.cases import CaseApi
from app.api.document import DocumentApi
from app.api.reports import ReportApi
from app.api.routine import RoutineApi
from app.api.security import SecurityApi
from app.web import counting


def register(app: Flask, appbuilder: Any) -> None:
    """Put the interface in place; signing in and reporting are limited as on the pages."""
    for view in (CaseApi, ActionApi, ReportApi, RoutineApi, DocumentApi):
        appbuilder.add_api(view)
    appbuilder.sm.limit_logins(appbuilder.add_api(SecurityApi))
    limited = appbuilder.sm.limiter.shared_limit(counting.limit("SUBMIT_LIMIT"), "report")
    app.view_functions["CaseApi.report"] = limited(app.view_functions["CaseApi.report"])
