"""What the frameworks say by themselves, in our catalogues: their own know no nynorsk and use other words."""

from typing import Any

import flask_admin.babel
from flask_babel import get_domain, lazy_ngettext
from flask_wtf import FlaskForm
from wtforms.meta import DefaultMeta

from app.i18n import gettext, lazy_gettext

SAID = (
    # Flask-AppBuilder
    lazy_gettext("Already exists."),
    lazy_gettext("Confirm Password"),
    lazy_gettext("Either select a role or a group"),
    lazy_gettext("First Name"),
    lazy_gettext("Last Name"),
    lazy_gettext("Not a valid choice"),
    lazy_gettext("Password"),
    lazy_gettext("Passwords must match"),
    lazy_gettext("Please rewrite the password to confirm"),
    lazy_gettext("Please rewrite the user's password to confirm"),
    lazy_gettext("Please use a good password policy, this application does not check this for you"),
    lazy_gettext("The user's password for authentication"),
    lazy_gettext("Write the user first name or names"),
    lazy_gettext("Write the user last name"),
    # WTForms
    lazy_gettext("Choices cannot be None."),
    lazy_gettext("Field must be between %(min)d and %(max)d characters long."),
    lazy_gettext("Field must be equal to %(other_name)s."),
    lazy_gettext("Invalid Choice: could not coerce."),
    lazy_gettext("Invalid URL."),
    lazy_gettext("Invalid choice(s): one or more data inputs could not be coerced."),
    lazy_gettext("Invalid email address."),
    lazy_gettext("Invalid input."),
    lazy_gettext("Not a valid choice."),
    lazy_gettext("Not a valid date value."),
    lazy_gettext("Not a valid datetime value."),
    lazy_gettext("Not a valid decimal value."),
    lazy_gettext("Not a valid float value."),
    lazy_gettext("Not a valid integer value."),
    lazy_gettext("Not a valid time value."),
    lazy_gettext("Number must be at least %(min)s."),
    lazy_gettext("Number must be at most %(max)s."),
    lazy_gettext("Number must be between %(min)s and %(max)s."),
    lazy_gettext("This field is required."),
    lazy_ngettext(
        "'%(value)s' is not a valid choice for this field.", "'%(value)s' are not valid choices for this field.", 1
    ),
    lazy_ngettext(
        "Field cannot be longer than %(max)d character.", "Field cannot be longer than %(max)d characters.", 1
    ),
    lazy_ngettext(
        "Field must be at least %(min)d character long.", "Field must be at least %(min)d characters long.", 1
    ),
    lazy_ngettext("Field must be exactly %(max)d character long.", "Field must be exactly %(max)d characters long.", 1),
    # Flask-Admin
    lazy_ngettext("At least %(num)d item is required", "At least %(num)d items are required", 1),
)
"""Texts of theirs that people can come to see; here the gathering of texts finds them."""


class Translations:
    """What WTForms asks when a field is wrong."""

    def gettext(self, text: str) -> str:
        """Text in the language of the request, its placeholders left for WTForms to fill."""
        return gettext(text)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Form for the number; filling is left to WTForms."""
        form: str = get_domain().get_translations().ungettext(singular, plural, number)
        return form


def _translations(_meta: Any, _form: Any) -> Translations:
    return Translations()


def init_frameworks() -> None:
    """Let our catalogues speak for every form of the frameworks."""
    DefaultMeta.get_translations = FlaskForm.Meta.get_translations = _translations
    for domain in (flask_admin.babel.domain, flask_admin.babel.wtforms_domain):
        domain.get_translations = lambda: get_domain().get_translations()
