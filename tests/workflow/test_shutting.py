"""Somebody shut out of a case for its life: from acting, from having it, and from sight - the function, not the name."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.routing import exclusion
from app.workflow import shutting
from model import Assignment, ConfigurationVersion, Role, Subject, Unit

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk, contact, boss]
    states:
      open: {label: Open}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: contact}
      step_back: {label: I am not impartial, from: open, to: same, by: handler, exclude: me}
      hand_on: {label: Hand on, from: open, to: same, by: [handler, desk], exclude: handler, assign: contact}
      not_the_unit: {label: Not the unit, from: open, to: same, by: [handler, desk], fields: [conflict], exclude: {at: conflict}, assign: boss}
      not_contacts: {label: Not contacts, from: open, to: same, by: desk, exclude: {who: contact, at: anywhere}, assign: desk}
      not_those: {label: Not those, from: open, to: same, by: desk, exclude: {did: note}}
      note: {label: Note, from: open, to: same, by: [desk, contact, boss], fields: [comment]}
      close: {label: Close, from: open, to: shut, by: [handler, desk]}
  job:
    label: Job
    part of: case
    see: [owner]
    states:
      todo: {label: To do}
      done: {label: Done, final: true}
    transitions:
      add: {label: Add, from: new, to: todo, by: [desk, contact], fields: [description, owner, due_on]}
      finish: {label: Finish, from: todo, to: done, by: owner}
fields:
  conflict: {type: unit, label: Conflict at}
"""


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


def sees(town, subject, who):
    """Whether the person sees it, asked of the row and of the database, which must agree."""
    viewer = town.context.viewer(town.people[who])
    row = viewer.sees(town.facts(subject))
    listed = town.session.scalar(select(Subject.id).where(Subject.id == subject.id, viewer.visible())) is not None
    assert row == listed
    return row


def give(town, who, role, unit):
    session = town.session
    found = {
        each: session.scalar(select(each.id).where(each.name == name)) for each, name in ((Role, role), (Unit, unit))
    }
    session.add(Assignment(person_id=town.people[who], role_id=found[Role], unit_id=found[Unit]))
    session.get(ConfigurationVersion, 1).version += 1
    session.commit()


def test_the_next_level_has_it_when_the_handler_steps_back(town):
    case = town.report()
    assert case.handler.startswith("contact:")
    town.do(case, "rita", "step_back")
    assert not sees(town, case, "rita")
    assert town.may(case, "rita") == []
    assert town.refused(case, "rita", "close") == ["not offered"]
    assert case.handler is None, "there is no contact above the unit"
    assert case.orphaned
    assert ("no_handler" in {name for _, name in town.mails()}) or town.mails() == []


def test_those_shut_out_before_are_asked_no_more(town):
    case = town.report(unit="red")
    town.do(case, "dora", "note", comment="x")
    town.do(case, "rita", "note", comment="y")
    town.do(case, "bess", "not_those") if "not_those" in town.may(case, "bess") else town.do(case, "dirk", "not_those")
    assert [who for who in ("dora", "dirk", "rita", "bess") if sees(town, case, who)] == ["dirk", "bess"]


def test_the_unit_is_the_one_of_then(town):
    case = town.report(unit="red_lab")
    town.do(case, "dora", "not_the_unit", conflict="red")
    assert [who for who in ("rita", "lena", "bess", "dora") if sees(town, case, who)] == ["bess", "dora"]
    top = town.session.scalar(select(Unit.id).where(Unit.name == "top"))
    assert case.handler == f"boss:{top}:", "the nearest leader is shut out, so it is the next"
    steps = [(s["role"], s["ok"], s.get("shut_out", False)) for s in case.trace]
    assert steps == [("boss", None, True), ("boss", None, False), ("boss", True, False)]
    case.answers = {**case.answers, "conflict": "blue"}
    town.session.commit()
    assert not sees(town, case, "lena")


def test_whoever_gets_the_role_later_is_shut_out_too(town):
    case = town.report(unit="red")
    town.do(case, "dora", "hand_on")
    give(town, "olga", "contact", "red")
    assert not sees(town, case, "olga")
    other = town.report(unit="red")
    assert sees(town, other, "olga")


def test_a_role_anywhere(town):
    case = town.report(unit="red")
    town.do(case, "dora", "not_contacts")
    give(town, "bess", "contact", "blue")
    assert [who for who in ("rita", "bill", "bess", "dora") if sees(town, case, who)] == ["dora"]


def test_parts_are_shut_with_their_case(town):
    case = town.report(unit="red")
    before = town.add(case, "dora", description="Do", owner=town.people["rita"], due_on="2026-03-20")
    town.do(case, "dora", "hand_on")
    town.do(case, "dora", "not_contacts")
    after = town.add(case, "dora", description="Do", owner=town.people["olga"], due_on="2026-03-20")
    assert not sees(town, before, "rita")
    assert town.refused(before, "rita", "finish") == ["not offered"]
    assert sees(town, after, "olga")
    give(town, "olga", "contact", "blue")
    assert not sees(town, after, "olga")


