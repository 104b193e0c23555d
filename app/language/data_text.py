"""Texts, dates and spans in data: a text that is the same in every language may be written once."""

from datetime import date

from app.language.definition import Text
from app.language.read import Node
from app.language.reading import LANGUAGES, Reading
from app.language.rows import Span
from app.language.said import Said, said

A_NOTICE = said("text of a notice")


def text(reading: Reading, node: Node | None, what: Said) -> Text:
    """A text per language; a name like ABC needs no languages. {} where there is none."""
    if node is None:
        return {}
    if node.kind == "scalar":
        return dict.fromkeys(reading.languages or LANGUAGES, reading.scalar(node, what))
    return reading.text(node, what)


def too_early(until: str, since: str) -> Said:
    """Sentence about an end before the beginning."""
    return said("%(until)s is before %(since)s", until=until, since=since)


def day(reading: Reading, node: Node | None) -> str:
    """A date as 2024-12-31, "" where there is none."""
    if node is None:
        return ""
    written = reading.scalar(node, said("a date"))
    try:
        if written and date.fromisoformat(written).isoformat() == written:
            return written
    except ValueError:
        pass
    reading.wrong(node, said('"%(text)s" is no date; a date is like 2024-12-31', text=written))
    return ""


def spans(reading: Reading, node: Node | None, what: Said, *, texts: bool = False) -> tuple[Span, ...]:
    """A list of `{from, until}`, with `text` too where it is told."""
    if node is None or not reading.shaped(node, what, "list"):
        return ()
    words = ("from", "until", "text") if texts else ("from", "until")
    found = []
    for item in node.items:
        row = reading.words(item, said("a row of %(what)s", what=what), words, ("from", "text") if texts else ("from",))
        since, until = day(reading, row.get("from")), day(reading, row.get("until"))
        if until and until < since:
            reading.wrong(row["until"], too_early(until, since))
        found.append(Span(since, until, text(reading, row.get("text"), A_NOTICE)))
    return tuple(found)
