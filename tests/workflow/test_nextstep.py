"""The natural way on from each state: what is still to be judged, a first part, then the way onward."""

import pytest

from app.workflow.nextstep import natural, next_step

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk, boss]
    states:
      open: {label: Open}
      asked: {label: Asked}
      done: {label: Done, final: true}
      checked: {label: Checked}
      lost: {label: Lost, final: may reopen}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk}
      drift: {label: Drift, from: open, to: checked, by: itself, guards: [never]}
      ask: {label: Ask, from: [open, checked], to: asked, by: desk, fields: [message]}
      note: {label: Note, from: open, to: same, by: desk, fields: [comment]}
      grade: {label: Grade, from: open, to: same, by: desk, fields: [severity, weight, comment]}
      finish: {label: Finish, from: [open, checked], to: done, by: desk, guards: [weighed]}
      check: {label: Check, from: open, to: checked, by: desk, fields: [comment], guards: [weighed]}
      answer: {label: Answer, from: asked, to: back, by: reporter, fields: [message]}
      drop: {label: Drop, from: [open, asked, checked], to: lost, by: desk}
      undo: {label: Undo, from: [checked, lost], to: open, by: desk}
  job:
    label: Job
    part of: case
    states: {given: {label: Given}, over: {label: Over, final: true}}
    transitions:
      start: {label: Start, from: new, to: given, by: desk, fields: [description], guards: [weighed]}
      end: {label: End, from: given, to: over, by: desk}
guards:
  never: {needs: {weight: never}, says: It never happens.}
  weighed: {needs: {weight: heavy}, says: Weigh it first.}
fields:
  severity: {choices: {low: Low, high: High}}
  weight: {label: Weight, choices: {heavy: Heavy, light: Light, never: Never}}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def step(town, case):
    found = next_step(town.facts(case))
    assert case.next_step == found, "it is noted on the row"
    return (found["flow"], found["transition"], found["blocked"]) if found else None


def test_first_what_nobody_has_judged_then_a_part_then_the_way_onward(town):
    case = town.report()
    assert step(town, case) == ("case", "grade", None)
    town.do(case, "dora", "grade", severity="low", weight="light", comment="Hm")
    assert step(town, case) == ("case", "check", "weighed"), "no part may be added yet, and nothing leads aside"
    town.do(case, "dora", "grade", severity="low", weight="heavy", comment="Hm")
    assert step(town, case) == ("job", "start", None)
    town.add(case, "dora", "start", description="Mend it")
    assert step(town, case) == ("case", "check", None)


def test_a_judgement_with_one_answer_is_made(town):
    case = town.report()
    case.severity = "low"
    assert next_step(town.facts(case))["transition"] == "check"


def test_the_way_back_from_a_side_state_comes_first(town):
    case = town.report()
    town.do(case, "dora", "ask", message="Where?")
    assert step(town, case) == ("case", "answer", None)


def test_a_finished_case_has_no_part_to_add(town):
    case = town.report()
    town.do(case, "dora", "grade", severity="low", weight="heavy", comment="Hm")
    town.do(case, "dora", "drop")
    assert step(town, case) is None, "back to an earlier state is no way onward"
    town.do(case, "dora", "undo")
    town.do(case, "dora", "finish")
    assert case.next_step == {}


def test_unfinished_states_come_first_and_side_states_last(town):
    flow = town.context.routine.flows["case"]
    names = {state: [each.name for each in natural(flow, state)] for state in flow.states}
    assert names == {
        "open": ["check", "finish", "drop", "ask"],
        "asked": ["answer", "drop"],
        "done": [],
        "checked": ["drop"],
        "lost": [],
    }
    assert list(natural(flow, "no such state")) == []


def test_where_nobody_holds_the_function_nothing_is_said_to_block(settle):
    town = settle(
        ROUTINE.replace(
            "      check: {label: Check, from: open, to: checked, by: desk",
            "      check: {label: Check, from: open, to: checked, by: {who: boss, at: own}",
        )
    )
    case = town.report(unit="red")
    case.severity = "low"
    assert next_step(town.facts(case)) == {"flow": "case", "transition": "check", "blocked": None}
