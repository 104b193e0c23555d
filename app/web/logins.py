"""Where an account is logged in: one row for each browser, so that its owner can look, and end any of them."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import current_app, request, session
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.web.database import db
from app.web.seal import seal
from model import Login

TOKEN = "login"  # noqa: S105 - the name of a place in the session # nosec B105
BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
"""What browsers call themselves, the more particular first: most say that they are several."""
SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
CALLED = {"Edg": "Edge", "OPR": "Opera", "Mac OS": "macOS"}


def remember(user: User, way: str) -> None:
    """Note that this browser is logged in; commits."""
    token = secrets.token_urlsafe(32)
    session[TOKEN] = token
    kept = {"user_id": user.id, "seal": seal(user), "way": way, "browser": _browser(), "began_at": datetime.now(UTC)}
    db.session.add(Login(key=_digest(token), **kept))
    db.session.commit()


def own_key() -> str:
    """Name the row of this browser's login."""
    return _digest(str(session.get(TOKEN, "")))


def alive(user: User) -> Sequence[Login]:
    """Give the logins that nothing has ended, the newest first; one that ended for want of use may be among them."""
    longest = current_app.config["PERMANENT_SESSION_LIFETIME"]
    counting = (
        Login.user_id == user.id,
        Login.seal == seal(user),
        Login.began_at > datetime.now(UTC) - longest,
    )
    return db.session.scalars(select(Login).where(*counting).order_by(Login.began_at.desc(), Login.key)).all()


def end(user: User, key: str) -> bool:
    """End one of the account's logins; whether there was one. Commits."""
    ended = db.session.execute(delete(Login).where(Login.user_id == user.id, Login.key == key))
    db.session.commit()
    return bool(getattr(ended, "rowcount", 0))


def end_others(user: User) -> None:
    """End every login of the account but this browser's. Commits."""
    db.session.execute(delete(Login).where(Login.user_id == user.id, Login.key != own_key()))
    db.session.commit()


def sweep(opened: Session, longest: Any) -> int:
    """Forget logins that are over by the machine's clock, as sessions are; how many. The caller commits."""
    over = Login.began_at <= datetime.now(UTC) - longest
    if opened.scalars(select(Login.key).where(over).limit(1)).first() is None:
        return 0
    return int(getattr(opened.execute(delete(Login).where(over)), "rowcount", 0))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _browser() -> str:
    told = request.user_agent.string
    found = [next((CALLED.get(name, name) for name in names if name in told), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found))
