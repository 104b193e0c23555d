"""The calendar's notices: said while they last, in mails and in what the reporter is told, and not a day longer."""

import pytest
from sqlalchemy import select

from app.workflow import mailing
from model import OutgoingMail
from tests.workflow.town import DATA

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states:
      open: {label: Open, told: "We are on it. {notice}"}
      shut: {label: Shut, told: "It is over. {notice}", final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk, notify: {reporter: receipt}}
      close: {label: Close, from: open, to: shut, by: desk, notify: {reporter: closed}}
"""
NOTICES = """
mails:
  receipt: {subject: Received, body: "Thank you. {notice}"}
  closed: {subject: Closed, body: "{told} Bye."}
"""
TOWN = DATA.replace(
    'holidays: "NO"',
    'holidays: "NO", notices: [{from: 2026-07-01, until: 2026-07-31, text: Summer is slow.}, '
    "{from: 2026-07-31, text: Exams come.}]",
)


@pytest.fixture
def town(settle):
    return settle(ROUTINE, data=TOWN + NOTICES)


def body(town):
    return town.session.scalar(select(OutgoingMail.body).order_by(OutgoingMail.id.desc()))


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-06-30 23:59", ""),
        ("2026-07-01 00:00", "Summer is slow."),
        ("2026-07-31 23:59", "Summer is slow. Exams come."),
        ("2026-08-01 00:00", "Exams come."),
    ],
)
def test_a_notice_is_said_on_its_days(town, day, said):
    town.go_to(day)
    case = town.report()
    assert body(town) == f"Thank you. {said}".strip()
    assert mailing.fill_told(town.context, town.facts(case), "en").strip() == f"We are on it. {said}".strip()


def test_a_mail_that_says_what_is_told_says_the_notice_in_it(town):
    town.go_to("2026-07-10 09:00")
    case = town.report()
    town.do(case, "dora", "close")
    assert body(town) == "It is over. Summer is slow. Bye."
