"""Pieces of a page that hang on its reader, language and address alone: kept as they are marked up."""

from __future__ import annotations

from collections.abc import Callable, Container

from flask import Flask, request
from markupsafe import Markup

from app.i18n import language
from app.web.here import actor, context
from app.web.shelf import shelf

PLACES = ("after", "before", "lang")
"""Arguments that no piece shows: where in a list the page lies, and what the language follows."""


def piece(name: str, caller: Callable[[], Markup], only: Container[str] | None = None) -> Markup:
    """Give what a template says between `call` and `endcall`: made once, and then kept under the name.

    Of the address's arguments it hangs on those in `only`, by default on all.
    """
    viewer = context().viewer(actor().person)
    given = ((each, values) for each, values in request.args.lists() if each not in PLACES)
    asked = tuple((each, tuple(values)) for each, values in given if only is None or each in only)
    key = (name, viewer, language(), request.script_root, request.path, asked)
    return shelf(viewer.organisation).get(key, caller)


def init_pieces(app: Flask) -> None:
    """Give it to every template."""
    app.jinja_env.globals.update(piece=piece)
