"""Letters: frozen in the move that sends them, read by their receiver and by those who may read all they name."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.workflow import engine, letters
from app.workflow.actor import Actor
from model import Document, OutgoingMail
from tests.workflow.town import DATA, nothing_written

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk, {who: contact, only: [number]}]
    states:
      open: {label: Open}
      settled: {label: Settled, told: "It is settled: {result}"}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, unit, description], optional: [reporter, diagnosis], assign: desk, notify: {reporter: receipt}}
      settle: {label: Settle, from: open, to: settled, by: desk, fields: [result], notify: {reporter: outcome, contact: outcome}}
      refer: {label: Refer, from: open, to: same, by: desk, notify: {boss: referral}}
      close: {label: Close, from: settled, to: shut, by: desk, forget: [reporter], notify: {reporter: farewell}}
      clean: {label: Clean, from: open, to: same, by: desk, forget: [diagnosis]}
fields:
  result: {see: [reporter, desk]}
  diagnosis: {label: Diagnosis, see: boss}
"""
MAILS = """
mails:
  outcome: {subject: "About {number}", body: "Dear you,\\n\\n{told} Ill? {diagnosis}\\n\\nRead more: {link}", letter: true}
  referral: {subject: Referral, body: "{diagnosis}", letter: true}
  farewell: {subject: Farewell, body: "Good bye.", letter: true}
"""


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE, data=DATA + MAILS)


def kept(town):
    return town.session.scalars(select(Document).order_by(Document.id)).all()


def may_read(town, document, who):
    return letters.readable(document, town.context.viewer(town.people[who]), town.facts(document.subject))


def test_a_mail_that_is_no_letter_leaves_no_document(town):
    town.report()
    assert kept(town) == []
    assert town.session.scalars(select(OutgoingMail.letter)).all() == [{}]


def test_a_letter_is_frozen_as_its_receiver_may_see_it(town):
    case = town.report(diagnosis="Gout")
    town.do(case, "dora", "settle", result="We have repaired it.")
    to_reporter, to_contact = kept(town)
    assert to_reporter.title == f"About {case.number}"
    assert to_reporter.body == "Dear you,\n\nIt is settled: We have repaired it. Ill?"
    assert (to_reporter.receiver_id, to_reporter.to_reporter) == (town.people["stig"], True)
    assert (to_contact.receiver_id, to_contact.to_reporter) == (town.people["rita"], False)
    assert (to_reporter.institution, to_reporter.fields) == ("Top", ["result"])
    mail = town.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
    assert mail.letter == {"institution": "Top", "reference": f"Case {case.number}", "day": "2 March 2026"}
    assert letters.sheet(town.context, to_contact).day == "2 March 2026"


def test_a_later_answer_changes_no_letter(town):
    case = town.report()
    town.do(case, "dora", "settle", result="Then.")
    case.answers = {**case.answers, "result": "Now."}
    town.session.commit()
    assert "Then." in kept(town)[0].body


def test_a_letter_is_read_by_its_receiver_and_by_those_who_may_read_all_it_names(town):
    case = town.report(diagnosis="Gout")
    town.do(case, "dora", "settle", result="Done.")
    town.do(town.report(diagnosis="Gout"), "dora", "refer")
    outcome, copy, referral = kept(town)
    assert referral.fields == ["diagnosis"]
    assert [each for each in ("stig", "dora", "rita", "bess", "bill") if may_read(town, outcome, each)] == [
        "stig",
        "dora",
    ]
    assert [each for each in ("stig", "dora", "rita", "bess", "bill") if may_read(town, copy, each)] == ["dora", "rita"]
    assert [each for each in ("stig", "dora", "rita", "bess", "bill") if may_read(town, referral, each)] == ["bess"]


def test_a_refused_move_leaves_no_letter(town):
    case = town.report()
    with nothing_written(town):
        assert town.refused(case, "dora", "settle") == ["result"]
        assert town.refused(case, "rita", "settle", result="No") == ["not offered"]
    assert kept(town) == []


def test_a_move_that_is_rolled_back_takes_its_letter_with_it(town):
    case = town.report()
    engine.move(town.context, case, "settle", actor=Actor(town.people["dora"]), answers={"result": "x"}, version=None)
    assert len(kept(town)) == 2
    town.session.rollback()
    assert kept(town) == []


def test_a_reporter_whom_nobody_knows_has_the_letter_behind_the_code(town):
    case = town.report(who=None)
    town.do(case, "dora", "settle", result="Done.")
    found = letters.to_reporter(town.context, case)
    assert [(each.receiver_id, each.body) for each in found] == [(None, "Dear you,\n\nIt is settled: Done. Ill?")]
    assert town.mails() == [("rita", "outcome")]


def test_letters_are_forgotten_with_their_receiver_and_the_farewell_still_goes_along(town):
    case = town.report()
    town.do(case, "dora", "settle", result="Done.")
    town.do(case, "dora", "close")
    outcome, copy, farewell = kept(town)
    assert (outcome.forgotten, outcome.title, outcome.body, outcome.receiver_id) == (True, "", "", None)
    assert (farewell.forgotten, farewell.body) == (True, "")
    assert not copy.forgotten
    assert letters.to_reporter(town.context, case) == []
    assert not may_read(town, outcome, "dora")
    waiting = town.session.scalars(select(OutgoingMail).where(OutgoingMail.name == "farewell")).one()
    assert (waiting.body, waiting.letter["institution"]) == ("Good bye.", "Top")


