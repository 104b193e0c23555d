"""Routing, the calendar and mails from nodes."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from app.language.data_text import day, spans, text
from app.language.definition import Routine
from app.language.fault import meant
from app.language.grammar import condition, party
from app.language.nouns import MAIL, of
from app.language.openness import open_scope
from app.language.read import Node
from app.language.reading import Reading
from app.language.rows import Calendar, Mail, Route
from app.language.said import quoted, said
from app.language.scope import everywhere
from app.language.worktime import knows_holidays

A_ROW = said("a row of routing")
THE_CALENDAR = said("calendar")
A_WEEKDAY = said("weekday")
A_TIMEZONE = said("a time zone")
THE_HOLIDAYS = said('"holidays" (unless it is a country, like NO)')
CALENDAR_WORDS = ("timezone", "weekend", "holidays", "closed", "notices")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
COUNTRY = re.compile(r"[A-Z]{2}")


def routing(reading: Reading, node: Node | None, *, closed: bool) -> tuple[Route, ...]:
    """Rows of routing; `closed` = the routine's names are known."""
    if node is None or not reading.shaped(node, quoted("routing"), "list"):
        return ()
    return tuple(_route(reading, item, closed=closed) for item in node.items)


def _route(reading: Reading, node: Node, *, closed: bool) -> Route:
    found = reading.words(node, A_ROW, ("when", "to"), ("to",))
    scope = everywhere(reading.names) if closed else open_scope(reading.names)
    if "when" in found:
        condition(reading, found["when"], scope)
    if "to" in found:
        party(reading, found["to"], scope)
        for item in found["to"].scalars():
            if item.text == "routing":
                reading.wrong(item, said("routing can't lead to routing; name a role"))
    return Route(found["when"].plain() if "when" in found else None, found["to"].plain() if "to" in found else None)


def calendar(reading: Reading, node: Node) -> Calendar:
    """The institution's calendar; faults go to the reading."""
    found = reading.words(node, THE_CALENDAR, CALENDAR_WORDS)
    normal = Calendar()
    weekend = (
        tuple(reading.one_of(item, A_WEEKDAY, WEEKDAYS) for item in found["weekend"].each())
        if "weekend" in found
        else ()
    )
    return Calendar(
        timezone=_timezone(reading, found["timezone"]) if "timezone" in found else normal.timezone,
        weekend=weekend if "weekend" in found else normal.weekend,
        holidays=_holidays(reading, found["holidays"]) if "holidays" in found else normal.holidays,
        closed=spans(reading, found.get("closed"), quoted("closed")),
        notices=spans(reading, found.get("notices"), quoted("notices"), texts=True),
    )


def _timezone(reading: Reading, node: Node) -> str:
    name = reading.scalar(node, A_TIMEZONE)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = meant(name, available_timezones())
        reading.wrong(node, said('unknown time zone "%(name)s"%(hint)s', name=name, hint=hint))
    return name


def _holidays(reading: Reading, node: Node) -> tuple[str, ...] | str:
    if node.kind == "scalar" and COUNTRY.fullmatch(node.text):
        if not knows_holidays(node.text):
            reading.wrong(node, said('the holidays of "%(name)s" are not known; list the days', name=node.text))
        return node.text
    if not reading.shaped(node, THE_HOLIDAYS, "list"):
        return ()
    return tuple(day(reading, item) for item in node.items)


def mails(reading: Reading, node: Node | None, routine: Routine | None) -> dict[str, Mail]:
    """Mails by name; with `routine`, their placeholders are checked."""
    return {name: _mail(reading, key, value, routine) for name, key, value in reading.named(node, MAIL)}


def _mail(reading: Reading, key: Node, node: Node, routine: Routine | None) -> Mail:
    what = said('mail "%(name)s"', name=key.text)
    found = reading.words(node, what, ("subject", "body", "letter"), ("subject", "body"), key=key)
    clocks = everywhere(reading.names).all("clocks")
    for word in ("subject", "body"):
        if routine and word in found:
            reading.placeholders(found[word], clocks)
    return Mail(
        name=key.text,
        subject=text(reading, found.get("subject"), of("subject", what)),
        body=text(reading, found.get("body"), of("body", what)),
        letter=reading.flag(found["letter"], "letter") if "letter" in found else False,
    )
