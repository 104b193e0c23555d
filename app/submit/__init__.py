"""The reporter: reports, gets a receipt, and follows the case."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import AppBuilder
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, TooManyRequests

from app.submit import desk, following, listed, owndata, receipt, routine, sending
from app.submit.hush import Hush
from app.submit.reception import HeldView
from app.web import counting
from app.web.watch import note

BIGGEST = 100_000
"""Bytes of a form here without its files: twenty thousand letters and what goes with them."""
LOGGERS = ("werkzeug", "gunicorn.access", "gunicorn.error")


def register(app: Flask, builder: AppBuilder) -> None:
    """Open the pages."""
    pages = Blueprint("submit", __name__)
    _reports(pages, builder.sm.limiter)
    _cases(pages, builder.sm.limiter)
    pages.url_value_preprocessor(_keep_it_small)
    pages.register_error_handler(CSRFError, _late)
    pages.register_error_handler(TooManyRequests, _too_many)
    app.register_blueprint(pages)
    builder.add_view_no_menu(HeldView)
    for logger in (app.logger, *map(logging.getLogger, LOGGERS)):
        logger.addFilter(Hush())


def _reports(pages: Blueprint, limiter: Any) -> None:
    limited = limiter.shared_limit(counting.limit("SUBMIT_LIMIT"), "report")
    guess = _guesses(limiter)
    add = pages.add_url_rule
    add("/", "report", sending.show)
    add("/", "send", _with_files(limiter)(limited(sending.send)), methods=["POST"])
    add("/door/<name>", "door", sending.door)
    add("/routine", "routine", routine.show)
    add("/public/cases/<flow>/", "listed", listed.show)
    add("/public/cases/<flow>/<number>", "listed_one", listed.one)
    add("/receipt/", "received", receipt.plain)
    add("/receipt/<token>", "receipt", guess(receipt.show))


def _cases(pages: Blueprint, limiter: Any) -> None:
    guess = _guesses(limiter)
    written = limiter.limit(counting.limit("SUBMIT_LIMIT"))
    add = pages.add_url_rule
    add("/follow/", "ask", following.ask)
    add("/follow/", "code", guess(following.open_by_code), methods=["POST"])
    add("/follow/<token>", "case", guess(following.show))
    add("/follow/<token>/<transition>", "back", following.back)
    add("/follow/<token>/file/<int:which>", "file", guess(following.file))
    add("/follow/<token>/letter/<int:which>", "letter", guess(following.letter))
    add("/follow/<token>/letter/<int:which>.pdf", "letter_pdf", guess(following.letter_pdf))
    add("/follow/<token>/<transition>", "move", _with_files(limiter)(written(following.move)), methods=["POST"])
    add("/my/", "mine", following.mine)
    add("/my/data.zip", "own_data", owndata.page)
    add("/my/<number>", "mine_one", following.mine_one)


def _guesses(limiter: Any) -> Any:
    """Count links and codes that open nothing."""
    return limiter.shared_limit(counting.limit("LOGIN_LIMIT"), "follow", deduct_when=_is_wrong)


def _is_wrong(response: Response) -> bool:
    return response.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST)


def _with_files(limiter: Any) -> Any:
    """Count the files of a form, each by itself."""
    return limiter.shared_limit(
        counting.limit("UPLOAD_LIMIT"), "upload", cost=_files, exempt_when=lambda: _files() == 0
    )


def _files() -> int:
    return sum(bool(each.filename) for _, each in request.files.items(multi=True))


def _keep_it_small(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    request.max_form_memory_size = BIGGEST
    if request.method != "POST" or not desk.takes_files():
        request.max_content_length = BIGGEST
    # Parts are counted only where each has a head of its own; so many answers in one line are no form of ours either.
    if request.method == "POST" and len([*request.form.items(multi=True)]) > current_app.config["MAX_FORM_PARTS"]:
        raise RequestEntityTooLarge


def _late(error: CSRFError) -> ResponseReturnValue:
    """Keep what was typed when a form's safety token is too old; a case that isn't there is still not found."""
    note("form_not_ours")
    pages = {"submit.send": sending.late, "submit.move": following.late}
    try:
        return pages.get(request.endpoint or "", following.ask_again)(error)
    except HTTPException as other:
        return current_app.handle_http_exception(other)


def _too_many(error: HTTPException) -> ResponseReturnValue:
    """Keep what was typed when there have been too many tries, and say how long to wait."""
    again = counting.again_at()
    told = sending.too_many if request.endpoint == "submit.send" else following.too_many
    response = make_response(told(error, counting.said(again)))
    response.headers["Retry-After"] = counting.seconds_left(again)
    return response
