"""Values as a list or a page shows them: marked texts, and what any plain value is as text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from textwrap import shorten
from typing import Any, ClassVar

from babel.numbers import format_decimal

from app.i18n import as_day, day, gettext, in_days, language, moment, say, today, zone

Bare = str | int | Decimal | date
"""What a file holds of a value: a text, a number, a day, or a moment where the institution is."""
LONG = 140
"""Letters of a long text that a list shows."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A state or a grade; the tone only repeats what the text says."""

    text: str
    tone: str = "neutral"
    small: str = ""
    cell: ClassVar[str] = "tag"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another page; `strong` stands before the text, in bold."""

    text: str
    href: str
    strong: str = ""
    cell: ClassVar[str] = "link"

    def __str__(self) -> str:
        return f"{self.strong} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Two:
    """A text with a smaller one under it."""

    text: str
    small: str = ""
    cell: ClassVar[str] = "two"

    def __str__(self) -> str:
        return f"{self.text} ({self.small})" if self.small else self.text


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline; `when` NEVER or None shows nothing."""

    when: date | None
    finished: bool = False
    cell: ClassVar[str] = "due"

    @property
    def words(self) -> str:
        """`om 11 dager`; nothing when nothing is waited for."""
        return "" if self.when is None or self.finished else in_days(self.when)

    @property
    def late(self) -> bool:
        """Whether the day has passed."""
        return bool(self.words) and self.when is not None and in_past(self.when)

    def __str__(self) -> str:
        return as_day(self.when).isoformat() if self.when and self.words else ""


@dataclass(frozen=True, slots=True)
class Long:
    """A text that a list shows the beginning of, and a file the whole."""

    text: str
    cell: ClassVar[str] = "long"

    @property
    def short(self) -> str:
        """Its beginning, cut at a word."""
        return shorten(self.text, LONG, placeholder="…")

    def __str__(self) -> str:
        return self.text


def in_past(when: date) -> bool:
    """Whether that day lies before this one, where the institution is."""
    return as_day(when) < today()


def plain(value: Any) -> str:
    """Value as text without marks: for exports, titles and options."""
    match value:
        case None:
            return ""
        case bool():
            return gettext("Yes") if value else gettext("No")
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case Decimal():
            return str(format_decimal(value, locale=language(), decimal_quantization=False))
        case Mapping():
            return say(value)
        case list() | tuple() | set():
            return ", ".join(plain(each) for each in value)
        case _:
            return str(value)


def bare(value: Any) -> Bare:
    """Value as a file holds it: numbers and days as such, everything else as text."""
    match value:
        case Due():
            return as_day(value.when) if value.when and value.words else ""
        case datetime():
            return value.astimezone(zone()).replace(tzinfo=None) if value.tzinfo else value
        case date() | Decimal():
            return value
        case int() if not isinstance(value, bool):
            return value
    return plain(value)
