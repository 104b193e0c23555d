"""What a unit sets for a field `of: unit` is read as the case's: in texts, conditions, sight and lengths."""

from sqlalchemy import select

from app.workflow.words import spoken
from model import Subject
from tests.workflow.town import DATA

ROUTINE = """
flows:
  case:
    label: Case
    see: [{who: contact, when: {ombudsman: red_office}}, {who: boss, when: {ombudsman: empty}}]
    states:
      open: {label: Open}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [unit, patience], assign: desk}
      move: {label: Move, from: open, to: same, by: desk, fields: [unit]}
      wait: {label: Wait, from: open, to: same, by: desk, fields: [patience]}
      close: {label: Close, from: open, to: shut, by: desk}
    clocks:
      by_unit: {start: submit, runs: answer_within}
      by_hand: {start: submit, runs: patience}
fields:
  ombudsman: {label: Ombudsman, of: unit, choices: {red_office: The red office, blue_office: The blue office}}
  answer_within: {type: length, label: Answer within, of: unit}
  patience: {type: length, label: Patience}
"""
DATA_HERE = DATA.replace("answer_within: 2 days", "answer_within: 1 working day, ombudsman: red_office")


def test_a_units_value_is_the_cases(settle_on_both):
    town = settle_on_both(ROUTINE, data=DATA_HERE)
    case = town.report(unit="red_lab")
    assert spoken(town.facts(case), "ombudsman", "en") == "The red office"
    assert [sees(town, who, case) for who in ("rita", "bess", "bill")] == [True, False, False]
    town.do(case, "dora", "move", unit="blue")
    assert spoken(town.facts(case), "ombudsman", "en") == ""
    assert [sees(town, who, case) for who in ("rita", "bess", "bill")] == [False, True, False]
    nowhere = town.report(unit=None)
    assert sees(town, "bess", nowhere)


def test_one_working_day_is_a_length_wherever_it_is_written(settle):
    town = settle(ROUTINE, data=DATA_HERE)
    case = town.report()
    assert town.due(case, "by_unit") == "2026-03-03 23:59"
    assert town.due(case, "by_hand") is None
    town.do(case, "dora", "wait", patience="1 week")
    assert town.due(case, "by_hand") == "2026-03-09 23:59"
    assert town.refused(case, "dora", "wait", patience="a week") == ["patience"]


def sees(town, who, case):
    viewer = town.context.viewer(town.people[who])
    listed = town.session.scalar(select(Subject.id).where(Subject.id == case.id, viewer.visible())) is not None
    assert viewer.sees(town.facts(case)) == listed
    return listed
