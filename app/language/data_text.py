"""Texts, dates and spans in data: a text that is the same in every language may be written once."""

from datetime import date

from app.language.definition import Text
from app.language.read import Node
from app.language.reading import LANGUAGES, Reading
from app.language.rows import Span


def text(reading: Reading, node: Node | None, what: str) -> Text:
    """A text per language; a name like NTNU needs no languages. {} where there is none."""
    if node is None:
        return {}
    if node.kind == "scalar":
        return dict.fromkeys(reading.languages or LANGUAGES, reading.scalar(node, what))
    return reading.text(node, what)


def day(reading: Reading, node: Node | None) -> str:
    """A date as 2024-12-31, "" where there is none."""
    if node is None:
        return ""
    written = reading.scalar(node, "a date")
    try:
        if written and date.fromisoformat(written).isoformat() == written:
            return written
    except ValueError:
        pass
    reading.wrong(node, f'"{written}" is no date; a date is like 2024-12-31')
    return ""


def spans(reading: Reading, node: Node | None, what: str, *, texts: bool = False) -> tuple[Span, ...]:
    """A list of `{from, until}`, with `text` too where it is told."""
    if node is None or not reading.shaped(node, what, "list"):
        return ()
    words = ("from", "until", "text") if texts else ("from", "until")
    found = []
    for item in node.items:
        row = reading.words(item, f"a row of {what}", words, ("from", "text") if texts else ("from",))
        since, until = day(reading, row.get("from")), day(reading, row.get("until"))
        if until and until < since:
            reading.wrong(row["until"], f"{until} is before {since}")
        found.append(Span(since, until, text(reading, row.get("text"), "text of a notice")))
    return tuple(found)
