"""Seats: how they are written, who sits there, and in which somebody sits."""

import pytest

from app.routing.seats import Seat, holders, read, seat_found, seats_of
from tests.routing.samples import ANN, BEN, BLUE, CAT, LAB, RED, SAFETY, TEACHING, TODAY, TOP, holding, organisation

PLACE = organisation(
    holding(ANN, "contact", RED),
    holding(BEN, "contact", TOP),
    holding(BEN, "contact", LAB, SAFETY),
    holding(CAT, "boss", TOP),
)
WRITTEN = {
    "@7": Seat(person=7),
    "@1234": Seat(person=1234),
    "desk::": Seat("desk"),
    "desk:1:": Seat("desk", 1),
    "desk:1:2": Seat("desk", 1, 2),
    "desk::2": Seat("desk", None, 2),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_seat_reads_as_it_is_written(text):
    assert read(text) == WRITTEN[text]
    assert str(WRITTEN[text]) == text


@pytest.mark.parametrize(
    ("text", "people"),
    [
        (f"contact:{LAB}:{SAFETY}", [BEN]),
        (f"contact:{LAB}:{TEACHING}", [ANN]),
        (f"contact:{LAB}:", [ANN]),
        (f"contact:{BLUE}:", [BEN]),
        ("contact::", [BEN]),
        ("boss::", [CAT]),
        (f"@{ANN}", []),
        ("nothing::", []),
    ],
)
def test_who_sits_there_holds_the_role_there_or_nearest_above(text, people):
    assert [each.person for each in holders(read(text), PLACE, TODAY)] == people


def test_somebody_sits_wherever_they_are_found():
    assert seats_of(ANN, PLACE, TODAY) == {
        f"@{ANN}",
        *(f"contact:{RED}:{area}" for area in ("", SAFETY)),
        f"contact:{LAB}:",
    }
    assert f"contact:{LAB}:{SAFETY}" in seats_of(BEN, PLACE, TODAY)
    assert {f"contact:{unit}:{area}" for unit in (TOP, BLUE, "") for area in ("", SAFETY)} < seats_of(BEN, PLACE, TODAY)
    assert f"contact:{LAB}:" not in seats_of(BEN, PLACE, TODAY)
    assert {seat for seat in seats_of(CAT, PLACE, TODAY) if ":" in seat} == {
        f"boss:{unit}:" for unit in (TOP, RED, LAB, BLUE, "")
    }
    assert seats_of(99, PLACE, TODAY) == {"@99"}


def test_a_seat_is_found_where_the_first_of_its_holders_has_it():
    both = (holding(ANN, "contact", RED, SAFETY), holding(BEN, "contact", TOP))
    assert seat_found("contact", both) == Seat("contact", RED, SAFETY)
    assert seat_found("contact", both[1:]) == Seat("contact", TOP)
