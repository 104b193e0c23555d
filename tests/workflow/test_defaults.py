"""A field that no form asks starts with its default; one that is asked is only suggested it."""

ROUTINE = """
flows:
  case:
    label: Case
    when: {kind: complaint}
    see: [reporter, desk]
    states:
      open: {label: Open}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, unit, description], assign: desk}
      hold: {label: Hold, from: open, to: same, by: desk, set: {exceptional: "yes"}}
      grade: {label: Grade, from: open, to: same, by: desk, fields: [severity]}
      close: {label: Close, from: open, to: shut, by: desk, guards: [graded]}
    clocks:
      answer: {start: submit, runs: {exceptional: {no: 5 days, yes: 9 days}}}
  rest:
    label: Rest
    states:
      filed: {label: Filed, final: true}
    transitions:
      submit: {label: Report, from: new, to: filed, by: anyone, fields: [area, unit, description]}
guards:
  graded: {needs: {severity: filled}, says: Grade it.}
fields:
  kind: {label: Kind, choices: {complaint: Complaint, praise: Praise}, default: complaint}
  exceptional: {label: Exceptional, choices: {no: "No", yes: "Yes"}, default: no}
  severity: {choices: {low: Low, high: High}, default: low}
"""


def test_a_case_starts_with_the_defaults_that_no_form_asks(settle):
    town = settle(ROUTINE)
    case = town.report()
    assert case.flow == "case"
    assert case.answers == {"kind": "complaint", "exceptional": "no"}
    assert town.due(case, "answer") == "2026-03-07 23:59"
    town.do(case, "dora", "hold")
    assert town.due(case, "answer") == "2026-03-11 23:59"
    assert town.refused(case, "dora", "close") == ["graded"], "a default that is asked later is nobody's answer yet"
    town.do(case, "dora", "grade")
    assert case.severity == "low"
