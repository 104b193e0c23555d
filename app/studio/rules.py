"""The studio's calendar: working days, holidays, closed days and notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_day_names
from wtforms import Form, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired

from app.i18n import gettext, language, lazy_gettext
from app.language.data_rest import WEEKDAYS
from app.studio import told
from app.studio.base import Refused
from app.studio.columns import LABELS
from app.studio.fields import SpansField, day_of
from app.studio.saving import Saving

LAST_DAY = 6


@cache
def countries() -> frozenset[str]:
    """Codes of the countries whose holidays are known; the package takes a while to import, so only when asked."""
    from holidays import list_supported_countries  # noqa: PLC0415

    return frozenset(code for code in list_supported_countries() if len(code) == 2)  # noqa: PLR2004 - as data has them


class CountryField(SelectField):  # type: ignore[misc]
    """Whose holidays count: a country's, or none but the listed days."""

    render_kind = "SelectField"

    def iter_choices(self) -> Any:
        """Give the countries by name, in the reader's language."""
        names = Locale.parse(language()).territories
        known = sorted((str(names.get(code, code)), code) for code in countries())
        yield "", gettext("No country: only the days below"), not self.data, {}
        yield from ((code, name, code == self.data, {}) for name, code in known)


class WeekdaysField(SelectMultipleField):  # type: ignore[misc]
    """Days of the week."""

    render_kind = "SelectMultipleField"

    def iter_choices(self) -> Any:
        """Give the days by name, in the reader's language."""
        names = get_day_names("wide", locale=language())
        return ((day, names[at].capitalize(), day in (self.data or ()), {}) for at, day in enumerate(WEEKDAYS))


def shown(column: str) -> Any:
    """Show a column as the journal says it."""
    return lambda _view, _context, row, _name: told.in_words(column, getattr(row, column))


class CalendarView(Saving):
    """The institution's working days."""

    title = lazy_gettext("Calendar")
    about = lazy_gettext("Days on which no deadline runs.")
    column_list = ("timezone", "weekend", "holidays", "closed", "notices")
    column_formatters: ClassVar[dict[str, Any]] = {
        name: shown(name) for name in ("weekend", "holidays", "closed", "notices")
    }
    can_create = False
    can_delete = False
    fixed: ClassVar[Sequence[str]] = ()
    form_columns = ("timezone", "weekend", "country", "holidays", "closed", "notices")
    form_extra_fields: ClassVar[dict[str, Any]] = {
        "timezone": StringField(LABELS["timezone"], [InputRequired()]),
        "weekend": WeekdaysField(
            LABELS["weekend"],
            choices=[(day, day) for day in WEEKDAYS],
            description=lazy_gettext("No deadline runs then."),
        ),
        "country": CountryField(lazy_gettext("Holidays of"), choices=(), validate_choice=False),
        "holidays": TextAreaField(
            lazy_gettext("Or these days only"),
            description=lazy_gettext("One day a line, such as 2026-12-24. Used when no country is chosen."),
        ),
        "closed": SpansField(
            LABELS["closed"], open_end="", description=lazy_gettext("The institution is closed, and no deadline runs.")
        ),
        "notices": SpansField(
            LABELS["notices"],
            texts=True,
            open_end="",
            description=lazy_gettext("What those who report are told on these days; mails say it as {notice}."),
        ),
    }

    def form_of(self, values: Mapping[str, Any], *, new: bool) -> Form:
        """Ask for a country's holidays and for days of one's own apart."""
        kept = values.get("holidays")
        country = kept if isinstance(kept, str) else ""
        days = "" if isinstance(kept, str) else "\n".join(kept or ())
        return super().form_of({**values, "country": country, "holidays": days}, new=new)

    def values(self, form: Form) -> dict[str, Any]:
        """Give the country's code, or the days."""
        found = super().values(form)
        country = found.pop("country")
        return {**found, "holidays": country or found["holidays"].split()}

    def check(self, values: Mapping[str, Any], key: str) -> None:  # noqa: ARG002 - the base's signature
        """Refuse a calendar that can't be counted with."""
        try:
            ZoneInfo(values["timezone"])
        except (KeyError, ValueError, OSError) as wrong:
            raise Refused(gettext("There is no time zone with that name.")) from wrong
        if len(values["weekend"]) > LAST_DAY:
            raise Refused(gettext("Leave at least one working day in the week."))
        kept = values["holidays"]
        if isinstance(kept, str) and kept not in countries():
            raise Refused(gettext("Choose one of the list."))
        for text in () if isinstance(kept, str) else kept:
            try:
                day_of(text)
            except ValueError as wrong:
                raise Refused(str(wrong)) from wrong
