"""Languages: which one this request speaks, texts of several languages, and dates as people say them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.support import NullTranslations
from flask import Flask, Response, current_app, has_app_context, has_request_context, request
from flask.globals import _cv_app
from flask_babel import force_locale, get_locale, get_translations
from flask_babel.speaklater import LazyString
from flask_login import current_user
from markupsafe import Markup

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
HOME = "Europe/Oslo"
NEAREST = {"nb": "nn", "nn": "nb"}


@dataclass(frozen=True, slots=True)
class Voice:
    """How this request is answered, or this mail written; `default` is the language of the installation."""

    locale: Locale | None
    language: str
    default: str
    words: NullTranslations
    zone: ZoneInfo


NOBODYS = Voice(None, "nb", "nb", NullTranslations(), ZoneInfo(HOME))
"""Outside of an application."""


def voice() -> Voice:
    """Find the voice once: a page asks for it a thousand times, and Babel would look it up each time."""
    here = _cv_app.get(None)  # the way through Flask's proxies takes longer than all the rest
    if here is None:
        return NOBODYS
    babel = here.g.get("_flask_babel")
    kept: Voice | None = getattr(babel, "voice", None)
    if kept is None or kept.locale is not babel.babel_locale:  # within `force_locale` it is another one
        kept = _voice()
        here.g.get("_flask_babel").voice = kept
    return kept


def _voice() -> Voice:
    locale, default = get_locale(), _default()
    spoken = locale.language if locale and locale.language in LANGUAGES else default
    return Voice(locale, spoken, default, get_translations(), ZoneInfo(str(current_app.config.get("TIMEZONE", HOME))))


def _default() -> str:
    return str(current_app.config.get("BABEL_DEFAULT_LOCALE", "nb")) if has_app_context() else "nb"


def language() -> str:
    """Language of this request, or of the mail being written: nb, nn or en."""
    return voice().language


def gettext(message: str, **values: Any) -> str:
    """Give our own sentence in the request's language, with the values in it."""
    text: str = voice().words.ugettext(message)
    return text % values if values else text


def ngettext(one: str, several: str, num: int, **values: Any) -> str:
    """Give the sentence that fits the number; `num` is a value, too."""
    text: str = voice().words.ungettext(one, several, num)
    return text % {"num": num, **values}


def lazy_gettext(message: str, **values: Any) -> Any:
    """Give a sentence that is said only when it is read, in the language of that moment."""
    return LazyString(gettext, message, **values)


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
    here = voice()
    wanted = lang or here.language
    for name in (wanted, NEAREST.get(wanted, "nb"), here.default, *text):
        if text.get(name):
            return text[name]
    return ""


def translated(message: str) -> str:
    """Say a sentence of app.language, such as a fault's message, in the request's language.

    A text that isn't such a sentence comes back as it is.
    """
    if not isinstance(message, Said):
        return message
    text = str(voice().words.ugettext(message.template))
    values = {name: _in_turn(value) for name, value in message.values.items()}
    return (text % values if values else text)[: message.most]


def _in_turn(value: object) -> object:
    if isinstance(value, Words):
        return value.between.join(map(translated, value))
    return translated(value) if isinstance(value, str) else value


def zone() -> ZoneInfo:
    """Time zone the institution keeps."""
    return voice().zone


def today() -> date:
    """Date where the institution is."""
    return datetime.now(UTC).astimezone(zone()).date()


def as_day(when: date) -> date:
    """Local date of a moment; a date is one already."""
    return when.astimezone(zone()).date() if isinstance(when, datetime) else when


def day(when: date) -> str:
    """`4. des.`, with the year when it is another one."""
    return _near(as_day(when))


def _near(local: date) -> str:
    spoken = language()
    pattern = "d MMM" if spoken == "en" else "d. MMM"
    return _dated(local, pattern if local.year == today().year else f"{pattern} y", spoken)


@lru_cache(maxsize=4096)
def _dated(when: date, pattern: str, spoken: str) -> str:
    """Days come again and again, and Babel takes its time for each."""
    return format_date(when, pattern, locale=spoken)


def long_day(when: date) -> str:
    """`4. desember 2026`."""
    spoken = language()
    return _dated(as_day(when), "d MMMM y" if spoken == "en" else "d. MMMM y", spoken)


def moment(when: datetime) -> str:
    """`20. nov. kl. 13.05`."""
    local = when.astimezone(zone()) if when.tzinfo else when
    return gettext("%(day)s at %(time)s", day=_near(local.date()), time=f"{local:%H.%M}")


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


def _in_page(message: str, **values: Any) -> Markup:
    """As `gettext`, in a template: the sentence may have marks, the values have none."""
    text = Markup(voice().words.ugettext(message))  # noqa: S704 - our own catalogues # nosec B704
    return text % values if values or "%" in text else text


def init_languages(app: Flask) -> None:
    """Let Babel ask us, and templates say dates and texts."""
    app.extensions["babel"].locale_selector = choose
    app.after_request(remember)
    filters = {"day": day, "long_day": long_day, "moment": moment, "in_days": in_days, "say": say}
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(**filters, lang=language, offered=offered, today=today)
    app.jinja_env.globals.update(_=_in_page, gettext=_in_page)
