"""What a form was made from, so that saving it never undoes unseen what somebody else has saved meanwhile."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask import request

FIELD = "seen"
"""Name of the hidden field that carries it."""


@dataclass(frozen=True, slots=True)
class Since:
    """One answer that is no longer what it was when the form was opened: what it is now, and what was typed."""

    label: str
    now: str
    typed: str


def digest(value: Any) -> str:
    """Give a short text that is another one as soon as the value is."""
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


def sent() -> str:
    """What the form that was sent was made from; nothing where it doesn't say."""
    return request.form.get(FIELD, "")
