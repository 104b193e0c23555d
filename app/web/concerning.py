"""Which case a request or a worker's step is about, in every line of log that comes of it."""

import re

import structlog
from flask import Flask, request

NUMBER = re.compile(r"\d{4}-\d{4,9}(-\d{1,4})?")
"""A number as we give it; what somebody else made up is in no line."""


def _begin() -> None:
    structlog.contextvars.clear_contextvars()  # the thread has answered others before
    number = str((request.view_args or {}).get("number", ""))
    if NUMBER.fullmatch(number):
        structlog.contextvars.bind_contextvars(case=number)


def init_concerning(app: Flask) -> None:
    """Name the case where an address does; a link that opens one doesn't."""
    app.before_request(_begin)
