"""What the steps of a login ask."""

from flask_wtf import FlaskForm
from wtforms import Form, PasswordField, StringField
from wtforms.validators import InputRequired

from app.i18n import lazy_gettext
from app.web.passwords import Now, new_password, once_more

DIGITS = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false", "autocapitalize": "none"}


def _code() -> StringField:
    return StringField(lazy_gettext("The code from the app"), validators=[InputRequired()], render_kw=DIGITS)


def _now() -> PasswordField:
    kept = {"autocomplete": "current-password"}
    return PasswordField(lazy_gettext("The password you have now"), [InputRequired(), Now()], render_kw=kept)


class CodeForm(FlaskForm):  # type: ignore[misc]
    """A code of the app, or one on paper."""

    code = StringField(
        lazy_gettext("The code"),
        description=lazy_gettext("Six digits from the app, or one of the codes that you have on paper."),
        validators=[InputRequired()],
        render_kw={**DIGITS, "inputmode": "text", "autofocus": True},
    )


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A password of one's own in place of the one that somebody gave."""

    password = new_password()
    conf_password = once_more()


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """The first code of an app, in a login that isn't done."""

    code = _code()


class SureForm(FlaskForm):  # type: ignore[misc]
    """The first code of an app, for whoever is logged in."""

    current = _now()
    code = _code()


class PasswordNowForm(FlaskForm):  # type: ignore[misc]
    """The password, to be sure that it is its owner who asks."""

    current = _now()


def names_of(form: Form) -> list[str]:
    """Give the names of what the form asks, in their order."""
    return [field.name for field in form if field.type != "CSRFTokenField"]
