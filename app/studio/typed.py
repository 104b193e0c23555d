"""A text typed into one big field, and what is wrong with it, at its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import request

from app.i18n import translated
from app.language.fault import Fault

LONGEST_QUOTE = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A fault with its place, its sentence and the line it is about."""

    line: int
    column: int
    text: str
    quote: str
    warning: bool


def typed() -> str:
    """Give what was sent, with the ends of lines that files have."""
    return request.form.get("text", "").replace("\r\n", "\n").replace("\0", "")


def told_of(text: str, faults: Iterable[Fault]) -> Iterator[Told]:
    """Tell each fault of the text."""
    lines = text.split("\n")
    for fault in faults:
        quote = lines[fault.line - 1].strip()[:LONGEST_QUOTE] if 0 < fault.line <= len(lines) else ""
        yield Told(fault.line, fault.column, translated(fault.message), quote, fault.warning)
