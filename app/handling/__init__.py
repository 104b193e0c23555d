"""Handlers and action owners: generated lists and pages, and a page of its own for every move."""

from typing import Any

from flask import Flask

from app.handling.actions import ActionView
from app.handling.cases import CaseView
from app.i18n import lazy_gettext


def register(app: Flask, appbuilder: Any) -> None:  # noqa: ARG001 - every room registers alike
    """Put the case and action screens in place."""
    appbuilder.add_view(CaseView, "Cases", href="/cases/", label=lazy_gettext("Cases"))
    appbuilder.add_view(ActionView, "Actions", href="/actions/", label=lazy_gettext("Actions"))
