"""Last year's cases through a draft's routing."""

from datetime import timedelta

from app.change.changes import Change
from tests.change.office import ROUTINE, Office
from tests.change.test_dryrun import cases


def test_cases_that_would_have_gone_elsewhere_are_told_with_the_rows_that_decide(settle_on_both):
    town = settle_on_both(ROUTINE)
    _, routed, _ = cases(town)
    safe = town.do(town.report(area="safety"), "dora", "route", unit="red", area="safety")
    office = Office(town)
    everything_to_the_desk = Change("routing", "2", "change", {"receiver": {"first": ["boss", "desk"]}})
    result = office.try_out(office.settings(everything_to_the_desk))
    found = {number: rest for number, *rest in result["replay"]["first"]}
    assert (result["replay"]["cases"], result["replay"]["elsewhere"]) == (4, 3)
    assert found[routed.number] == [["Rita"], ["Bess"], 2, 2]
    assert safe.number not in found
    assert result["counts"]["receiver"] == 0  # nobody loses a case by it


def test_finished_cases_count_and_old_ones_don_t(settle):
    town = settle(ROUTINE)
    case = town.do(town.do(town.report(), "dora", "route", unit="blue", area="teaching"), "bill", "take")
    town.do(case, "bill", "close")
    office = Office(town)
    change = Change("routing", "2", "change", {"receiver": {"first": ["boss", "desk"]}})
    assert office.try_out(office.settings(change))["replay"]["elsewhere"] == 1
    town.now += timedelta(days=366)
    assert office.try_out(office.draft())["replay"]["cases"] == 0
