"""What is forgotten is gone from the row, the journal and the mails; a scar says that it was there."""

import pytest
from sqlalchemy import select

from app.outbox import queue
from app.workflow import reminding, retention
from app.workflow.uploads import Upload
from model import Document, OutgoingMail, Person, StoredFile
from tests.workflow.town import DATA

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states:
      open: {label: Open}
      settled: {label: Settled}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [illness], assign: desk, notify: {reporter: receipt}}
      ask: {label: Ask, from: open, to: same, by: reporter, fields: [message]}
      settle: {label: Settle, from: open, to: settled, by: desk, fields: [illness, result], forget: [illness]}
      part_ways: {label: Part ways, from: settled, to: same, by: desk, forget: [reporter, description], notify: {reporter: farewell}}
      close: {label: Close, from: settled, to: shut, by: desk}
fields:
  illness: {label: Illness}
"""


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


def test_answers_are_gone_and_the_scar_stays(town):
    case = town.report(illness="Asthma")
    town.do(case, "dora", "settle", illness="Asthma, severe", result="Done")
    assert "illness" not in case.answers
    kept = [entry.answers for entry in town.journal(case)]
    assert [each.get("illness") for each in kept] == [{"forgotten": True}, {"forgotten": True}]
    assert kept[1]["result"] == "Done"
    assert "Asthma" not in str(kept)


def test_a_person_is_gone_as_actor_and_receiver(town):
    case = town.report()
    town.do(case, "stig", "ask", message="When?")
    town.do(case, "dora", "settle", illness="x", result="y")
    for mail in town.session.scalars(select(OutgoingMail)):
        mail.status = "sent"
    town.session.commit()
    town.do(case, "dora", "part_ways")
    stig = town.people["stig"]
    assert case.reporter_id is None
    assert (case.title, case.description) == ("", "")
    rows = town.journal(case)
    assert stig not in [entry.actor_id for entry in rows]
    assert str(stig) not in [mail["to"] for entry in rows for mail in entry.mails]
    assert stig not in [person for each in case.done.values() for person in each["by"]]
    assert rows[-1].answers == {"reporter": {"forgotten": True}, "description": {"forgotten": True}}
    sent = [m for m in town.session.scalars(select(OutgoingMail)) if m.status == "sent"]
    assert [(m.receiver_id, m.body) for m in sent] == [(None, "")]


def test_who_was_to_be_told_is_told_first(town):
    case = town.report()
    town.do(case, "dora", "settle", illness="x", result="y")
    town.do(case, "dora", "part_ways")
    assert town.mails() == [("stig@town.example", "farewell")]


def test_what_waited_is_gone_once_it_is_sent(town):
    case = town.report()
    town.do(case, "dora", "settle", illness="x", result="y")
    town.do(case, "dora", "part_ways")
    claimed = queue.claim(town.session, worker="w", now=town.now, limit=10)
    assert {letter.address for letter in claimed.letters} == {"stig@town.example"}
    for letter in claimed.letters:
        queue.sent(town.session, letter.id, worker="w", now=town.now)
    town.session.commit()
    town.session.expire_all()
    kept = town.session.scalars(select(OutgoingMail)).all()
    assert [(m.receiver_id, m.address, m.body) for m in kept] == [(None, f"forgotten-{m.id}", "") for m in kept]


def test_one_who_asks_to_be_forgotten_is_not_named_for_having_asked(settle):
    town = settle(
        ROUTINE.replace(
            "by: desk, forget: [reporter, description]", "by: [reporter, desk], forget: [reporter, description]"
        )
    )
    case = town.report()
    town.do(case, "dora", "settle", illness="x", result="y")
    town.do(case, "stig", "part_ways")
    assert town.people["stig"] not in [entry.actor_id for entry in town.journal(case)]


def test_what_was_empty_leaves_no_scar(town):
    case = town.report()
    town.do(case, "dora", "settle", illness="x", result="y")
    town.do(case, "dora", "part_ways")
    before = len(town.journal(case))
    town.do(case, "dora", "part_ways")
    assert town.journal(case)[before].answers == {}


KEPT = ROUTINE.replace(
    "    transitions:", "    clocks: {kept: {start: shut, runs: 24 months, then: erase}}\n    transitions:"
).replace(
    "      close:",
    "      erase: {label: Erase, from: shut, to: same, by: itself, forget: [reporter, description]}\n      close:",
)


def closed(town):
    case = town.report(description="Stig saw it.")
    town.do(case, "dora", "settle", illness="x", result="y")
    town.do(case, "dora", "close")
    return case


def ahead(town):
    [found] = retention.ahead(town.context)
    return found.soon, found.later, [number for number, _ in found.cases]


def test_what_is_old_is_erased_by_the_worker_a_batch_at_a_time(settle_on_both):
    town = settle_on_both(KEPT)
    cases = [closed(town) for _ in range(5)]
    town.work("2028-03-01 09:00")
    assert [case.description for case in cases] == ["Stig saw it."] * 5
    town.now = town.now.replace(day=4)
    assert [reminding.run_due(town.session, town.now, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    town.session.commit()
    assert [(case.description, case.reporter_id, case.state) for case in cases] == [("", None, "shut")] * 5
    assert town.journal(cases[0])[-1].answers == {"reporter": {"forgotten": True}, "description": {"forgotten": True}}


def test_what_will_be_erased_is_known_ahead(settle_on_both):
    town = settle_on_both(KEPT)
    case = closed(town)
    assert ahead(town) == (0, 0, [])
    town.work("2027-12-20 09:00")
    assert ahead(town) == (0, 1, [case.number])
    town.work("2028-02-20 09:00")
    assert ahead(town) == (1, 1, [case.number])
    town.work("2028-03-04 09:00")
    assert ahead(town) == (0, 0, [])


def test_the_address_of_somebody_without_an_account_is_gone_unless_another_case_knows_them(town):
    one, other, owned = (Person(name=f"g{n}", label=f"G {n}", mail=f"g{n}@else.example", guest=True) for n in range(3))
    town.session.add_all([one, other, owned])
    town.session.flush()

    def forgotten(person, **kept):
        case = town.report(reporter=town.people["stig"])
        case.reporter_id = person.id
        for name, value in kept.items():
            setattr(town.report(), name, value)
        town.session.commit()
        town.do(case, "dora", "settle", illness="x", result="y")
        town.do(case, "dora", "part_ways")
        return person.mail, person.label

    assert forgotten(one) == ("", "")
    assert forgotten(other, reporter_id=other.id) == ("g1@else.example", "G 1")
    assert forgotten(owned, owner_id=owned.id) == ("g2@else.example", "G 2")
    assert forgotten(town.session.get(Person, town.people["stig"]))[0] == "stig@town.example", "who has an account"


WHOLE = """
flows:
  case:
    label: Case
    see: [reporter, desk, keeper]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [keeper, papers, illness], assign: desk, notify: {reporter: receipt, desk: receipt}}
      keep: {label: Keep, from: open, to: same, by: keeper, fields: [comment], notify: {desk: kept}}
      fewer: {label: Fewer, from: open, to: same, by: desk, forget: [papers, illness]}
      nobody: {label: Nobody, from: open, to: same, by: desk, forget: [keeper, illness]}
      close: {label: Close, from: open, to: shut, by: desk}
