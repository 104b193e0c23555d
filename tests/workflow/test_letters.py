"""Letters: frozen in the move that sends them, read by their receiver and by those who may read all they name."""

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
