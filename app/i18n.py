"""Languages: which one this request speaks, texts of several languages, and dates as people say them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Flask, Response, current_app, has_app_context, has_request_context, request
from flask_babel import force_locale, get_domain, get_locale, gettext, lazy_gettext, ngettext
from flask_login import current_user

from app.language.said import Said, Words

__all__ = [
    "LANGUAGES",
    "day",
    "force_locale",
    "gettext",
    "in_days",
    "language",
    "lazy_gettext",
    "long_day",
    "moment",
    "ngettext",
    "say",
    "today",
    "translated",
    "zone",
]

LANGUAGES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
COOKIE = "lang"
OFFERED = "languages"
"""The extension that tells the languages of the routine in force."""
LAST = date(9000, 1, 1)


def language() -> str:
    """Language of this request, or of the mail being written: nb, nn or en."""
    locale = get_locale() if has_app_context() else None
    return locale.language if locale and locale.language in LANGUAGES else _default()


def _default() -> str:
    return str(current_app.config["BABEL_DEFAULT_LOCALE"]) if has_app_context() else "nb"


def choose() -> str:
    """Pick the request's language: what was asked for, then what was asked for before, then the browser's wish."""
    if not has_request_context():
        return _default()
    asked = request.args.get("lang"), request.cookies.get(cookie()), _own()
    spoken = offered()
    for name in asked:
        if name in spoken:
            return str(name)
    wished = request.accept_languages.best_match([*spoken, *(["no"] if "nb" in spoken else [])])
    rather = _default() if _default() in spoken else next(iter(spoken))
    return {"no": "nb", None: rather}.get(wished, str(wished))


def offered() -> dict[str, str]:
    """The languages of the pages: those of the routine in force that we speak, or all of ours."""
    asked = current_app.extensions.get(OFFERED, tuple)()
    return {name: called for name, called in LANGUAGES.items() if name in asked} or LANGUAGES


def cookie() -> str:
    """Name of the cookie that keeps the language; over TLS browsers take it from this very host alone."""
    return f"__Host-{COOKIE}" if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE


def _own() -> str | None:
    person = getattr(current_user, "person", None)
    return person.language if person else None


def remember(response: Response) -> Response:
    """Keep an asked-for language in a cookie: a preference, no more."""
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        response.set_cookie(cookie(), str(asked), max_age=31_536_000, samesite="Lax", httponly=True, secure=secure)
    return response


def say(text: Mapping[str, str] | str | None, lang: str | None = None) -> str:
    """Give the text in `lang` (or the request's language), or in the nearest language it has."""
    if not text:
        return ""
    if isinstance(text, str):
        return text
    wanted = lang or language()
    near = {"nb": "nn", "nn": "nb"}.get(wanted, "nb")
    for name in (wanted, near, _default(), *text):
        if text.get(name):
            return text[name]
    return ""


def translated(message: str) -> str:
    """Say a sentence of app.language, such as a fault's message, in the request's language.

    A text that isn't such a sentence comes back as it is.
    """
    if not isinstance(message, Said):
        return message
    text = get_domain().gettext(message.template)
    values = {name: _in_turn(value) for name, value in message.values.items()}
    return (text % values if values else text)[: message.most]


def _in_turn(value: object) -> object:
    if isinstance(value, Words):
        return value.between.join(map(translated, value))
    return translated(value) if isinstance(value, str) else value


def zone() -> ZoneInfo:
    """Time zone the institution keeps."""
    return ZoneInfo(str(current_app.config["TIMEZONE"]) if has_app_context() else "Europe/Oslo")


def today() -> date:
    """Date where the institution is."""
    return datetime.now(UTC).astimezone(zone()).date()


def as_day(when: date) -> date:
    """Local date of a moment; a date is one already."""
    return when.astimezone(zone()).date() if isinstance(when, datetime) else when


def day(when: date) -> str:
    """`4. des.`, with the year when it is another one."""
    local = as_day(when)
    pattern = "d MMM" if language() == "en" else "d. MMM"
    return format_date(local, pattern if local.year == today().year else f"{pattern} y", locale=language())


def long_day(when: date) -> str:
    """`4. desember 2026`."""
    return format_date(as_day(when), "d MMMM y" if language() == "en" else "d. MMMM y", locale=language())


def moment(when: datetime) -> str:
    """`20. nov. kl. 13.05`."""
    local = when.astimezone(zone()) if when.tzinfo else when
    return gettext("%(day)s at %(time)s", day=day(local), time=local.strftime("%H.%M"))


def in_days(when: date) -> str:
    """`om 11 dager`, `i dag`, `Forfalt 5 dager`; nothing for a moment that never comes."""
    local = as_day(when)
    if local > LAST:
        return ""
    days = (local - today()).days
    near = {0: gettext("today"), 1: gettext("tomorrow")}
    if days < 0:
        return ngettext("Overdue %(num)d day", "Overdue %(num)d days", -days)
    return near.get(days) or ngettext("in %(num)d day", "in %(num)d days", days)


def init_languages(app: Flask) -> None:
    """Let Babel ask us, and templates say dates and texts."""
    app.extensions["babel"].locale_selector = choose
    app.after_request(remember)
    filters = {"day": day, "long_day": long_day, "moment": moment, "in_days": in_days, "say": say}
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(**filters, lang=language, offered=offered, today=today)
