"""The second factor of accounts whose password is kept here: codes of an authenticator app (RFC 6238), or on paper."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pyotp
import segno
from cryptography.fernet import Fernet, MultiFernet
from flask import current_app, session
from flask_appbuilder.security.sqla.models import User
from markupsafe import Markup
from sqlalchemy import delete, func, select, update

from app.web import logins
from app.web.database import db
from model import RecoveryCode, SecondFactor

STEP = 30
"""Seconds for which a code counts; the one before and the one after count, too, for clocks that differ."""
TRIES = 5
"""Wrong codes after which the account takes none for a while, whoever sends them."""
SHUT = timedelta(minutes=5)
BYTES = 20
"""Of the secret, as many as SHA-1 gives."""
SETTING_UP = "setting up"
PAPER = 10
"""Codes on paper."""
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
LENGTH = 16
"""Letters of a code on paper: 78 bits."""


def of(user: User) -> SecondFactor | None:
    """Give the account's second factor."""
    return db.session.get(SecondFactor, user.id, populate_existing=True)


def shut(user: User) -> datetime | None:
    """Until when the account takes no code, because too many were wrong; None = it takes them."""
    found = of(user)
    until = found.shut_until if found else None
    return until if until is not None and until > datetime.now(UTC) else None


def offered(user: User) -> str:
    """Give the secret that is being set up in this browser; nothing is kept of it but a nonce in its session."""
    nonce = session.setdefault(SETTING_UP, secrets.token_urlsafe(16))
    key = str(current_app.config["SECRET_KEY"]).encode()
    made = hmac.digest(key, f"second factor {user.id} {nonce}".encode(), "sha256")
    return base64.b32encode(made[:BYTES]).decode()


def address(user: User, secret: str) -> str:
    """Give what an app reads: otpauth://..., with the account's name."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name="Avviksflyt")


def spelled(secret: str) -> str:
    """Give the secret in groups of four, for whoever types it."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def picture(told: str, label: str) -> Markup:
    """Draw that as a QR code, to stand in a page."""
    drawn = segno.make(told, error="m").svg_inline(scale=5, border=4, light="#fff", dark="#000", title=label)
    return Markup(drawn)  # noqa: S704 - segno's own drawing; the label is escaped there # nosec B704


def confirm(user: User, code: str) -> list[str]:
    """Turn it on, if the app's code fits what was offered; gives the codes on paper, shown this once. Commits.

    Nothing where the code doesn't fit. Every other login of the account ends.
    """
    secret = offered(user)
    step = _step(secret, code)
    if step is None or of(user) is not None:
        return []
    sealed = _keys().encrypt(secret.encode()).decode()
    db.session.add(SecondFactor(user_id=user.id, sealed=sealed, since=datetime.now(UTC), last_step=step))
    session.pop(SETTING_UP)
    made = _papers(user)
    logins.end_others(user)
    return made


def _papers(user: User) -> list[str]:
    made = ["".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(PAPER)]
    db.session.add_all(RecoveryCode(key=_digest(user, each), user_id=user.id) for each in made)
    return ["-".join(each[at : at + 4] for at in range(0, LENGTH, 4)) for each in made]


def left(user: User) -> int:
    """How many codes on paper the account has left."""
    counted = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user.id)
    return db.session.scalar(counted) or 0


def fits(user: User, code: str) -> bool:
    """Use a code up; whether it was right. A wrong one is counted. Commits."""
    factor = of(user)
    if factor is None or shut(user):
        return False
    right = _is_next(factor, code) or _was_on_paper(user, code)
    counted = {"wrong": 0, "shut_until": None} if right else {"wrong": SecondFactor.wrong + 1}
    db.session.execute(update(SecondFactor).where(SecondFactor.user_id == user.id).values(counted))
    if not right:
        over = (SecondFactor.user_id == user.id, SecondFactor.wrong >= TRIES)
        shutting = {"wrong": 0, "shut_until": datetime.now(UTC) + SHUT}
        db.session.execute(update(SecondFactor).where(*over).values(shutting))
    db.session.commit()
    return right


def forget(user: User) -> None:
    """Take the factor away, with its codes on paper. Commits."""
    for table in (RecoveryCode, SecondFactor):
        db.session.execute(delete(table).where(table.user_id == user.id))
    db.session.commit()


def _is_next(factor: SecondFactor, code: str) -> bool:
    """Use the app's code up: each counts once, also where two browsers send it at once."""
    step = _step(_keys().decrypt(factor.sealed.encode()).decode(), code)
    if step is None:
        return False
    newer = (SecondFactor.user_id == factor.user_id, SecondFactor.last_step < step)
    used = db.session.execute(update(SecondFactor).where(*newer).values(last_step=step))
    return bool(getattr(used, "rowcount", 0))


def _step(secret: str, code: str) -> int | None:
    """Give the number of the code's half minute; None for a code that doesn't fit now."""
    digits, now = "".join(code.split()), int(datetime.now(UTC).timestamp()) // STEP
    made = pyotp.HOTP(secret)
    fitting = [each for each in (now - 1, now, now + 1) if hmac.compare_digest(made.at(each).encode(), digits.encode())]
    return max(fitting, default=None)


def _was_on_paper(user: User, code: str) -> bool:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    used = delete(RecoveryCode).where(RecoveryCode.user_id == user.id, RecoveryCode.key == _digest(user, plain))
    return bool(getattr(db.session.execute(used), "rowcount", 0))


def _digest(user: User, code: str) -> str:
    return hashlib.sha256(f"{user.id} {code}".encode()).hexdigest()


def _keys() -> MultiFernet:
    settings = current_app.config
    return MultiFernet([Fernet(key) for key in _derived((settings["SECRET_KEY"], *settings["SECRET_KEY_OLD"]))])


def _derived(several: Iterable[str]) -> list[bytes]:
    return [base64.urlsafe_b64encode(hashlib.sha256(f"second factor {each}".encode()).digest()) for each in several]
