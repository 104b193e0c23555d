"""A login halfway: the password was right, and something else is asked for before anybody is logged in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import time

from flask import current_app, redirect, session, url_for
from flask_appbuilder.security.sqla.models import User
from werkzeug import Response

from app.web import second
from app.web.database import db
from app.web.lasting import begin
from app.web.seal import seal
from app.web.watch import note
from model import GivenPassword

HALFWAY = "halfway"
LONGEST = 600
"""Seconds between the password and the rest."""
GIVEN_FOR = timedelta(days=14)
"""How long a password that somebody else chose opens the way to one's own."""


@dataclass(frozen=True, slots=True)
class Halfway:
    """Who gave the password, where they were going, and whether they have given the code as well."""

    user: User
    target: str
    coded: bool


def go_on(user: User, target: str, *, coded: bool = False) -> Response:
    """Ask for what is missing yet; where nothing is, log in and go where the link led."""
    missing = _missing(user, coded=coded)
    if not missing:
        begin(user, "password")
        note("login", account=user.id, way="password")
        return redirect(target)
    session.clear()
    session[HALFWAY] = {"user": user.id, "seal": seal(user), "at": int(time()), "next": target, "coded": coded}
    return redirect(url_for(missing))


def standing() -> Halfway | None:
    """Who stands halfway in this browser, if it isn't too long ago."""
    kept = session.get(HALFWAY)
    if not kept or time() - kept["at"] > LONGEST:
        return None
    user = db.session.get(User, kept["user"])
    if user is None or not user.is_active or kept["seal"] != seal(user):
        return None
    return Halfway(user, kept["next"], kept["coded"])


def asked(who: Halfway) -> str:
    """Name the page that asks for what is missing yet; empty where nothing is."""
    return _missing(who.user, coded=who.coded)


def opens_nothing(user: User) -> bool:
    """Whether the password was somebody else's choice, and too long ago."""
    given = db.session.get(GivenPassword, user.id)
    return given is not None and datetime.now(UTC) - given.at > GIVEN_FOR


def needs_more(user: User) -> bool:
    """Whether the password alone doesn't log in: something must be done at the login page first."""
    return _missing(user, coded=True) != ""


def give(user: User) -> None:
    """Note that somebody else has chosen the account's password. Commits."""
    db.session.merge(GivenPassword(user_id=user.id, at=datetime.now(UTC)))
    db.session.commit()


def own(user: User) -> None:
    """Note that the account's owner has chosen the password. Commits."""
    given = db.session.get(GivenPassword, user.id)
    if given is not None:
        db.session.delete(given)
        db.session.commit()


def _missing(user: User, *, coded: bool) -> str:
    """Name the page that asks for what is missing, the first of several."""
    has_code = second.of(user) is not None
    if has_code and not coded:
        return "login.code"
    if db.session.get(GivenPassword, user.id) is not None:
        return "login.password"
    return "login.second" if current_app.config["SECOND_FACTOR"] and not has_code else ""
