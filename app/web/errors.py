"""Pages for what went wrong, in one voice: what is wrong, and what to do."""

import errno
from http import HTTPStatus

from flask import Flask, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError

from app.i18n import lazy_gettext
from app.web import bearer, problems, watch
from app.web.database import db

TEXTS = {
    400: (
        lazy_gettext("We did not understand that"),
        lazy_gettext("Something in the address or the form was not as it should be. Go back and try again."),
    ),
    403: (
        lazy_gettext("You don't have access to this page"),
        lazy_gettext("Your account doesn't have the right to see it. Ask whoever governs access where you work."),
    ),
    404: (
        lazy_gettext("We can't find this page"),
        lazy_gettext("It may have moved, the address may be wrong, or it is a page that you can't see."),
    ),
    405: (
        lazy_gettext("This page can't be opened that way"),
        lazy_gettext("It is only reached from a button on another page. Go back and press the button again."),
    ),
    409: (
        lazy_gettext("Somebody else was here first"),
        lazy_gettext("What you were about to change has changed meanwhile. Go back, reload the page and look again."),
    ),
    413: (
        lazy_gettext("That was too much"),
        lazy_gettext("What you sent is bigger than we can take. Go back and make the text shorter."),
    ),
    429: (
        lazy_gettext("Too many tries"),
        lazy_gettext("For safety we stop for a while. Wait some minutes and try again."),
    ),
    500: (
        lazy_gettext("Something broke at our end"),
        lazy_gettext("It is not your fault, and it has been written down. Nothing was changed. Try again in a while."),
    ),
    507: (
        lazy_gettext("There is no more room"),
        lazy_gettext(
            "What you sent could not be kept, and nothing was changed. Go back: what you wrote is usually still there. "
            "Try again later, and tell whoever runs this system."
        ),
    ),
}
FORM = (
    lazy_gettext("Your form was not sent"),
    lazy_gettext(
        "We could not be sure that it came from you: you may have been logged out meanwhile. Nothing is saved. "
        "Go back in the browser: what you wrote is usually still there. Copy it, reload the page, and send it again."
    ),
)

POSTGRESQL_FULL = "53100"
SQLITE_FULL = "database or disk is full"


class NoRoom(InternalServerError):
    """The disk is full."""

    code = HTTPStatus.INSUFFICIENT_STORAGE


def init_errors(app: Flask) -> None:
    """Show our own pages for everything that goes wrong."""
    app.register_error_handler(CSRFError, _form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def _form(error: CSRFError) -> ResponseReturnValue:
    watch.note("form_not_ours")
    return _page(error.code or 400, FORM)


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:  # noqa: PLR2004 - a redirect raised as an exception goes its way
        return error
    headers = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    if bearer.takes_tokens():
        told = problems.answer(error)
        told.headers.update(headers)
        return told
    page = _page(code, TEXTS.get(code, TEXTS[400 if code < 500 else 500]))  # noqa: PLR2004 - the visitor's faults or ours
    return (*page, headers) if isinstance(page, tuple) else page


def _broken(error: Exception) -> ResponseReturnValue:
    current_app.logger.error("a request failed: %s %s", request.method, request.path, exc_info=error)
    db.session.rollback()
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    if isinstance(error, DataError):
        return _http(BadRequest())  # something that no database keeps, such as NUL, came past every form
    return _http(NoRoom() if _is_full(error) else InternalServerError())


def _is_full(error: Exception) -> bool:
    """Whether a disk has no more room: the database's, or the one where a large upload is put down meanwhile."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(cause, "sqlstate", None)
    return state == POSTGRESQL_FULL or getattr(cause, "errno", None) == errno.ENOSPC or SQLITE_FULL in str(cause)


def _page(code: int, texts: tuple[object, object]) -> ResponseReturnValue:
    title, advice = texts
    if request.accept_mimetypes.best == "application/json":
        return jsonify(message=str(title)), code
    try:
        return render_template("error.html", title=title, advice=advice), code
    except SQLAlchemyError:
        # The frame reads the menu from the database, which may be what has failed.
        db.session.rollback()
        return render_template("error_bare.html", title=title, advice=advice), code
