"""F39: a guard that can't be judged while the product runs: the move is denied, and the administrators hear of it."""

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from app.change import sweeping
from app.routing.facts import CaseFacts
from app.workflow.evaluator import may
from tests.workflow.test_move import employ_an_administrator
from tests.workflow.town import nothing_written

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [unit, where], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk, guards: [in_red, not_in_blue]}
guards:
  in_red: {needs: {where: red}, says: Only those of red.}
  not_in_blue: {needs: {not: {where: blue}}, says: None of blue.}
fields:
  where: {type: unit, label: Where}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def spoilt(town):
    """A case whose row no longer holds what the guards can be asked about."""
    case = town.report(where="red")
    assert may(town.facts(case), "close", town.actor("dora"), {})
    case.answers = {"where": {"nobody": "could have typed this"}}
    town.session.commit()
    return case


def test_f39_it_is_denied_whichever_way_it_is_asked_and_written_down(town):
    case = spoilt(town)
    with capture_logs() as logs, nothing_written(town):
        assert sorted(town.refused(case, "dora", "close")) == ["in_red", "not_in_blue"], "also the one that says not"
        assert [each.name for each in may(town.facts(case), "close", town.actor("dora")).refusals]
    assert {each["guard"] for each in logs} == {"in_red", "not_in_blue"}
    assert {(each["event"], each["log_level"]) for each in logs} == {("guard_failed", "error")}
    assert not any("nobody" in str(each.get("number")) for each in logs)


def test_f39_the_nightly_look_over_all_cases_tells_the_administrators(town):
    employ_an_administrator(town)
    case = spoilt(town)
    with capture_logs():
        found = sweeping.sweep(town.session, town.now)
    town.session.commit()
    assert (found.open, found.stuck) == (1, 1)
    assert town.mails(since=town.mark)[-1] == ("admin", "stuck_cases")
    assert case.state == "open"


def test_f39_a_database_that_is_away_says_nothing_of_a_guard(town, monkeypatch):
    case = town.report(where="red")
    facts = town.facts(case)

    def away(*_given):
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(CaseFacts, "is_one_of", away)
    with pytest.raises(OperationalError):
        may(facts, "close", town.actor("dora"), {})
