"""Where answers are kept, what a transition sets and empties, and whose report a case is."""

from datetime import date

import pytest

from app.workflow import keeping
from app.workflow.actor import Actor
from app.workflow.keeping import title_of
from model import Person

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, unit, description], optional: [title, severity, due_on, owner, note], assign: desk}
      enter: {label: Enter, from: new, to: open, by: desk, fields: [unit, description], optional: [reporter, area], assign: desk}
      pose: {label: Pose, from: new, to: open, by: desk, fields: [unit, description], set: {reporter: {who: boss, at: anywhere}}, assign: desk}
      change: {label: Change, from: open, to: same, by: desk, optional: [title, severity, due_on, owner, note, area, reporter, description]}
      mark: {label: Mark, from: open, to: same, by: desk, set: {hurt: ticked, note: "Seen", owner: {who: boss, at: anywhere}, keeper: warden, followers: desk}}
      more: {label: More, from: open, to: same, by: desk, set: {followers: me, keeper: desk}}
      anew: {label: Anew, from: open, to: same, by: desk, again: [note, severity, due_on, owner, area, title, description, unit]}
      close: {label: Close, from: open, to: shut, by: desk}
  job:
    label: Job
    part of: case
    states: {given: {label: Given}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: given, by: desk, fields: [description]}
      finish: {label: Finish, from: given, to: done, by: desk}
fields:
  severity: {choices: {low: Low, high: High}}
  note: {label: Note}
  hurt: {label: Hurt, type: tick}
  keeper: {label: Keeper, type: person}
  followers: {label: Followers, type: person, many: true}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("It is cold. Very.", "It is cold"),
        ("Is it cold? Yes.", "Is it cold?"),
        ("Cold! Very.", "Cold!"),
        ("  One line\nand another", "One line"),
        ("No. 7 is cold", "No"),
        ("", ""),
        ("Version 1.5 is cold", "Version 1.5 is cold"),
        ("a" * 80, "a" * 80),
        (f"{'a' * 78} bcd", f"{'a' * 78}…"),
        (f"{'a' * 70}, {'b' * 20}", f"{'a' * 70}…"),
        ("a" * 81, f"{'a' * 79}…"),
        (f"{'a' * 70} {'b' * 8} c and more", f"{'a' * 70} {'b' * 8}…"),
        (f"{'a' * 70} {'b' * 9} c", f"{'a' * 70}…"),
    ],
)
def test_a_title_is_the_first_sentence_cut_at_a_word(text, title):
    assert title_of(text) == title


def test_answers_are_kept_where_they_belong(town):
    rita = town.people["rita"]
    case = town.report(title="Mine", severity="low", due_on="2026-04-03", owner=rita, note="Hm", area="safety")
    town.do(case, "dora", "change", title="Cold", severity="low", due_on="2026-04-03", owner=rita, note="Hm")
    assert (case.title, case.severity, case.due_on, case.owner_id) == ("Cold", "low", date(2026, 4, 3), rita)
    facts = town.facts(case)
    assert (facts.value("area"), facts.value("unit")) == ("safety", "red")
    assert case.answers == {"note": "Hm"}
    town.do(case, "dora", "change", title="", severity="", due_on="", owner="", note="", area="", description="")
    assert (case.title, case.severity, case.due_on, case.owner_id) == ("", None, None, None)
    assert (case.description, case.area_id, case.reporter_id) == ("", None, town.people["stig"])
    assert case.answers == {"note": None}


def test_the_title_follows_the_description_where_nobody_was_asked_for_one(town):
    case = town.report()
    assert case.title == "", "it was asked for, and left empty"
    keeping.keep(case, {"description": "Warm. Very."}, town.facts(case))
    assert (case.title, case.description) == ("Warm", "Warm. Very.")
    keeping.keep(case, {"description": "Hot.", "title": "Mine"}, town.facts(case))
    assert case.title == "Mine"
    keeping.keep(case, {"note": "x"}, town.facts(case))
    assert case.title == "Mine"
    keeping.keep(case, {"language": None, "title": None, "severity": None, "unit": None}, town.facts(case))
    assert (case.language, case.title, case.severity, case.unit_id) == ("nb", "", None, None)