def test_letters_are_forgotten_with_what_they_name(town):
    case = town.report(diagnosis="Gout")
    town.do(case, "dora", "refer")
    town.do(case, "dora", "clean")
    assert [each.forgotten for each in kept(town)] == [True]


def test_what_stands_above_a_letter(town):
    case = town.report()
    facts = town.facts(case)
    assert letters.head(town.context, facts, "nb") == {
        "institution": "Top",
        "reference": f"Sak {case.number}",
        "day": "2. mars 2026",
    }
    new = town.context.facts_of_new("case", {})
    assert letters.head(town.context, new, "en") == {"institution": "Top", "reference": "", "day": "2 March 2026"}


def test_a_kept_letter_as_it_stands_on_paper(town):
    case = town.report()
    town.do(case, "dora", "settle", result="Done.")
    town.now += timedelta(days=9)
    document = kept(town)[0]
    sheet = letters.sheet(town.context, document)
    assert (sheet.institution, sheet.reference, sheet.day) == ("Top", f"Case {case.number}", "2 March 2026")
    assert (sheet.title, sheet.body, sheet.language) == (document.title, document.body, "en")
    assert (document.name, document.why, document.language, document.at) == (
        *("outcome", "reporter", "en"),
        town.now - timedelta(days=9),
    )
    assert document.subject is case


def test_a_letter_of_a_part_is_an_actions(settle):
    town = settle(PARTS, data=DATA + PARTS_MAIL)
    case = town.report()
    part = town.add(case, "dora", description="Mend it.", owner=town.people["bill"])
    [document] = kept(town)
    assert letters.sheet(town.context, document).reference == f"Action {part.number}"
    mail = town.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
    assert mail.letter["reference"] == f"Action {part.number}"
    assert letters.of_subject(town.context, part) == [document]
    assert letters.of_subject(town.context, case) == []
    assert letters.to_reporter(town.context, case) == []
    document.to_reporter = True
    town.session.flush()
    assert letters.to_reporter(town.context, case) == [document], "a part's are the case's, too"
    assert letters.to_reporter(town.context, town.report()) == []


def test_the_letters_of_a_case_come_the_oldest_first(town):
    case = town.report()
    town.do(case, "dora", "settle", result="Done.")
    assert [each.id for each in letters.of_subject(town.context, case)] == sorted(each.id for each in kept(town))
    assert letters.of_subject(town.context, town.report()) == []


def test_a_letter_that_is_forgotten_is_emptied_and_no_other(town):
    case = town.report(diagnosis="Gout")
    town.do(case, "dora", "refer")
    town.do(case, "dora", "settle", result="Done.")
    referral, to_reporter, to_contact = kept(town)
    letters.forget(town.context, case, ["title"], [town.people["bill"]], reporter=False)
    assert [each.forgotten for each in kept(town)] == [False] * 3
    letters.forget(town.context, case, [], [], reporter=True)
    assert [each.forgotten for each in (referral, to_reporter, to_contact)] == [False, True, False]
    letters.forget(town.context, case, [], [town.people["rita"]], reporter=False)
    assert [each.forgotten for each in (referral, to_reporter, to_contact)] == [False, True, True]
    letters.forget(town.context, case, ["diagnosis"], [], reporter=False)
    assert (referral.forgotten, referral.receiver_id, referral.fields, referral.title) == (True, None, [], "")


PARTS = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
  job:
    label: Job
    part of: case
    see: [owner]
    states: {given: {label: Given}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: given, by: desk, fields: [description, owner], notify: {owner: order}}
      finish: {label: Finish, from: given, to: done, by: owner}
"""
PARTS_MAIL = """
mails:
  order: {subject: Order, body: "{description}", letter: true}
"""


def test_without_any_unit_no_institution_stands_above_a_letter(town):
    case = town.report()
    case.unit_id = None
    assert letters.head(town.context, town.facts(case), "en")["institution"] == "Top", "that of the top unit"
    nowhere = replace(town.context, organisation=replace(town.context.organisation, units={}))
    assert letters.head(nowhere, nowhere.facts(case), "en")["institution"] == ""


def test_what_was_kept_is_given_back_and_nothing_for_what_is_no_letter(town):
    case = town.report()
    facts = town.facts(case)
    kept_one = letters.keep_unsent(town.context, facts, "outcome", "reporter", "en", {"number": "7", "told": "Done"})
    assert (kept_one.title, kept_one.subject, kept_one.receiver_id, kept_one.to_reporter) == (
        "About 7",
        case,
        None,
        True,
    )
    assert (kept_one.name, kept_one.why, kept_one.at, kept_one.forgotten) == ("outcome", "reporter", town.now, False)
    assert letters.keep_unsent(town.context, facts, "receipt", "reporter", "en", {}) is None
    assert kept_one.fields == [], "what is told here names nothing"
    new = town.context.facts_of_new("case", {})
    assert letters._fields(town.context, new, "outcome", "en", ["told", "diagnosis", "number"]) == ["diagnosis"]
