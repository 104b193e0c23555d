"""Who is shut out of a case for its life: kept as functions and people, so that whoever gets the role later is too.

A key is `@person`, `role:unit` (the role at that unit), `role~unit` (there and under it), `role~` (anywhere) or
`*unit` (everyone with a role there or under it).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.routing.organisation import Organisation


def person(found: int) -> str:
    """The key of one person."""
    return f"@{found}"


def role_at(role: str, unit: int | None) -> str:
    """The key of whoever has the role at that unit."""
    return f"{role}:{unit or ''}"


def role_within(role: str, unit: int | None) -> str:
    """The key of whoever has the role at the unit or under it; anywhere for none."""
    return f"{role}~{unit or ''}"


def staff(unit: int) -> str:
    """The key of everyone with a role at the unit or under it."""
    return f"*{unit}"


@lru_cache(maxsize=4096)
def read(text: str) -> frozenset[str]:
    """The keys in a row's text."""
    return frozenset(filter(None, text.split(",")))


def written(keys: Iterable[str]) -> str:
    """Keys as a row keeps them; empty for none."""
    several = sorted(set(keys))
    return f",{','.join(several)}," if several else ""


def keys_of(who: int, organisation: Organisation, today: date) -> frozenset[str]:
    """Every key that would shut this person out today."""
    found = {person(who)}
    for holding in organisation.holdings_of.get(who, ()):
        if holding.counts(today):
            found |= {role_at(holding.role, holding.unit), role_within(holding.role, None)}
            for unit in organisation.line(holding.unit):
                found |= {role_within(holding.role, unit), staff(unit)}
    return frozenset(found)


def covers(keys: frozenset[str], who: int | None, organisation: Organisation, today: date) -> bool:
    """Whether one of the keys shuts the person out."""
    return who is not None and not keys.isdisjoint(keys_of(who, organisation, today))
