"""How long a login lasts: a new session each time, an end after idle minutes, and one whatever happens."""

from time import time

from flask import current_app, session
from flask_appbuilder.security.sqla.models import User
from flask_login import login_user

from app.web import logins
from app.web.seal import SEAL, seal

BEGAN, SEEN = "began", "seen"
LEAVING = "leaving"
"""Where logging out leads when a provider let this login in: its own page for that, where it has one."""
GRAIN = 60
"""Seconds within which a session isn't written anew to say that it is used."""


def begin(user: User, way: str, leaving: str = "") -> None:
    """Log in: nothing of the session before is kept, neither its tokens nor what somebody may have put there."""
    session.clear()
    login_user(user)
    session[SEAL] = seal(user)
    session[BEGAN] = session[SEEN] = int(time())
    logins.remember(user, way)
    if leaving:
        session[LEAVING] = leaving


def lasts() -> bool:
    """Whether this login still counts; being asked is being used."""
    now = int(time())
    began, seen = session.get(BEGAN, 0), session.get(SEEN, 0)
    longest = current_app.config["PERMANENT_SESSION_LIFETIME"].total_seconds()
    if now - began > longest or now - seen > current_app.config["SESSION_IDLE"].total_seconds():
        return False
    if now - seen > GRAIN:
        session[SEEN] = now
    return True
