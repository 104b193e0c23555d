"""What the log tells of who came in, who was turned away and what was tried: ids and rules, never names or texts.

Each event has the time, the rule of the address (not the address: it may open a case), the account's id where one is
known, and a mark of the sender: it tells the same sender from another within a day, and nobody can reckon back from it.
"""

import hmac
from datetime import UTC, datetime
from http import HTTPStatus

import structlog
from flask import Flask, Response, current_app, g, request
from flask_login import current_user

EVENTS: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "not_let_in",
    HTTPStatus.FORBIDDEN: "access_refused",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_refused",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.TOO_MANY_REQUESTS: "limit_reached",
}
"""Answers that are an event wherever they are given."""

log = structlog.get_logger("security")


def note(event: str, *, account: int | None = None, **more: object) -> None:
    """Write an event; `more` are words of our own, never what somebody typed."""
    g.noted = True
    who = account if account is not None else getattr(current_user, "id", None)
    rule = request.url_rule.rule if request.url_rule else ""
    log.info(event, account=who, sender=_sender(), method=request.method, rule=rule, **more)


def _sender() -> str:
    day = datetime.now(UTC).date().isoformat()
    text = f"sender {day} {request.remote_addr or ''}"
    return hmac.digest(str(current_app.config["SECRET_KEY"]).encode(), text.encode(), "sha256").hex()[:12]


def _watch(response: Response) -> Response:
    if g.pop("noted", False):
        return response
    if event := EVENTS.get(response.status_code):
        note(event)
    elif response.status_code == HTTPStatus.NOT_FOUND and request.url_rule and current_user.is_authenticated:
        note("absent_or_not_theirs")
    return response


def init_watch(app: Flask) -> None:
    """Look at every answer."""
    app.after_request(_watch)
