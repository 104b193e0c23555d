"""What a new password must be: long enough, and hard to guess - also for whoever knows the person and the place."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, g
from flask_appbuilder.forms import DynamicForm
from flask_login import current_user
from sqlalchemy import select
from werkzeug.security import check_password_hash
from wtforms import BooleanField, Field, Form, PasswordField
from wtforms.validators import EqualTo, InputRequired, ValidationError

from app.i18n import gettext, lazy_gettext
from app.web.database import db
from model import Role, Unit

SHORTEST = 8
HARD = 3
"""Of zxcvbn's grades 0 to 4: more than 10**8 guesses for whoever knows leaked passwords, names, dates and keyboards."""
JUDGED = 72
"""So many letters are judged; all of them are kept."""
OURS = ("avviksflyt", "avvik", "student", "studie", "kvalitet", "passord", "velkommen")
"""Words that everybody here would try first; those of the installation come with them."""
ADVICE = lazy_gettext(
    "At least 8 characters, of any kind. Three or four words that don't belong together are easy to remember and hard "
    "to guess."
)


def fault(password: str, about: Iterable[str] = ()) -> str:
    """Say what is wrong with a new password, in the reader's language; nothing if nothing is.

    `about` are names of the account that it is for.
    """
    if len(password) < SHORTEST:
        return gettext("Use at least %(number)d characters.", number=SHORTEST)
    from zxcvbn import zxcvbn  # noqa: PLC0415 - lists of words that are needed when somebody chooses a password

    words = [word for word in (*OURS, *_of_the_place(), *about) if word]
    if zxcvbn(password[:JUDGED], user_inputs=words)["score"] >= HARD:
        return ""
    return gettext(
        "This password is easy to guess: it is known from leaks, or made of words, names, dates or keys that others "
        "would try. Take three or four words that don't belong together."
    )


def _of_the_place() -> Iterator[str]:
    settings = current_app.config
    yield from (urlsplit(str(settings["BASE_URL"])).hostname or "").split(".")
    yield from (str(settings["OIDC_NAME"]), str(settings["ROUTINE"]))
    yield from db.session.scalars(select(Role.name))
    for name, labels in db.session.execute(select(Unit.name, Unit.label)):
        yield name
        yield from labels.values() if isinstance(labels, dict) else (str(labels),)


class Hard:
    """Refuses what `fault` finds; names in the same form, or of the account that is logged in, count as known."""

    field_flags: Any = {}

    def __call__(self, form: Form, field: Field) -> None:
        """Judge the field's password. Raises ValidationError."""
        names = ("username", "email", "first_name", "last_name")
        given = [str(form[name].data or "") for name in names if name in form]
        own = [str(getattr(current_user, name, "") or "") for name in names]
        if wrong := fault(field.data or "", [*given, *own]):
            raise ValidationError(wrong)


class Now:
    """Refuses what isn't the password of the account that is logged in, and notes that it was tried."""

    field_flags: Any = {}

    def __call__(self, form: Form, field: Field) -> None:  # noqa: ARG002 - the framework's signature
        """Compare. Raises ValidationError."""
        if not check_password_hash(current_user.password or "", field.data or ""):
            g.wrong_password = True
            raise ValidationError(gettext("This isn't your password."))


def new_password() -> PasswordField:
    """Ask for a new password."""
    return PasswordField(
        lazy_gettext("New password"),
        description=ADVICE,
        validators=[InputRequired(), Hard()],
        render_kw={"autocomplete": "new-password"},
    )


def once_more() -> PasswordField:
    """Ask for the same once more."""
    return PasswordField(
        lazy_gettext("New password once more"),
        validators=[EqualTo("password", message=lazy_gettext("Passwords must match"))],
        render_kw={"autocomplete": "new-password"},
    )


class GivenPasswordForm(DynamicForm):  # type: ignore[misc]
    """A password for somebody else, who chooses another when they log in."""

    password = new_password()
    conf_password = once_more()
    lost = BooleanField(
        lazy_gettext("The phone is lost, too"), description=lazy_gettext("No code is asked for until they begin anew.")
    )


class OwnPasswordForm(DynamicForm):  # type: ignore[misc]
    """A new password for oneself, for whoever knows the one it replaces."""

    current = PasswordField(
        lazy_gettext("The password you have now"),
        validators=[InputRequired(), Now()],
        render_kw={"autocomplete": "current-password"},
    )
    password = new_password()
    conf_password = once_more()
