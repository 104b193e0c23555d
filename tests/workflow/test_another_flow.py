"""A case that goes on in another flow: its clocks, its sight and its way back."""

import pytest
from sqlalchemy import select

from app.workflow import engine
from model import Subject

ROUTINE = """
flows:
  mild:
    label: Mild
    when: {area: teaching}
    see: [reporter, contact]
    states:
      filed: {label: Filed}
      done: {label: Done, final: true}
    transitions:
      submit: {label: Report, from: new, to: filed, by: anyone, fields: [reporter, area, unit, description], assign: contact}
      worse: {label: It is worse, from: filed, to: {grave: received}, by: handler, set: {area: safety}, assign: desk, notify: {desk: grave_case}}
      finish: {label: Finish, from: filed, to: done, by: handler}
    clocks:
      answer: {start: submit, runs: 3 weeks}
      both: {start: submit, runs: 30 days}
  grave:
    label: Grave
    see: [desk, boss]
    states:
      received: {label: Received}
      seen: {label: Seen}
      closed: {label: Closed, final: true}
    transitions:
      submit: {label: Report, from: new, to: received, by: anyone, fields: [reporter, area, unit, description], assign: desk}
      look: {label: Look, from: received, to: seen, by: desk}
      undo: {label: Undo, from: seen, to: back, by: desk}
      close: {label: Close, from: [received, seen], to: closed, by: desk}
    clocks:
      first_answer: {start: submit, stop: close, runs: 1 week}
      here: {start: received, runs: 2 days}
      both: {start: submit, runs: 10 days}
"""


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


def test_it_goes_on_there(town):
    case = town.report()
    assert (case.flow, town.due(case, "answer")) == ("mild", "2026-03-23 23:59")
    town.now = town.now.replace(day=4)
    town.do(case, "rita", "worse")
    assert (case.flow, case.state, case.former_states) == ("grave", "received", [])
    assert town.clock(case, "answer").stopped_at is not None
    assert town.due(case, "first_answer") == "2026-03-09 23:59", "it counts from the report"
    assert town.due(case, "here") == "2026-03-06 23:59", "and this from coming here"
    assert town.due(case, "both") == "2026-03-12 23:59", "the same clock runs on, by the rules here"
    assert town.clock(case, "both").run == 1
    assert town.mails() == [("dora", "grave_case"), ("dirk", "grave_case")]
    assert town.may(case, "dora") == ["look", "close"]
    assert town.may(case, "rita") == []


def test_sight_follows(town):
    case = town.report()
    town.do(case, "rita", "worse")
    for who, seen in (("rita", False), ("dora", True)):
        viewer = town.context.viewer(town.people[who])
        assert viewer.sees(town.facts(case)) == seen
        assert (town.session.scalar(select(Subject.id).where(viewer.visible())) is not None) == seen


def test_the_journal_tells_both_flows(town):
    case = town.report()
    town.do(case, "rita", "worse")
    town.do(case, "dora", "look")
    town.do(case, "dora", "undo")
    told = [(e.flow, e.transition, e.from_state, e.to_state) for e in town.journal(case)]
    assert told[1:] == [
        ("grave", "worse", "filed", "received"),
        ("grave", "look", "received", "seen"),
        ("grave", "undo", "seen", "received"),
    ]


def test_it_goes_on_under_the_newest_edition(town):
    case = town.report()
    town.publish(ROUTINE.replace("runs: 1 week", "runs: 2 weeks"))
    town.do(case, "rita", "worse")
    assert town.context.edition(case).number == 2
    assert town.due(case, "first_answer") == "2026-03-16 23:59"


def test_a_flow_the_newest_lacks_is_that_of_its_own_edition(town):
    case = town.report()
    gone = ROUTINE.replace("to: {grave: received}", "to: done").replace("  grave:", "  graver:")
    town.publish(gone)
    town.do(case, "rita", "worse")
    assert (case.flow, case.state, town.context.edition(case).number) == ("grave", "received", 1)


def test_the_first_flow_whose_condition_holds_takes_the_report(settle):
    town = settle(
        ROUTINE.replace("  grave:\n    label: Grave\n", "  grave:\n    label: Grave\n    when: {area: safety}\n")
    )
    dora = town.actor("dora")
    for area, flow in (("teaching", "mild"), ("safety", "grave"), (None, "mild")):
        given = {"area": area, "unit": "red", "description": "Cold."}
        assert engine.choose_flow(town.context, "submit", given, dora) == flow, area
    with pytest.raises(KeyError):
        engine.choose_flow(town.context, "worse", {}, dora)
    with pytest.raises(KeyError):
        engine.choose_flow(town.context, "no such", {}, dora)
