"""Lengths and moments: how long something runs, and when a reminder goes out.

Source: the language's sections 2 (a clock) and 12 (Clocks).
"""

from dataclasses import dataclass

UNITS = ("working days", "days", "hours", "weeks", "months", "years")


@dataclass(frozen=True, slots=True)
class Length:
    """`count` of `unit`, one of UNITS."""

    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Moment:
    """When a reminder goes: `how` is due, before, after or every (after due, until it stops)."""

    how: str
    length: Length | None = None
