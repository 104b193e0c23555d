"""What a mail says to whom: in which language, with which answers, and by which link."""

import pytest
from sqlalchemy import select

from model import OutgoingMail
from tests.workflow.town import DATA

ROUTINE = """
parties:
  known_reporter: {who: reporter, when: {area: teaching}}
flows:
  case:
    label: Case
    see: [reporter, desk]
    states:
      open: {label: Open}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk, notify: {reporter: receipt}}
      tell: {label: Tell, from: open, to: same, by: desk, fields: [promised], notify: {known_reporter: promise}}
      close: {label: Close, from: open, to: shut, by: desk}
  job:
    label: Job
    part of: case
    see: [owner]
    states:
      given: {label: Given}
      done: {label: Done, final: true}
    transitions:
      add: {label: Add, from: new, to: given, by: desk, fields: [description, owner, due_on], notify: {owner: your_job}}
      finish: {label: Finish, from: given, to: done, by: owner}
fields:
  promised: {label: Promised, type: date, see: [desk, known_reporter]}
"""
MAILS = """
mails:
  promise: {subject: "By {promised}", body: "{unit}\\n\\n{area}\\n\\nRead: {link}"}
  your_job: {subject: "Due {due_on}", body: "{description}"}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE, data=DATA.replace("kind: student, language: en", "kind: student, language: nn") + MAILS)


def mail(town):
    return town.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()


def test_a_language_that_the_routine_lacks_gives_way_to_its_first(town):
    case = town.report()
    assert (mail(town).language, mail(town).body.splitlines()[0]) == ("en", f"Case {case.number} is now “Open”.")
    town.do(case, "dora", "tell", promised="2026-04-03")
    assert (mail(town).language, mail(town).subject) == ("en", "By 3 April 2026")


def test_a_reporter_is_led_to_their_own_page_however_the_routine_speaks_of_them(town):
    case = town.report()
    town.do(case, "dora", "tell", promised="2026-04-03")
    assert (mail(town).why, mail(town).link) == ("known_reporter", f"follow:{case.id}")


def test_what_is_left_out_leaves_no_hole(town):
    town.do(town.report(), "dora", "tell", promised="2026-04-03")
    assert mail(town).body == "Read: \ue000"


def test_whoever_reported_it_and_has_a_job_in_it_is_told_what_owners_are_told(town):
    case = town.report()
    town.add(case, "dora", description="Mend it", owner=town.people["stig"], due_on="2026-04-03")
    assert (mail(town).subject, mail(town).body) == ("Due 3 April 2026", "Mend it")
