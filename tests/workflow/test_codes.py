"""Code names: made with the case, unlike any other, and told to those who may read them."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.language.load import load
from app.workflow import codes
from model import CodeName, OutgoingMail
from tests.workflow.town import DATA, HEAD

NAMED = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states:
      open: {label: Open, told: "We call it {alias}."}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk, notify: {reporter: receipt, desk: new_case}}
      note: {label: Note, from: open, to: same, by: desk, fields: [comment]}
      end: {label: End, from: open, to: shut, by: desk}
fields:
  alias: {label: Code name, type: code name, see: reporter}
"""
BEFORE = NAMED.replace("fields:\n  alias: {label: Code name, type: code name, see: reporter}\n", "").replace(
    ', told: "We call it {alias}."', ""
)


def test_each_case_has_one_of_its_own(settle_on_both):
    town = settle_on_both(NAMED)
    cases = [town.report() for _ in range(4)]
    names = [each.answers["alias"] for each in cases]
    assert len(set(names)) == len(names)
    taken = town.session.execute(select(CodeName.name, CodeName.subject_id, CodeName.field)).all()
    assert set(taken) == {(each.answers["alias"], each.id, "alias") for each in cases}
    kept = names[0]
    town.do(cases[0], "dora", "note", comment="A note.")
    assert cases[0].answers["alias"] == kept


def test_a_name_that_is_taken_is_not_given_again(settle_on_both, monkeypatch):
    town = settle_on_both(NAMED)
    monkeypatch.setattr(codes, "WORDS", ("tango",))
    first, second = town.report(), town.report()
    assert first.answers["alias"] == "tango-tango"
    assert second.answers["alias"].startswith("tango-tango-")


def test_mails_have_it_for_those_who_may_read_it(settle):
    town = settle(NAMED, data=_mails())
    case = town.report()
    bodies = dict(town.session.execute(select(OutgoingMail.name, OutgoingMail.body)).tuples().all())
    assert case.answers["alias"] in bodies["receipt"]
    assert case.answers["alias"] not in bodies["new_case"]


def _mails():
    text = "{subject: {en: S}, body: {en: 'It is called {alias}.'}}"
    return f"{DATA}mails:\n  receipt: {text}\n  new_case: {text}\n"


def test_a_case_from_before_gets_its_name_when_something_happens(settle):
    town = settle(BEFORE)
    case = town.report()
    assert "alias" not in case.answers
    town.publish(NAMED)
    later = town.report()
    town.do(case, "dora", "note", comment="A note.")
    assert "alias" not in case.answers, "it follows its own edition"
    assert later.answers["alias"]


@pytest.mark.parametrize("where", ["fields: [comment, alias]", "fields: [comment], set: {alias: tango}"])
def test_nobody_is_asked_for_it(where):
    loaded = load(HEAD + NAMED.replace("fields: [comment]", where))
    assert any('"alias" is written by the system' in str(fault) for fault in loaded.faults)


@pytest.mark.parametrize(("drawn", "number"), [(min, "2"), (max, "9999")])
def test_the_number_behind_a_taken_pair_has_up_to_four_digits(monkeypatch, drawn, number):
    monkeypatch.setattr(codes, "randbelow", lambda limit: drawn(range(limit)))
    monkeypatch.setattr(codes, "WORDS", ("tango",))
    assert codes._name(numbered=True) == f"tango-tango-{number}"


def test_twenty_pairs_are_tried_before_a_number_is_put_behind_one(settle, monkeypatch):
    town = settle(NAMED)
    monkeypatch.setattr(codes, "WORDS", ("tango",))
    town.report()
    tried, real = [], codes._name
    monkeypatch.setattr(codes, "_name", lambda *, numbered: tried.append(numbered) or real(numbered=numbered))
    town.report()
    assert tried == [False] * 20 + [True] * (len(tried) - 20)
    assert len(tried) > 20


def test_only_a_case_that_lacks_one_is_given_a_name(settle, monkeypatch):
    town = settle(NAMED)
    case = town.report()
    case.answers = {**case.answers, "alias": "tango-tango"}
    drawn = []
    monkeypatch.setattr(codes, "_drawn", lambda *_: drawn.append(1) or "x")
    codes.give(town.context, case)
    assert (case.answers["alias"], drawn) == ("tango-tango", [])
    codes.give(town.context, SimpleNamespace(kind="part", answers={}, edition_id=case.edition_id))
    assert drawn == [], "a part has its case's"
    case.answers = {}
    codes.give(town.context, case)
    assert case.answers == {"alias": "x"}
