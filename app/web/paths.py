"""Addresses of our own pages: the same few hundred come again and again, and building each takes Werkzeug its time."""

from functools import lru_cache
from typing import Any

import flask
from flask import Flask, request

MOST = 4096


def path_of(endpoint: str, **values: str | int) -> str:
    """Give the address within this site. An endpoint is named in full, so that no page decides what it means."""
    return _built(request.script_root, endpoint, tuple(values.items()))


@lru_cache(maxsize=MOST)
def _built(_root: str, endpoint: str, values: tuple[tuple[str, str | int], ...]) -> str:
    given: dict[str, Any] = dict(values)
    return flask.url_for(endpoint, **given)


def init_paths(app: Flask) -> None:
    """Give it to every template."""
    app.jinja_env.globals.update(path_of=path_of)
