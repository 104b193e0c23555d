"""What a mail says to whom: in which language, with which answers, and by which link."""

import pytest
from sqlalchemy import select

from app.language.parties import InRole, Several, Word
from app.workflow import mailing
from model import MailText, OutgoingMail, Person
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


def test_one_person_gets_one_mail_of_a_name_by_whichever_party_comes_first(town):
    facts = town.facts(town.report())
    notify = (
        (Word("reporter"), ("a", "b")),
        (InRole("desk"), ("a",)),
        (Several((Word("reporter"), InRole("desk"))), ("b", "a")),
        (Word("me"), ("c",)),
    )
    dora, dirk, stig = (town.people[who] for who in ("dora", "dirk", "stig"))
    told = [
        (each.person, each.mail, each.why, each.skipped)
        for each in mailing.recipients(facts, notify, town.actor("dora"))
    ]
    assert told == [
        (stig, "a", "reporter", ""),
        (stig, "b", "reporter", ""),
        (dora, "a", "desk", "did_it"),
        (dirk, "a", "desk", ""),
        (dora, "b", "reporter, desk", ""),
        (dirk, "b", "reporter, desk", ""),
        (dora, "c", "me", ""),
    ]


VALUES = """
flows:
  case:
    label: Case
    see: [reporter, desk, {who: boss, only: [number, cost]}, {who: contact, only: [number, hush]}]
    states:
      open: {label: Open, told: "Told of {cost} in {unit}{hush}"}
      shut: {label: Shut, told: "It is over", final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [cost, hush, same], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
    clocks:
      answer: {start: submit, runs: 3 days}
      later: {start: close, runs: 3 days}
      endless: {start: submit, runs: span}
  job:
    label: Job
    part of: case
    see: [owner]
    states: {given: {label: Given}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: given, by: desk, fields: [description, owner]}
      finish: {label: Finish, from: given, to: done, by: owner}
fields:
  cost: {label: Cost, type: number}
  hush: {label: Hush, see: [desk, olga_]}
  olga_: {label: Olga, type: person}
  span: {label: Span, type: length}
  same: {label: Same, type: case}
"""


@pytest.fixture
def valued(settle):
    return settle(VALUES)


def test_the_words_that_a_mail_may_hold(valued):
    case = valued.report(cost="7", hush="Secret")
    facts = valued.facts(case)
    case.answers = {**case.answers, "same": "", "span": []}
    known = mailing.values(valued.context, facts, "en")
    assert known == {
        "number": case.number,
        "state": "Open",
        "told": "Told of 7 in RedSecret",
        "notice": "",
        "unit": "Red",
        "area": "Teaching",
        "handler": "Desk Top",
        "due answer": "5 March 2026",
        "title": "It is cold here",
        "description": "It is cold here. Very.",
        "reporter": "Stig",
        "language": "nb",
        "reporter_kind": "student",
        "round": "1",
        "submitted_on": "2 March 2026",
        "cost": "7",
        "hush": "Secret",
    }
    assert mailing.values(valued.context, facts, "en", "shut")["state"] == "Shut"
    assert mailing.values(valued.context, facts, "en", "shut")["told"] == "It is over"
    assert mailing.fill_told(valued.context, facts, "en") == "Told of 7 in RedSecret"


def test_each_receiver_gets_the_words_that_they_may_read(valued):
    case = valued.report(cost="7", hush="Secret")
    facts = valued.facts(case)
    known = mailing.values(valued.context, facts, "en")

    def told(who, why="reporter"):
        person = valued.session.get(Person, valued.people[who])
        return set(mailing.allowed(known, valued.context, facts, person, why))

    anybody = {"number", "state", "told", "notice", "due answer"}
    staff = anybody | {"unit", "area", "handler"}
    assert told("dora") == known.keys()
    assert told("bess") == staff | {"cost"}
    assert told("rita") == staff | {"hush"}
    assert told("olga") == staff, "whoever sees nothing of it"
    assert {"hush", "unit", "handler"}.isdisjoint(told("stig") - {"unit"})
    assert told("stig", "desk") == told("stig"), "held to what reporters see either way"
    assert anybody <= told("stig")


def test_in_whose_language_a_mail_is_written(valued):
    case = valued.report()
    facts = valued.facts(case)
    dora, stig = (valued.session.get(Person, valued.people[who]) for who in ("dora", "stig"))

    def language(person):
        return mailing.language_for(valued.context, facts, person, "news")

    dora.language, stig.language, case.language = "en", "", "en"
    assert [language(each) for each in (dora, stig, None)] == ["en", "en", "en"]
    valued.session.add(
        MailText(name="news", subject={"en": "N", "nn": "N"}, body={"en": "News", "nn": "Nytt", "nb": "Nyheter"})
    )
    case.language = "nn"
    assert [language(each) for each in (dora, stig, None)] == ["en", "nn", "nn"]
    dora.language = ""
    assert language(dora) == "en", "the routine's first, not the reporter's"


def test_where_a_link_leads(valued):
    case = valued.report()
    part = valued.add(case, "dora", description="Mend it", owner=valued.people["rita"])
    facts, of_part = valued.facts(case), valued.facts(part)
    dora, stig, rita, olga = (valued.people[who] for who in ("dora", "stig", "rita", "olga"))

    def link(there, person, why):
        return mailing.link_for(valued.context, there, person, why)

    assert link(facts, dora, "desk") == f"case:{case.number}"
    assert link(facts, stig, "reporter") == link(facts, stig, "me") == f"follow:{case.id}"
    assert link(of_part, stig, "reporter") == f"follow:{case.id}"
    assert link(of_part, rita, "owner") == f"action:{part.number}"
    assert link(facts, olga, "desk") == ""
    assert link(facts, dora, "reporter") == f"case:{case.number}", "who isn't the reporter"


def test_whoever_reported_a_joined_case_is_led_to_their_own(valued):
    one, other = valued.report(), valued.report("bill", unit="blue")
    one.answers = {**one.answers, "same": other.number}
    valued.session.commit()
    facts = valued.facts(one)
    bill = valued.people["bill"]
    assert mailing.link_for(valued.context, facts, bill, "desk") == f"follow:{other.id}"
    known = mailing.values(valued.context, facts, "en")
    told = mailing.allowed(known, valued.context, facts, valued.session.get(Person, bill), "desk")
    assert {"unit", "area", "handler"}.isdisjoint(told)


def test_nobody_may_read_what_some_may(valued):
    facts = valued.facts(valued.report(hush="Secret"))
    read = {
        who: "hush" in mailing._readable(["hush"], valued.context.viewer(who), facts, as_reporter=False)
        for who in (None, *range(1, 9))
    }
    assert read[None] is False
    assert read[valued.people["dora"]] is True


def test_one_of_several_parties_by_which_somebody_is_reached_may_name_the_reporter(town):
    facts, stig = town.facts(town.report()), town.people["stig"]
    link = {why: mailing.link_for(town.context, facts, stig, why) for why in ("desk, known_reporter", "desk, contact")}
    assert link["desk, known_reporter"] == f"follow:{facts.subject.id}"
    assert not mailing._as_reporter(facts, stig, "desk, contact")
    assert not mailing._as_reporter(facts, town.people["dora"], "desk, known_reporter")