def test_whose_report_it_is(town):
    def made(who, transition, **answers):
        town.mark = town.last_mail()
        from app.workflow import engine  # noqa: PLC0415 - only here

        given = {"unit": "red", "description": "Cold.", "area": "teaching", **answers}
        return engine.create(town.context, transition, actor=who, answers=given)

    stig, dora, bess = (town.people[name] for name in ("stig", "dora", "bess"))
    mine = made(Actor(stig, language="nn"), "submit")
    assert (mine.reporter_id, mine.entered_by_id, mine.reporter_kind, mine.language) == (stig, None, "student", "nn")
    nobodys = made(Actor(), "submit")
    assert (nobodys.reporter_id, nobodys.entered_by_id, nobodys.reporter_kind) == (None, None, None)
    theirs = made(Actor(dora), "enter", reporter=stig)
    assert (theirs.reporter_id, theirs.entered_by_id, theirs.reporter_kind) == (stig, dora, None)
    unknown = made(Actor(dora), "enter")
    assert (unknown.reporter_id, unknown.entered_by_id) == (None, dora)
    own = made(Actor(dora), "enter", reporter=dora)
    assert (own.reporter_id, own.entered_by_id) == (dora, None)
    posed = made(Actor(dora), "pose")
    assert (posed.reporter_id in (bess, town.people["lena"]), posed.entered_by_id) == (True, dora)


def test_a_kind_that_was_answered_is_not_overwritten_and_an_empty_one_is_none(town):
    case = town.report()
    declared = town.facts(case).flow.transitions["submit"]
    case.reporter_kind = "guest"
    keeping.keep_reporter(case, declared, Actor(town.people["stig"]), town.context)
    assert case.reporter_kind == "guest"
    case.reporter_kind, case.reporter_id = None, None
    stig = town.session.get(Person, town.people["stig"])
    stig.kind = ""
    keeping.keep_reporter(case, declared, Actor(stig.id), town.context)
    assert (case.reporter_kind, case.reporter_id) == (None, stig.id)
    case.reporter_id = town.people["dora"]
    keeping.keep_reporter(case, declared, Actor(stig.id), town.context)
    assert (case.reporter_id, case.entered_by_id) == (town.people["dora"], stig.id), "whose it is stays"


def test_a_part_is_nobodys_report(town):
    part = town.add(town.report(), "dora", description="Mend it")
    assert (part.reporter_id, part.entered_by_id, part.reporter_kind, part.language) == (None, None, None, "nb")
    keeping.keep_reporter(part, town.facts(part).flow.transitions["add"], Actor(1, language="en"), town.context)
    assert (part.reporter_id, part.entered_by_id, part.language) == (None, None, "nb")


def test_what_a_transition_sets(town):
    case = town.report()
    dora, dirk = town.people["dora"], town.people["dirk"]
    town.do(case, "dora", "mark")
    assert case.answers == {**case.answers, "hurt": True, "note": "Seen", "keeper": None}
    assert case.answers["followers"] == [dora, dirk]
    assert case.owner_id in (town.people["bess"], town.people["lena"])
    town.do(case, "dirk", "more")
    assert case.answers["followers"] == [dora, dirk], "nobody is in a list twice"
    assert case.answers["keeper"] == dora, "the first of several"


def test_what_is_asked_again_is_emptied_and_opens_a_round(town):
    case = town.report(severity="low", due_on="2026-04-03", owner=town.people["rita"], note="Hm")
    assert case.round == 1
    town.do(case, "dora", "change")
    assert case.round == 1
    town.do(case, "dora", "anew")
    assert (case.round, case.severity, case.due_on, case.owner_id) == (2, None, None, None)
    assert (case.area_id, case.unit_id, case.title, case.description) == (None, None, "", "")
    assert "note" not in case.answers
    assert case.reporter_id == town.people["stig"]


def test_clearing_the_language_leaves_one(town):
    case = town.report()
    case.language = "en"
    keeping.clear(case, ["language", "reporter"])
    assert (case.language, case.reporter_id) == ("nb", None)


def test_who_has_made_a_move_is_remembered_once_and_as_which_event(town):
    case = town.report()
    dora, stig = town.people["dora"], town.people["stig"]
    assert case.done["submit"] == {"at": 1, "by": [stig]}
    keeping.remember(case, "mark", dora, happened=False)
    assert case.done["mark"] == {"at": None, "by": [dora]}
    case.events = 5
    keeping.remember(case, "mark", dora)
    keeping.remember(case, "mark", stig)
    keeping.remember(case, "mark", None)
    assert case.done["mark"] == {"at": 5, "by": [dora, stig]}
    case.events = 6
    keeping.remember(case, "mark", None, happened=False)
    assert case.done["mark"]["at"] == 5
