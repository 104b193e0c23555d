"""Handlers and action owners: generated lists and pages, and a page of its own for every move."""

from typing import Any

from flask import Flask

from app.handling.actions import ActionView
from app.handling.cases import CaseView
from app.handling.permissions import keep_known
from app.i18n import lazy_gettext


def register(app: Flask, appbuilder: Any) -> None:  # noqa: ARG001 - every room registers alike
    """Put the case and action screens in place."""
    cases, actions = keep_known(CaseView(), appbuilder), keep_known(ActionView(), appbuilder)
    appbuilder.add_view(cases, "Cases", href="/cases/", label=lazy_gettext("Cases"))
    appbuilder.add_view(actions, "Actions", href="/actions/", label=lazy_gettext("Actions"))
