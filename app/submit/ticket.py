"""A form's ticket: makes it count once however often it is sent, and tells how long it was open."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer


@dataclass(frozen=True, slots=True)
class Ticket:
    """`key` is the case's submit key; `seconds` since the form was shown first."""

    key: str
    seconds: float


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="submit")


def issue() -> str:
    """Make a ticket for a fresh form."""
    return _serializer().dumps(secrets.token_urlsafe(24))


def read(text: str) -> Ticket | None:
    """Read the ticket that came with a form; None when it isn't one of ours."""
    try:
        key, issued = _serializer().loads(text, return_timestamp=True)
    except BadSignature:
        return None
    return Ticket(str(key), (datetime.now(UTC) - issued).total_seconds())
