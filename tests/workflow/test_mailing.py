"""What a mail says to whom: in which language, with which answers, and by which link."""

import pytest
from sqlalchemy import select

from app.workflow import mailing
from model import OutgoingMail, Person
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


def test_whom_no_mail_reaches_is_not_told_and_nobody_else_misses_theirs(town):
    town.session.get(Person, town.people["dora"]).mail = ""
    town.session.commit()
    case = town.report()
    who = [mailing.Recipient(town.people[each], "news", "desk") for each in ("dora", "dirk")] + [
        mailing.Recipient(999_999, "news", "desk"),
        mailing.Recipient(town.people["bess"], "news", "desk", "did_it"),
    ]
    told = mailing.send(town.context, town.facts(case), who, "an event")
    assert [(int(each["to"]), each.get("skipped")) for each in told] == [
        (town.people["dirk"], None),
        (town.people["bess"], "did_it"),
    ]
    assert mailing.send(town.context, town.facts(case), who[1:2], "an event") == [], "it was written before"
    assert (mail(town).name, mail(town).address) == ("news", "dirk@town.example")


def test_two_people_with_one_address_get_one_mail_and_the_journal_names_one(town):
    town.session.get(Person, town.people["dirk"]).mail = "dora@town.example"
    town.session.commit()
    case = town.report()
    who = [mailing.Recipient(town.people[each], "news", "desk") for each in ("dora", "dirk", "bess")]
    told = mailing.send(town.context, town.facts(case), who, "an event")
    assert [int(each["to"]) for each in told] == [town.people["dora"], town.people["bess"]]
    assert [name for name, mail in town.mails(since=0) if mail == "news"] == ["dora", "bess"]


def test_of_a_case_that_is_not_yet_there_is_nothing_to_say(town):
    new = town.context.facts_of_new("case", {})
    assert mailing.values(town.context, new, "en") == {}
    assert mailing.link_for(town.context, new, town.people["dora"], "desk") == ""
    assert mailing.fill_told(town.context, new, "en") == ""
