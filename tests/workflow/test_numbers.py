"""Numbers of cases and parts: one after the other, anew each year, as the institution's day has it."""

from app.workflow import numbers
from tests.workflow.proof import ROUTINE
from tests.workflow.town import moment


def test_a_years_numbers_follow_each_other(settle):
    town = settle(ROUTINE)
    assert [numbers.next_case(town.context) for _ in range(2)] == ["2026-0001", "2026-0002"]
    town.now = moment("2026-12-31 23:59")
    assert numbers.next_case(town.context) == "2026-0003"
    town.now = moment("2027-01-01 00:30")
    assert numbers.next_case(town.context) == "2027-0001", "the new year has begun here"
    numbers._begin(town.context, "2027")
    assert numbers.next_case(town.context) == "2027-0002", "a counter that another process made is left alone"


def test_a_part_is_numbered_in_its_case(settle):
    town = settle(ROUTINE)
    case = town.report()
    assert numbers.next_part(case) == f"{case.number}-1"
