"""Seats: how `Subject.handler` names who has a case - a function (`role:unit:area`) or a person (`@id`)."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from app.routing.organisation import Holding, Organisation


@dataclass(frozen=True, slots=True)
class Seat:
    """Who has a case: a role at a unit for an area, or one person."""

    role: str = ""
    unit: int | None = None
    area: int | None = None
    person: int | None = None

    def __str__(self) -> str:
        if self.person is not None:
            return f"@{self.person}"
        return f"{self.role}:{self.unit or ''}:{self.area or ''}"


@lru_cache(maxsize=4096)
def read(text: str) -> Seat:
    """The seat that the text names."""
    if text.startswith("@"):
        return Seat(person=int(text[1:]))
    role, unit, area = text.split(":")
    return Seat(role, int(unit) if unit else None, int(area) if area else None)


def holders(seat: Seat, organisation: Organisation, today: date) -> tuple[Holding, ...]:
    """Who sits there today; nobody for a person's own seat, which needs no looking up."""
    return organisation.nearest(seat.role, seat.unit, seat.area, today) if seat.role else ()


def seats_of(person: int, organisation: Organisation, today: date) -> frozenset[str]:
    """Every seat that the person sits in today, as `Subject.handler` would name it."""
    found = {str(Seat(person=person))}
    for role in {h.role for h in organisation.holdings if h.person == person}:
        areas = {None, *(h.area for h in organisation.holdings if h.role == role)}
        for unit in (None, *organisation.units):
            for area in areas:
                if any(h.person == person for h in organisation.nearest(role, unit, area, today)):
                    found.add(str(Seat(role, unit, area)))
    return frozenset(found)


def seat_found(role: str, holdings: tuple[Holding, ...]) -> Seat:
    """The seat that these holders share: the role where it was found, with the area only if they hold just that."""
    first = holdings[0]
    return Seat(role, first.unit, first.area)
