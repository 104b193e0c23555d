"""The reporter: reports, gets a receipt, and follows the case."""

import logging
import time

from flask import Blueprint, Flask, current_app, make_response, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import AppBuilder
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, TooManyRequests

from app.submit import desk, following, listed, owndata, receipt, routine, sending
from app.submit.hush import Hush
from app.web.watch import note

BIGGEST = 100_000
"""Bytes of a form here without its files: twenty thousand letters and what goes with them."""
LOGGERS = ("werkzeug", "gunicorn.access", "gunicorn.error")


def register(app: Flask, builder: AppBuilder) -> None:
    """Open the pages."""
    pages = Blueprint("submit", __name__)
    _reports(pages, builder.sm.limiter.limit(app.config["SUBMIT_LIMIT"], methods=["POST"]))
    _cases(pages, builder.sm.limiter.limit(app.config["LOGIN_LIMIT"], methods=["POST"]))
    pages.url_value_preprocessor(_keep_it_small)
    pages.register_error_handler(CSRFError, _late)
    pages.register_error_handler(TooManyRequests, _too_many)
    app.register_blueprint(pages)
    for logger in (app.logger, *map(logging.getLogger, LOGGERS)):
        logger.addFilter(Hush())


def _reports(pages: Blueprint, limited: object) -> None:
    add = pages.add_url_rule
    add("/", "report", sending.show)
    add("/", "send", limited(sending.send), methods=["POST"])  # type: ignore[operator]
    add("/door/<name>", "door", sending.door)
    add("/routine", "routine", routine.show)
    add("/public/cases/<flow>/", "listed", listed.show)
    add("/public/cases/<flow>/<number>", "listed_one", listed.one)
    add("/receipt/", "received", receipt.plain)
    add("/receipt/<token>", "receipt", receipt.show)


def _cases(pages: Blueprint, limited: object) -> None:
    add = pages.add_url_rule
    add("/follow/", "ask", following.ask)
    add("/follow/", "code", limited(following.open_by_code), methods=["POST"])  # type: ignore[operator]
    add("/follow/<token>", "case", following.show)
    add("/follow/<token>/<transition>", "back", following.back)
    add("/follow/<token>/file/<int:which>", "file", following.file)
    add("/follow/<token>/letter/<int:which>", "letter", following.letter)
    add("/follow/<token>/letter/<int:which>.pdf", "letter_pdf", following.letter_pdf)
    add("/follow/<token>/<transition>", "move", following.move, methods=["POST"])
    add("/my/", "mine", following.mine)
    add("/my/data.zip", "own_data", owndata.page)
    add("/my/<number>", "mine_one", following.mine_one)


def _keep_it_small(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    request.max_form_memory_size = BIGGEST
    if request.method != "POST" or not desk.takes_files():
        request.max_content_length = BIGGEST


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
    page = sending.too_many(error) if request.endpoint == "submit.send" else following.too_many(error)
    response = make_response(page)
    limit = current_app.appbuilder.sm.limiter.current_limit  # type: ignore[attr-defined]
    response.headers["Retry-After"] = str(max(1, round(limit.reset_at - time.time())) if limit else 60)
    return response
