"""What a case's page has besides the case's own facts: moves as buttons, and its parts in lists."""

from __future__ import annotations

from dataclasses import dataclass

from app.web.cells import Due, Tag
from app.web.reasons import Check


@dataclass(frozen=True, slots=True)
class Option:
    """One move as a button: possible, or not yet and why."""

    name: str
    label: str
    href: str
    allowed: bool
    refusals: list[Check]
    mails: str = ""
    help: str = ""
    danger: bool = False
    first: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class PartRow:
    """One action in the case's list of them."""

    title: str
    href: str
    number: str
    owner: str
    state: Tag
    due: Due


@dataclass(frozen=True, slots=True)
class Section:
    """The parts of one flow: their heading, their rows, and the way to add one."""

    label: str
    caption: str
    rows: list[PartRow]
    add: Option | None
