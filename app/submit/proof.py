"""The work that a visitor's browser does for each report while the product is under attack.

The challenge is the form's own ticket: signed, dated, and good for one report.
"""

import hashlib
import re
from dataclasses import dataclass

from flask import current_app, request

from app.submit.ticket import Ticket
from app.web import attack
from app.web.grants import me

FIELD = "proof"
NONCE = re.compile(r"[0-9]{1,15}")
DIGEST_BITS = 256


def asked() -> bool:
    """Whether it is asked for: not of somebody who has shown who they are."""
    return attack.is_on() and me() is None


def bits() -> int:
    """How many bits of the digest must be nothing."""
    return int(current_app.config["PROOF_BITS"])


def wanted() -> dict[str, float]:
    """Say what the browser must do: so many bits, for which a report waits so many milliseconds. Empty = nothing."""
    return {"bits": bits(), "patience": float(current_app.config["PROOF_SECONDS"]) * 1000} if asked() else {}


def fits(challenge: str, nonce: str) -> bool:
    """Whether the work was done: the SHA-256 of `challenge:nonce` begins with so many zero bits."""
    if not NONCE.fullmatch(nonce):
        return False
    digest = hashlib.sha256(f"{challenge}:{nonce}".encode()).digest()
    return int.from_bytes(digest) >> (DIGEST_BITS - bits()) == 0


@dataclass(frozen=True, slots=True)
class Work:
    """What came with the form: nothing (no script, or a slow device), work that fits, or work that is too old."""

    given: bool
    done: bool
    late: bool


def of(ticket: Ticket) -> Work:
    """Look at the work that came with this request's form."""
    nonce = request.form.get(FIELD, "")
    late = ticket.seconds > float(current_app.config["PROOF_MINUTES"]) * 60
    return Work(bool(nonce), fits(request.form.get("key", ""), nonce) and not late, late)
