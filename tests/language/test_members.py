"""Which roles may come to have a case: through lists, queries and what somebody did."""

import pytest

from app.language.load import load
from app.language.members import handling_roles, has_word, members, roles_in, with_wholes
from app.language.parties import InField, InRole, NamedParty, Query, Several, Word

TEXT = """
title: Town
languages: [en]
roles: [desk, boss, warden, keeper]
parties:
  helpers: [warden, owner]
  closers: [{did: close}]
flows:
  case:
    label: Case
    see: [desk, boss]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [description], assign: ASSIGN}
      hand: {label: Hand, from: open, to: same, by: [desk, handler]}
      close: {label: Close, from: open, to: shut, by: boss}
      appeal: {label: Appeal, from: open, to: {appeal: open}, by: desk, assign: keeper}
  appeal:
    label: Appeal
    when: {description: filled}
    see: desk
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      end: {label: End, from: open, to: shut, by: desk}
  job:
    label: Job
    part of: [case, appeal]
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: handler, fields: [owner]}
      finish: {label: Finish, from: begun, to: done, by: owner}
fields:
  owner: {choices: warden}
  anybody: {type: person, label: Anybody}
"""

APPEALS = {"keeper"}
"""Who has a case as it is appealed."""


def routine(assign="desk"):
    loaded = load(TEXT.replace("ASSIGN", assign))
    assert loaded.routine is not None, loaded.faults
    return loaded.routine


@pytest.mark.parametrize(
    ("assign", "roles"),
    [
        ("desk", {"desk"}),
        ("[desk, boss]", {"desk", "boss"}),
        ("{first: [boss, desk]}", {"desk", "boss"}),
        ("{who: boss, except: desk}", {"boss"}),
        ("{did: close}", {"boss"}),
        ("{who: {did: close}, except: desk}", {"boss"}),
        ("{first: [{did: close}, desk]}", {"boss", "desk"}),
        ("routing", {"routed"}),
        ("helpers", {"warden"}),
        ("closers", {"boss"}),
        ("{first: [closers, desk]}", {"boss", "desk"}),
        ("owner", {"warden"}),
        ("anybody", {"desk", "boss", "warden", "keeper"}),
    ],
)
def test_who_may_come_to_have_a_case(assign, roles):
    read = routine(assign)
    assert handling_roles(read.flows["case"], read, frozenset({"routed"})) == roles | APPEALS


def test_a_case_that_goes_on_in_another_flow_brings_its_handler():
    read = routine()
    assert handling_roles(read.flows["appeal"], read, frozenset()) == {"keeper"}
    assert handling_roles(read.flows["job"], read, frozenset()) == frozenset()


def test_me_is_whoever_makes_the_move():
    read = load(
        TEXT.replace("ASSIGN", "desk").replace("by: [desk, handler]}", "by: [boss, handler], assign: me}")
    ).routine
    assert handling_roles(read.flows["case"], read, frozenset()) == {"desk", "boss"} | APPEALS


def test_members_through_lists_names_and_queries():
    read = routine()
    tree = Several((Query(who=NamedParty("helpers"), excepted=InRole("boss"), first=(Word("me"),)), InRole("desk")))
    assert list(members(tree, read)) == [InRole("warden"), InField("owner"), Word("me"), InRole("desk")]
    assert roles_in(tree, read) == {"warden", "desk"}
    assert has_word(tree, "me", read)
    assert not has_word(tree, "anyone", read)
    assert list(members(NamedParty("nobody"), read)) == []


def test_a_part_lives_in_its_wholes():
    read = routine()
    assert [each.name for each in with_wholes(read.flows["job"], read)] == ["job", "case", "appeal"]
    assert [each.name for each in with_wholes(read.flows["case"], read)] == ["case"]