def test_the_reporter_stays_the_reporter(town):
    case = town.report("bess", unit="red")
    town.do(case, "dora", "not_the_unit", conflict="top")
    assert sees(town, case, "bess")
    viewer = town.context.viewer(town.people["bess"])
    assert not viewer.fully(town.facts(case))
    full = town.session.scalar(select(Subject.id).where(Subject.id == case.id, viewer.visible(full=True)))
    assert full is None


def test_nobody_is_shut_out_of_other_cases(town):
    case, other = town.report(unit="red"), town.report(unit="red")
    town.do(case, "dora", "not_contacts")
    assert sees(town, other, "rita")
    assert not sees(town, case, "rita")


def test_keys():
    assert exclusion.written([]) == ""
    assert exclusion.read(exclusion.written(["@12", "dean:4"])) == {"@12", "dean:4"}
    assert (exclusion.role_at("dean", None), exclusion.staff(3)) == ("dean:", "*3")


PARTIES = {
    "me": "@{stig}",
    "handler": "contact:{red}",
    "contact": "contact:{red}",
    "boss": "boss:{top}",
    "keeper": "@{olga}",
    "[desk, keeper]": "desk:{top},@{olga}",
    "helpers": "contact:{red},@{olga}",
    "{who: contact, at: own}": "contact:{red}",
    "{who: boss, at: own}": "boss:{red}",
    "{who: boss, at: within}": "boss~{red}",
    "{who: boss, at: anywhere}": "boss~",
    "{who: contact, at: conflict}": "contact:{blue}",
    "{at: conflict}": "*{blue}",
    "{at: own}": "*{red}",
    "{at: within}": "*{red}",
    "{first: [warden, contact, desk]}": "contact:{red}",
    "{first: [warden, owner_of_nothing]}": "",
    "{who: desk, except: keeper}": "@{dora},@{dirk}",
    "{did: submit}": "@{stig}",
    "{who: contact, when: {area: safety}}": "",
    "{who: contact, when: {area: teaching}}": "contact:{red}",
    "{who: [contact, boss], when: {area: teaching}}": "contact:{red},boss:{top}",
}


def test_each_kind_of_party_is_shut_out_as_the_function_that_it_is(settle):
    named = "parties:\n  helpers: [contact, keeper]\n" + "".join(
        f"  p{n}: {party}\n" for n, party in enumerate(PARTIES)
    )
    fields = (
        ROUTINE.rstrip()
        + "\n  keeper: {type: person, label: Keeper}\n  owner_of_nothing: {type: person, label: Nobody}\n"
    )
    optional = fields.replace(
        "unit, description], assign: contact}",
        "unit, description], optional: [conflict, keeper, owner_of_nothing], assign: contact}",
    )
    town = settle(named + optional)
    case = town.report(conflict="blue", keeper=town.people["olga"])
    facts, parties = town.facts(case), town.context.routine.parties
    known = {**dict(town.session.execute(select(Unit.name, Unit.id)).all()), **town.people}
    submit = facts.flow.transitions["submit"]
    for number, (party, keys) in enumerate(PARTIES.items()):
        case.excluded = ""
        shutting.exclude(case, facts, replace(submit, exclude=parties[f"p{number}"]), town.people["stig"])
        assert exclusion.read(case.excluded) == {each for each in keys.format(**known).split(",") if each}, party
    case.unit_id, case.excluded = None, ""
    shutting.exclude(case, town.facts(case), replace(submit, exclude=parties["p9"]), None)
    assert exclusion.read(case.excluded) == {f"boss~{known['top']}"}, "without a unit: in all of it"
    case.answers, case.handler = {}, None

    def left(party, there):
        case.excluded = ""
        shutting.exclude(case, there, replace(submit, exclude=parties[f"p{list(PARTIES).index(party)}"]), None)
        return exclusion.read(case.excluded)

    for party in ("handler", "{at: conflict}", "{at: own}", "keeper", "me"):
        assert left(party, town.facts(case)) == set(), f"{party} is nobody"
    assert left("{who: boss, at: own}", town.facts(case)) == {f"boss:{known['top']}"}, "without a unit: at the top"
    empty = replace(town.context, organisation=replace(town.context.organisation, units={}))
    assert left("{who: boss, at: own}", empty.facts(case)) == set(), "without any units: nowhere"


def test_what_was_shut_out_before_stays_so_and_a_move_without_it_changes_nothing(town):
    case = town.report()
    town.do(case, "dora", "not_the_unit", conflict="blue")
    before = exclusion.read(case.excluded)
    town.do(case, "dora", "not_contacts")
    assert before < exclusion.read(case.excluded)
    after = case.excluded
    town.do(case, "dora", "note", comment="x")
    assert case.excluded == after


def test_nobody_need_take_over_where_somebody_is_left(town):
    case = town.report()
    assert shutting.successor(town.facts(case)) is None
    case.excluded = exclusion.written([exclusion.person(town.people["bill"])])
    assert shutting.successor(town.facts(case)) is None, "somebody else is shut out"
    case.excluded, case.handler = exclusion.written([exclusion.person(town.people["rita"])]), f"@{town.people['rita']}"
    found = shutting.successor(town.facts(case))
    assert found is not None
    assert (found.people, found.fell) == ((), True), "a person has no next level"
