"""A choice under another counts as that one too: in conditions, in sight, in lengths and in routing."""

from sqlalchemy import select

from model import Subject
from tests.workflow.town import DATA

ROUTINE = """
flows:
  trip:
    label: Trip
    when: {topic: conduct}
    see: [{who: contact, when: {topic: conduct}}, {who: boss, when: {topic: late}}]
    states:
      open: {label: Open}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, unit, topic, description], assign: routing}
      change: {label: Change, from: open, to: same, by: handler, fields: [topic], assign: routing}
      close: {label: Close, from: open, to: shut, by: handler}
    clocks:
      answer: {start: submit, runs: {topic: {conduct: 2 days, check: 5 days, time: 9 days}}}
  rest:
    label: Rest
    states:
      read: {label: Read, final: true}
    transitions:
      submit: {label: Report, from: new, to: read, by: anyone, fields: [area, unit, topic, description]}
fields:
  topic:
    label: Topic
    choices:
      conduct: {label: Conduct, choices: {driver: Driver, check: {label: Check, choices: {fine: Fine}}}}
      time: {label: Time, choices: {late: Late}}
"""
ROUTED = DATA.replace(
    "routing:", "routing:\n  - {when: {topic: check}, to: boss}\n  - {when: {topic: conduct}, to: desk}"
)


def test_an_answer_counts_as_the_choices_above_it(settle_on_both):
    town = settle_on_both(ROUTINE, data=ROUTED)
    driver, fine, late = (town.report(topic=topic) for topic in ("driver", "fine", "late"))
    assert [each.flow for each in (driver, fine, late)] == ["trip", "trip", "rest"]
    assert [town.handlers(each) for each in (driver, fine)] == [{"dora", "dirk"}, {"bess"}]
    assert [town.due(each, "answer") for each in (driver, fine)] == ["2026-03-04 23:59", "2026-03-07 23:59"]
    assert [sees(town, who, driver) for who in ("rita", "bess")] == [True, False]
    town.do(driver, "dora", "change", topic="late")
    assert town.due(driver, "answer") == "2026-03-11 23:59"
    assert [sees(town, who, driver) for who in ("bill", "bess")] == [False, True]


def sees(town, who, case):
    viewer = town.context.viewer(town.people[who])
    listed = town.session.scalar(select(Subject.id).where(Subject.id == case.id, viewer.visible()))
    assert viewer.sees(town.facts(case)) == bool(listed)
    return bool(listed)