fields:
  keeper: {label: Keeper, type: person}
  papers: {label: Papers, type: file, many: true}
  illness: {label: Illness}
"""


def test_only_what_is_forgotten_goes(settle):
    town = settle(WHOLE)
    rita = town.people["rita"]
    case = town.report(keeper=rita, papers=[Upload("a.txt", b"x")], illness="Gout")
    town.do(case, "rita", "keep", comment="Mine.")
    case.answers = {**case.answers, "illness": ""}
    town.do(case, "dora", "fewer")
    assert (case.title, case.description, case.reporter_id) == (
        *("It is cold here", "It is cold here. Very."),
        town.people["stig"],
    )
    assert town.session.scalars(select(StoredFile)).all() == []
    assert "papers" not in case.answers
    assert town.journal(case)[-1].answers == {"papers": {"forgotten": True}}, "of what was empty no scar"
    assert case.done["keep"]["by"] == [rita]
    assert [row.actor_as for row in town.journal(case)] == ["reporter", "", ""]


def test_a_person_who_is_forgotten_is_gone_from_who_did_it_and_nobody_else_is(settle):
    town = settle(WHOLE)
    rita, stig, dora = (town.people[who] for who in ("rita", "stig", "dora"))
    case = town.report(keeper=rita)
    town.do(case, "rita", "keep", comment="Mine.")
    mails = town.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
    mails[0].status = mails[-1].status = "sent"
    mails[1].receiver_id = rita
    mails[-1].receiver_id, mails[-1].letter = rita, {"day": "today"}
    kept = [(mail.subject, mail.body, mail.address) for mail in mails]
    town.session.commit()
    town.do(case, "dora", "nobody")
    assert {name: each["by"] for name, each in case.done.items()} == {"submit": [stig], "keep": [], "nobody": [dora]}
    rows = town.journal(case)
    assert [(row.actor_id, row.actor_as) for row in rows] == [(stig, "reporter"), (None, "forgotten"), (dora, "")]
    assert all(mail["to"] for mail in rows[0].mails), "whoever isn't forgotten is named"
    first, waiting, *others, last = mails
    assert (first.receiver_id, first.address) == (stig, kept[0][2])
    assert (first.subject, first.body) == ("", ""), "what was sent may quote it"
    assert (waiting.receiver_id, waiting.subject, waiting.body, waiting.address) == (None, *kept[1])
    assert (last.receiver_id, last.address, last.subject, last.body, last.letter) == (
        *(None, f"forgotten-{last.id}", "", ""),
        {},
    )
    assert all(mail.receiver_id for mail in others)


def test_whom_a_row_named_as_a_receiver_is_named_no_more(settle):
    town = settle(WHOLE.replace("notify: {desk: kept}", "notify: {keeper: kept, desk: kept}"))
    rita = town.people["rita"]
    case = town.report(keeper=rita)
    town.do(case, "rita", "keep", comment="Mine.")
    assert str(rita) in [mail["to"] for mail in town.journal(case)[-1].mails]
    town.do(case, "dora", "nobody")
    told = town.journal(case)[1].mails
    assert sorted(mail["to"] for mail in told) == sorted(["", *(str(town.people[who]) for who in ("dora", "dirk"))])


def test_a_letter_to_the_reporter_goes_with_the_reporter_alone(settle):
    mails = '\nmails:\n  receipt: {subject: Received, body: "Thank you.", letter: true}\n'
    town = settle(WHOLE, data=DATA + mails)
    case = town.report(keeper=town.people["rita"], illness="Gout")
    letters = town.session.scalars(select(Document).where(Document.to_reporter)).all()
    town.do(case, "dora", "nobody")
    assert [each.forgotten for each in letters] == [False]
    other = settle(WHOLE.replace("forget: [keeper, illness]", "forget: [reporter]"), data=DATA + mails)
    case = other.report()
    other.do(case, "dora", "nobody")
    letters = other.session.scalars(select(Document).where(Document.subject_id == case.id)).all()
    assert sorted(each.forgotten for each in letters if each.to_reporter) == [True]
    assert not any(each.forgotten for each in letters if not each.to_reporter)
