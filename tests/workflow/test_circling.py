"""Cases that go to and fro between units: every fifth arrival at the same one is told to the administrators."""

import pytest
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from app.workflow import circling
from model import OutgoingMail, Person

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk}
      send: {label: Send, from: open, to: same, by: desk, fields: [unit]}
      note: {label: Note, from: open, to: same, by: desk, fields: [comment]}
      close: {label: Close, from: open, to: shut, by: desk}
"""


@pytest.fixture
def town(settle):
    town = settle(ROUTINE)
    given = {"username": "a", "email": "a@town.example", "active": True, "roles": [Role(name="Admin")]}
    user = User(first_name="A", last_name="Admin", password="x", **given)
    town.session.add(Person(name="admin", label="Admin", mail="a@town.example", language="en", user=user))
    town.session.commit()
    return town


def warned(town):
    return town.session.scalars(select(OutgoingMail).where(OutgoingMail.name == "going_round")).all()


def test_every_fifth_arrival_at_a_unit_is_told_and_no_other(town):
    case, other = town.report(), town.report()
    told = []
    for number in range(2, 12):
        town.do(case, "dora", "send", unit="blue")
        town.do(case, "dora", "send", unit="red")
        if len(warned(town)) > len(told):
            told.append(number)
    # The report is at red from the start: its second arrival there is the first round's.
    assert circling.arrivals(town.context, case.id).count("red") == 11
    assert [mail.address for mail in warned(town)] == ["a@town.example"] * 4
    assert told == [5, 6, 10, 11], "red's fifth and tenth, and blue's, a round later"
    assert circling.arrivals(town.context, other.id) == ["red"]


def test_the_mail_says_how_often(town):
    case = town.report()
    for _ in range(4):
        town.do(case, "dora", "send", unit="blue")
        town.do(case, "dora", "send", unit="red")
    [mail] = warned(town)
    assert (mail.subject, mail.event_key) == (
        f"Case {case.number} is sent back and forth",
        f"{case.id}:{case.events}:{case.id}",
    )
    assert "5" in mail.body.replace(case.number, "")


def test_a_move_that_brings_the_case_nowhere_is_no_arrival(town):
    case = town.report()
    for _ in range(6):
        town.do(case, "dora", "send", unit="red")
    assert circling.arrivals(town.context, case.id) == ["red"]
    for _ in range(4):
        town.do(case, "dora", "send", unit="blue")
        town.do(case, "dora", "send", unit="red")
    assert len(warned(town)) == 1
    town.do(case, "dora", "note", comment="Looked at it.")
    assert len(warned(town)) == 1, "only a move that asks for the unit"
