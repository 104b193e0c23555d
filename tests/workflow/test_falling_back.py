"""F45, F46: nobody where a case should go, and a case that is sent back and forth: both go on, and somebody is told."""

import pytest
from sqlalchemy import select

from model import OutgoingMail
from tests.workflow.test_move import employ_an_administrator

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk, contact]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [unit], assign: routing, notify: {handler: new_case}}
      forward: {label: Send on, from: open, to: same, by: [handler, desk], fields: [unit], assign: routing, notify: {handler: new_case}}
      close: {label: Close, from: open, to: shut, by: handler}
"""
NO_CONTACT = """
units:
  top: {label: Top, kind: top}
  red: {label: Red, kind: faculty, under: top}
  green: {label: Green, kind: faculty, under: top}
areas: {teaching: {label: Teaching}}
roles: {desk: {label: Desk}, contact: {label: Contact}, warden: {label: Warden}, boss: {label: Boss}}
people:
  dora: {name: Dora, mail: dora@town.example, unit: top, language: en}
  rita: {name: Rita, mail: rita@town.example, unit: red, language: en}
  stig: {name: Stig, mail: stig@town.example, unit: red, kind: student, language: en}
assignments:
  - {person: dora, role: desk, unit: top}
  - {person: rita, role: contact, unit: red}
routing:
  - {to: {first: [contact, desk]}}
calendar: {timezone: Europe/Oslo, weekend: [saturday, sunday], holidays: "NO"}
"""


def test_f45_a_unit_without_a_contact_falls_back_to_the_desk_and_the_administrators_are_told(settle):
    town = settle(ROUTINE, data=NO_CONTACT)
    employ_an_administrator(town)
    covered = town.report(unit="red")
    assert town.handlers(covered) == {"rita"}
    assert town.mails() == [("rita", "new_case")], "no alarm where somebody is there"
    case = town.report(unit="green")
    assert town.handlers(case) == {"dora"}
    assert case.orphaned is False
    assert sorted(town.mails()) == [("admin", "fallen_back"), ("dora", "new_case")]
    told = town.session.scalars(select(OutgoingMail).where(OutgoingMail.name == "fallen_back")).one()
    assert "has got it" in told.body
    assert case.number in told.subject


def test_f45_with_nobody_at_all_it_says_so_instead(settle):
    town = settle(ROUTINE, data=NO_CONTACT.replace("  - {person: dora, role: desk, unit: top}\n", ""))
    employ_an_administrator(town)
    case = town.report(unit="green")
    assert (case.handler, case.orphaned) == (None, True)
    assert town.mails() == [("admin", "no_handler")]


@pytest.mark.parametrize("times", [50])
def test_f46_fifty_times_there_and_back_are_allowed_counted_and_told_now_and_then(settle, times):
    town = settle(ROUTINE)
    employ_an_administrator(town)
    case = town.report(unit="red")
    for at in range(times):
        assert town.refused(case, "dora", "forward", unit=("blue", "red")[at % 2]) == []
        assert town.handlers(case) == {("bill", "rita")[at % 2]}
    rows = town.session.scalars(
        select(OutgoingMail).where(OutgoingMail.name == "going_round").order_by(OutgoingMail.id)
    )
    told = [row.body for row in rows]
    assert len(told) == 10, "25 arrivals at blue, 26 at red: every fifth"
    assert [f" {count} times" in body for count, body in zip((5, 5, 10, 10, 15), told, strict=False)] == [True] * 5
    assert len(town.journal(case)) == times + 1
    assert town.refused(case, "rita", "close") == []


def test_f46_naming_the_same_unit_again_is_no_arrival(settle):
    town = settle(ROUTINE)
    employ_an_administrator(town)
    case = town.report(unit="red")
    for _ in range(12):
        town.do(case, "dora", "forward", unit="red")
    assert "going_round" not in {name for _, name in town.mails(since=0)}
