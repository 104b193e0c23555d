"""Light copies of cases: their clocks are fetched when they are looked at, and are their own from then on."""

import pytest
from sqlalchemy import event

from app.change import copies
from model import Subject
from tests.change.office import ROUTINE


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


@pytest.fixture
def case(town):
    made = town.do(town.report(), "dora", "route", unit="red", area="teaching")
    town.do(made, "rita", "take")
    return next(copies.open_cases(town.session, Subject.id == made.id))


def started(each):
    return {clock.name: clock.started_in for clock in each.clocks}


def test_clocks_are_fetched_for_whoever_looks_and_once(town, case):
    asked = []
    listen = lambda *call: asked.append(call[2])  # noqa: E731 - to be taken away again
    event.listen(town.database, "before_cursor_execute", listen)
    twin = copies.aside(case)
    assert twin.runs_like(case)
    assert asked == []
    assert started(case) == started(twin) == {"at_desk": "received", "in_hand": "in_hand"}
    assert [text for text in asked if "clock" in text] == asked[:1]
    event.remove(town.database, "before_cursor_execute", listen)
    assert not twin.runs_like(case)


@pytest.mark.parametrize("looked_at", [False, True])
def test_a_clock_knows_its_state_by_the_new_name_and_the_first_copy_by_the_old(case, looked_at):
    twin = copies.aside(case)
    if looked_at:
        assert started(twin)
    twin.rename_starts({"in_hand": "handled"})
    assert started(twin) == {"at_desk": "received", "in_hand": "handled"}
    assert started(copies.aside(twin)) == started(twin)
    assert started(case) == {"at_desk": "received", "in_hand": "in_hand"}


def test_a_copy_of_a_copy_keeps_the_new_name_before_anybody_looks(case):
    twin = copies.aside(case)
    twin.rename_starts({"in_hand": "handled"})
    assert started(copies.aside(twin))["in_hand"] == "handled"


def test_another_cases_clocks_are_not_its_own(town, case):
    other = town.report()
    first, second = copies.open_cases(town.session, Subject.id.in_([case.id, other.id]))
    assert not first.runs_like(second)
    assert set(started(second)) == {"at_desk"}
