"""What went wrong, told to a program: problem details (RFC 9457), in the reader's language."""

import json
from http import HTTPStatus
from typing import Any

from flask import Response
from werkzeug.exceptions import HTTPException

from app.i18n import lazy_gettext

MIME = "application/problem+json"
TITLES = {
    400: lazy_gettext("We did not understand that"),
    401: lazy_gettext("Log in first"),
    403: lazy_gettext("You don't have access to this"),
    404: lazy_gettext("There is nothing here, or it isn't yours to see"),
    405: lazy_gettext("This address can't be used that way"),
    409: lazy_gettext("It has changed meanwhile"),
    413: lazy_gettext("That was too much"),
    422: lazy_gettext("This can't be done as it stands"),
    429: lazy_gettext("Too many tries"),
    500: lazy_gettext("Something broke at our end"),
    503: lazy_gettext("Something we need is out of reach"),
    507: lazy_gettext("There is no more room"),
}


class Problem(HTTPException):
    """A request that can't be met: its status, what is wrong with it, and what else the answer tells."""

    def __init__(self, code: int, detail: str = "", **more: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.more = more


def answer(error: HTTPException) -> Response:
    """Tell the error as a problem."""
    code = error.code or 500
    title = TITLES.get(code) or HTTPStatus(code).phrase
    told = {"type": "about:blank", "title": str(title), "status": code}
    if isinstance(error, Problem):
        told |= {"detail": error.detail, **error.more} if error.detail else error.more
    response = Response(json.dumps(told), code, mimetype=MIME)
    if code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
