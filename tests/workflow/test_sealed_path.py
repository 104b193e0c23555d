"""Demand S16: a case that turns out to be whistleblowing goes to its own reception, out of everybody else's sight."""

import pytest
from sqlalchemy import select

from model import Subject

OPEN = "{not: {sealed: ticked}}"
ROUTINE = f"""
flows:
  case:
    label: Case
    see: [reporter, {{who: [desk, contact], when: {OPEN}}}, {{who: boss, when: {{sealed: ticked}}}}]
    states:
      open: {{label: Open}}
      sealed_off: {{label: At the whistleblowing reception}}
      shut: {{label: Shut, final: true}}
    transitions:
      submit: {{label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: contact}}
      note: {{label: Note, from: any, to: same, by: handler, fields: [comment]}}
      seal: {{label: This is whistleblowing, from: open, to: sealed_off, by: handler, set: {{sealed: ticked}}, exclude: [desk, contact], assign: boss, notify: {{handler: sealed_case}}}}
      close: {{label: Close, from: sealed_off, to: shut, by: handler, notify: {{desk: closed, handler: closed}}}}
  job:
    label: Job
    part of: case
    see: [owner]
    states:
      todo: {{label: To do}}
      done: {{label: Done, final: true}}
    transitions:
      add: {{label: Add, from: new, to: todo, by: [desk, contact], fields: [description, owner, due_on]}}
      finish: {{label: Finish, from: todo, to: done, by: owner}}
fields:
  sealed: {{type: tick, label: Whistleblowing}}
"""


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


def sees(town, subject, who):
    viewer = town.context.viewer(town.people[who])
    row = viewer.sees(town.facts(subject))
    assert row == (
        town.session.scalar(select(Subject.id).where(Subject.id == subject.id, viewer.visible())) is not None
    )
    return row


def test_s16_a_sealed_case_is_seen_by_its_reception_and_its_reporter_alone(town):
    case = town.report(unit="blue")
    town.do(case, "bill", "note", comment="Between us.")
    assert [who for who in ("dora", "dirk", "bill", "bess", "rita") if sees(town, case, who)] == [
        "dora",
        "dirk",
        "bill",
    ]
    town.do(case, "bill", "seal")
    assert [who for who in town.people if sees(town, case, who)] == ["bess", "stig"]
    assert town.may(case, "bill") == []
    assert town.mails() == [("bess", "sealed_case")]
    town.do(case, "bess", "close")
    assert town.mails() == [], "who is shut out gets no mail either"
