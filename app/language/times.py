"""Lengths and moments as the file writes them: `3 working days`, `every 2 days`."""

import re

from app.language.moments import UNITS, Length, Moment
from app.language.said import Said, said

LENGTH = re.compile(r"([1-9]\d{0,4}) (working days?|days?|hours?|weeks?|months?|years?)")
MOMENT = re.compile(r"(?P<run>.+) (?P<how>before|after)|every (?P<rhythm>.+)")
A_CENTURY = {"working days": 26_000, "days": 36_525, "hours": 876_600, "weeks": 5_218, "months": 1_200, "years": 100}
LENGTHS = said("a length is like 5 days, 3 working days, 24 hours, 2 weeks, 3 months or 10 years")
MOMENTS = said("a moment is due, 3 working days before, 2 days after or every 5 days")


def no_length(text: object) -> Said:
    """Sentence about what isn't a length."""
    return said('"%(text)s" is no length; %(lengths)s', text=text, lengths=LENGTHS)


def length(text: str) -> Length | None:
    """Length as written, None if it isn't one or is longer than a century."""
    found = LENGTH.fullmatch(text)
    if not found:
        return None
    count, unit = int(found[1]), found[2] if found[2].endswith("s") else f"{found[2]}s"
    return Length(count, unit) if unit in UNITS and count <= A_CENTURY[unit] else None


def moment(text: str) -> Moment | None:
    """Moment as written, None if it isn't one."""
    if text == "due":
        return Moment("due")
    found = MOMENT.fullmatch(text)
    run = length(found["run"] or found["rhythm"]) if found else None
    return Moment(found["how"] or "every", run) if found and run else None
