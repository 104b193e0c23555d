"""Pages for what went wrong, in one voice: what is wrong, and what to do."""

import errno
import re
from http import HTTPStatus

from flask import Flask, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import BadRequest, Conflict, HTTPException, InternalServerError, ServiceUnavailable

from app.i18n import gettext, lazy_gettext
from app.web import bearer, counting, problems, watch
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
        "",  # when one may try again is said in its place
    ),
    500: (
        lazy_gettext("Something broke at our end"),
        lazy_gettext("It is not your fault, and it has been written down. Nothing was changed. Try again in a while."),
    ),
    503: (
        lazy_gettext("Something we need is out of reach"),
        lazy_gettext(
            "Nothing was changed. It is usually over in a minute, and nobody has to do anything. Wait a little, "
            "then try again."
        ),
    ),
    507: (
        lazy_gettext("There is no more room"),
        lazy_gettext(
            "What you sent could not be kept, and nothing was changed. Try again later, and tell whoever runs this "
            "system."
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


HOLDS = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INSUFFICIENT_STORAGE}
"""Whose pages hold what was sent: nothing is wrong with it, and it can be sent again later."""
AGAIN = "30"
"""Seconds after which somebody may try again."""
NEVER_SHOWN = re.compile(r"csrf_token|.*password.*", re.IGNORECASE)
SQLITE_AWAY = re.compile(r"database (table )?is locked|unable to open database file|disk I/O error")


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
    texts = TEXTS.get(code, TEXTS[400 if code < 500 else 500])  # noqa: PLR2004 - the visitor's faults or ours
    if code == HTTPStatus.TOO_MANY_REQUESTS:
        again = counting.again_at()
        headers["Retry-After"] = counting.seconds_left(again)
        told = gettext("For safety we stop for a while. You can try again from %(when)s on.", when=counting.said(again))
        texts = texts[0], told
    if bearer.takes_tokens():
        problem = problems.answer(error)
        problem.headers.update(headers)
        return problem
    page = _page(code, texts)
    return (*page, headers) if isinstance(page, tuple) else page


def _broken(error: Exception) -> ResponseReturnValue:
    # Not the address itself: some open a case.
    current_app.logger.error("a request failed: %s %s", request.method, request.url_rule, exc_info=error)
    db.session.rollback()
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    return _http(_told(error))


def _told(error: Exception) -> HTTPException:
    """What it is that has happened, as far as it concerns whoever asked."""
    if is_full(error):
        return NoRoom()
    if isinstance(error, DataError):
        return BadRequest()  # something that no database keeps, such as NUL, came past every form
    if isinstance(error, StaleDataError):
        return Conflict()
    return ServiceUnavailable(retry_after=int(AGAIN)) if _is_away(error) else InternalServerError()


def _is_away(error: Exception) -> bool:
    """Whether the database can't be had just now, though nothing is wrong with what was asked of it."""
    if isinstance(error, NoConnectionFree):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if "sqlite" in type(error.orig).__module__:
        return SQLITE_AWAY.search(str(error.orig)) is not None
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)


def is_full(error: Exception) -> bool:
    """Whether a disk has no more room: the database's, or the one where a large upload is put down meanwhile."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(cause, "sqlstate", None)
    return state == POSTGRESQL_FULL or getattr(cause, "errno", None) == errno.ENOSPC or SQLITE_FULL in str(cause)


def _page(code: int, texts: tuple[object, object]) -> ResponseReturnValue:
    title, advice = texts
    if request.accept_mimetypes.best == "application/json":
        return jsonify(message=str(title)), code
    told = {"title": title, "advice": advice, "typed": _typed() if code in HOLDS else []}
    try:
        return render_template("error.html", **told), code
    except SQLAlchemyError:
        # The frame reads the menu from the database, which may be what has failed.
        db.session.rollback()
        # So may what says who is asking: the page is then anybody's.
        current_app.login_manager._update_request_context_with_user()  # type: ignore[attr-defined]  # noqa: SLF001
        return render_template("error_bare.html", **told), code


def _typed() -> list[tuple[str, str]]:
    """What was sent, so that it can be sent again: no password, and no file."""
    if request.method != "POST":
        return []
    try:
        fields = [(name, value) for name, several in request.form.lists() for value in several]
    except OSError:  # there is no room to take an upload apart, and so nothing of what came with it
        return []
    return [(name, value) for name, value in fields if not NEVER_SHOWN.fullmatch(name)]
