"""Moves that several make together: who is asked, what counts, and when it happens."""

import pytest

from app.language.conditions import Is
from app.language.parties import InField, InRole, Query, Several, Word, name_of
from app.workflow import approvals, migrating, waiting
from app.workflow.actor import Actor
from model import Assignment, ConfigurationVersion

HEAD = """
flows:
  case:
    label: Case
    see: [reporter, desk, contact, boss, warden]
    states:
      open: {label: Open}
      decided: {label: Decided}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk}
      note: {label: Note, from: open, to: same, by: desk, fields: [comment]}
      withdraw: {label: Withdraw, from: open, to: shut, by: desk}
      object: {label: Object, from: decided, to: open, by: desk}
      shut_out: {label: Shut out, from: open, to: same, by: desk, fields: [them], exclude: them}
      close: {label: Close, from: decided, to: shut, by: desk}
"""
FIELDS = """
fields:
  them: {label: Them, choices: {who: [contact, boss, desk], at: anywhere}, type: person}
  big: {label: Big, type: tick}
  grounds: {label: Grounds}
"""


def approve(words):
    return f"{HEAD}      approve: {{label: Approve, from: open, to: decided, assign: contact, {words}}}\n{FIELDS}"


@pytest.fixture
def found(settle_on_both):
    return lambda words: settle_on_both(approve(words))


def test_each_party_presses_once(found):
    town = found("by: [desk, contact], together: each, notify: {contact: approved}")
    case = town.report()
    town.do(case, "dora", "approve")
    assert case.state == "open"
    assert "approve" not in town.may(case, "dora")
    assert "approve" not in town.may(case, "dirk"), "one of a party is enough"
    assert town.refused(case, "dora", "approve") == ["not offered"]
    assert town.mails() == []
    town.do(case, "rita", "approve")
    assert case.state == "decided"
    assert case.presses == {}
    assert [(e.event, e.transition) for e in town.journal(case)[1:]] == [("pressed", "approve"), ("moved", "approve")]
    assert town.facts(case).made("approve") == (town.people["dora"], town.people["rita"])


def test_a_party_counts_only_when_it_must(found):
    town = found("by: [desk, {who: boss, when: {area: safety}}], together: each")
    one, other = town.report(unit="red_lab"), town.report(unit="red_lab", area="safety")
    town.do(one, "dora", "approve")
    town.do(other, "dora", "approve")
    assert (one.state, other.state) == ("decided", "open")
    town.do(other, "lena", "approve")
    assert other.state == "decided"


def test_who_becomes_necessary_by_a_press_is_mailed(found):
    town = found("by: [desk, {who: boss, when: {big: ticked}}], together: each, optional: [big]")
    case = town.report(unit="red_lab")
    town.do(case, "dora", "approve", big=True)
    assert case.state == "open"
    assert town.mails() == [("lena", "approve")]
    town.do(case, "lena", "approve")
    assert case.state == "decided"
    assert case.answers["big"] is True


def test_a_changed_answer_voids_the_presses_before_it(found):
    town = found("by: [desk, boss, contact], together: each, optional: [big, grounds]")
    case = town.report(unit="red_lab")
    town.do(case, "dora", "approve", grounds="Mine")
    town.do(case, "lena", "approve", grounds="Other words void nothing")
    assert len(case.presses["approve"]) == 2
    town.do(case, "rita", "approve", big=True)
    assert case.state == "open"
    assert [each["by"] for each in case.presses["approve"]] == [town.people["rita"]]
    assert "approve" in town.may(case, "dora")


def test_in_order(found):
    town = found("by: [contact, desk, boss], together: each in order")
    case = town.report(unit="red")
    assert town.refused(case, "dora", "approve") == ["not offered"]
    town.do(case, "rita", "approve")
    assert town.mails() == [("dora", "approve"), ("dirk", "approve")]
    assert town.refused(case, "rita", "approve") == ["not offered"]
    town.do(case, "dirk", "approve")
    town.do(case, "bess", "approve")
    assert case.state == "decided"


@pytest.mark.parametrize(("together", "presses"), [("everyone", 3), ("majority", 2), ("two thirds", 2), ("2", 2)])
def test_so_many_of_all(found, together, presses):
    town = found(f"by: [desk, contact], together: {together}")
    case = town.report()
    for number, who in enumerate(("dora", "dirk", "rita"), 1):
        town.do(case, who, "approve")
        assert (case.state == "decided") == (number == presses)
        if case.state == "decided":
            break


@pytest.mark.parametrize(("how", "of", "most"), [("majority", 4, 3), ("majority", 3, 2), ("two thirds", 4, 3)])
def test_needed(how, of, most):
    assert approvals.needed(how, of) == most


def test_a_party_nobody_is_in_stands_in_the_way(found):
    town = found("by: [desk, warden], together: each")
    case = town.report(unit="blue", area="teaching")
    assert town.refused(case, "dora", "approve") == ["warden"]
    assert "approve" not in town.may(case, "dora")
    assert case.presses == {}


def test_too_few_people_stand_in_the_way(found):
    town = found("by: [desk, contact], together: 9")
    assert town.refused(town.report(), "dora", "approve") == ["desk", "contact"]


def test_presses_are_void_when_the_case_leaves_the_state(found):
    town = found("by: [desk, contact], together: each")
    case = town.report()
    town.do(case, "dora", "approve")
    town.do(case, "rita", "approve")
    town.do(case, "dora", "object")
    town.do(case, "rita", "approve")
    assert case.state == "open"


def test_a_note_meanwhile_voids_nothing(found):
    town = found("by: [desk, contact], together: each")
    case = town.report()
    town.do(case, "dora", "approve")
    town.do(case, "dora", "note", comment="Wait")
    town.do(case, "rita", "approve")
    assert case.state == "decided"


def test_it_happens_when_the_missing_one_is_shut_out(found):
    town = found("by: [desk, contact], together: everyone")
    case = town.report()
    town.do(case, "dora", "approve")
    town.do(case, "dirk", "approve")
    assert case.state == "open"
    town.do(case, "dora", "shut_out", them=town.people["rita"])
    assert case.state == "decided"
    last = town.journal(case)[-1]
    assert (last.transition, last.actor_id) == ("approve", town.people["dirk"])


def test_a_press_of_somebody_shut_out_later_is_void(found):
    town = found("by: [desk, contact], together: 2")
    case = town.report()
    town.do(case, "rita", "approve")
    town.do(case, "dora", "shut_out", them=town.people["rita"])
    town.do(case, "dora", "approve")
    assert case.state == "open"
    town.do(case, "dirk", "approve")
    assert case.state == "decided"


def test_it_happens_when_roles_change(found):
    town = found("by: [desk, contact], together: everyone")
    case = town.report()
    town.do(case, "dora", "approve")
    town.do(case, "rita", "approve")
    assert waiting.recount(town.session, town.now) == 0
    town.session.query(Assignment).filter_by(person_id=town.people["dirk"]).delete()
    town.session.get(ConfigurationVersion, 1).version += 1
    town.session.commit()
    assert waiting.recount(town.session, town.now) == 1
    town.session.commit()
    assert case.state == "decided"
    assert waiting.recount(town.session, town.now) == 0


def test_a_reporter_with_only_the_code_presses(found):
    town = found("by: [reporter, contact], together: each")
    case = town.report(who=None, reporter=town.people["stig"])
    code = Actor(None, reporter=True)
    town.do(case, code, "approve")
    assert town.refused(case, code, "approve") == ["not offered"]
    town.do(case, "rita", "approve")
    assert case.state == "decided"


def test_clocks_and_guards_see_it_only_once_it_has_happened(found):
    town = found("by: [desk, contact], together: each")
    case = town.report()
    town.do(case, "dora", "approve")
    assert not town.facts(case).has_done("approve", None)
    town.do(case, "rita", "approve")
    assert town.facts(case).has_done("approve", None)


def test_presses_do_not_follow_into_another_state_of_a_new_edition(found):
    words = "by: [desk, contact], together: each"
    town = found(words)
    case, other = town.report(), town.report()
    for each in (case, other):
        town.do(each, "dora", "approve")
    town.publish(approve(words))
    migrating.carry(town.context, other, {"case": {}}, list)
    migrating.carry(town.context, case, {"case": {"open": "decided"}}, list)
    assert (other.state, len(other.presses["approve"])) == ("open", 1)
    assert (case.state, case.presses) == ("decided", {})


@pytest.mark.parametrize(
    ("by", "who"),
    [
        ("[desk, contact]", [["dora", "dirk"], ["rita"]]),
        ("both", [["dora", "dirk"], ["rita"]]),
        ("[{who: both, when: {area: teaching}}, boss]", [["dora", "dirk"], ["rita"], ["bess"]]),
        ("[{who: both, when: {area: safety}}, boss]", [["bess"]]),
        ("[{who: contact, when: {area: safety}}, boss]", [["bess"]]),
        ("[{who: both, except: contact}, boss]", [["dora", "dirk"], ["bess"]]),
        ("[reporter, boss]", [["stig"], ["bess"]]),
    ],
)
def test_who_is_asked_party_by_party(settle, by, who):
    town = settle("parties: {both: [desk, contact]}\n" + approve(f"by: {by}, together: each"))
    facts = town.facts(town.report())
    asked = approvals.parties(facts.flow.transitions["approve"].by, facts)
    assert [[town.names[each] for each in people] for _, people in asked] == who


def test_nobody_is_asked_to_approve_what_happens_by_itself(settle):
    town = settle(approve("by: [desk, contact], together: each"))
    assert list(approvals.parties(None, town.facts(town.report()))) == []


def test_a_reporter_whom_nobody_knows_is_asked_by_the_code(settle):
    text = approve("by: [reporter, contact], together: each")
    town = settle(text.replace("fields: [reporter, area, unit, description]", "fields: [area, unit, description]"))
    case = town.report(who=None)
    facts = town.facts(case)
    assert [people for _, people in approvals.parties(facts.flow.transitions["approve"].by, facts)] == [
        (approvals.THE_CODE,),
        (town.people["rita"],),
    ]


def test_whoever_presses_out_of_turn_moves_nobody_on(found):
    town = found("by: [contact, desk, boss], together: each in order")
    case = town.report()
    declared = town.facts(case).flow.transitions["approve"]
    dora, dirk, rita = (town.people[who] for who in ("dora", "dirk", "rita"))
    pressed = [{"by": each, "as": "", "event": 1} for each in (dora, rita)]
    case.presses = {"approve": pressed}
    tally = approvals.tally(town.facts(case), declared)
    assert (tally.pressed, set(tally.awaited), tally.enough) == ((dora, rita), {dora, dirk}, False)


def test_who_must_approve_is_told_party_by_party(found):
    town = found("by: [desk, contact], together: each")
    facts = town.facts(town.report())
    teaching, safety = (Is("area", frozenset({area})) for area in ("teaching", "safety"))
    both = Several((InRole("contact"), InRole("boss")))
    rita, bess, bill, lena, stig = (town.people[who] for who in ("rita", "bess", "bill", "lena", "stig"))

    def told(by, there=facts):
        return [set(people) for _, people in approvals.parties(by, there)]

    assert told(None) == []
    assert told(both) == [{rita}, {bess}]
    assert told(Query(both, when=teaching)) == [{rita}, {bess}]
    assert told(Query(both, when=safety)) == []
    anywhere = Query(both, at="anywhere", when=teaching)
    assert len(told(anywhere)) == 1
    assert {rita, bill, bess, lena} <= told(anywhere)[0], "one party, wherever they are"
    assert told(Query(InRole("boss"), when=teaching)) == [{bess}]
    assert told(Query(InRole("boss"), when=safety)) == []
    assert told(Word("reporter")) == told(InField("reporter")) == [{stig}]
    unknown = town.facts(town.report(who=None, reporter=stig))
    unknown.subject.reporter_id = None
    assert told(Word("reporter"), unknown) == told(InField("reporter"), unknown) == [{approvals.THE_CODE}]
    assert told(Word("handler")) == [{town.people["dora"], town.people["dirk"]}]


@pytest.mark.parametrize(
    ("how", "of", "most"),
    [
        ("everyone", 0, 1),
        ("everyone", 5, 5),
        ("majority", 5, 3),
        ("majority", 0, 1),
        ("two thirds", 3, 2),
        ("two thirds", 5, 4),
        ("two thirds", 6, 4),
        ("3", 2, 3),
        ("1", 9, 1),
    ],
)
def test_how_many_are_needed(how, of, most):
    assert approvals.needed(how, of) == most


def test_a_party_that_nobody_is_in_stands_in_the_way_where_each_must_press(found):
    town = found("by: [desk, warden], together: each")
    declared = town.facts(town.report()).flow.transitions["approve"]
    case = town.report()
    tally = approvals.tally(town.facts(case), declared)
    assert (tally.pressed, [name_of(party) for party in tally.empty], tally.enough) == ((), ["warden"], False)
    assert set(tally.awaited) == {town.people["dora"], town.people["dirk"]}
    case.presses = {"approve": [{"by": town.people["dora"], "as": "", "event": 1}]}
    tally = approvals.tally(town.facts(case), declared)
    assert (tally.awaited, tally.enough) == ((), False)
    stranger = {"by": town.people["bill"], "as": "", "event": 2}
    case.presses = {"approve": [stranger]}
    assert approvals.tally(town.facts(case), declared).pressed == (), "whoever is asked no more doesn't count"


def test_too_few_for_so_many(found):
    town = found("by: [desk, contact], together: 4")
    case = town.report()
    declared = town.facts(case).flow.transitions["approve"]
    tally = approvals.tally(town.facts(case), declared)
    assert [name_of(party) for party in tally.empty] == ["desk", "contact"]
    assert len(tally.awaited) == 3
    assert town.refused(case, "dora", "approve") == ["desk", "contact"]


def test_as_whom_a_press_is_kept(found):
    town = found("by: [desk, reporter], together: each, optional: [grounds]")
    case = town.report()
    stig = town.people["stig"]
    facts = town.facts(case)
    assert approvals.presser(town.actor("dora"), facts) == town.people["dora"]
    assert approvals.presser(Actor(reporter=True), facts) == stig
    declared = facts.flow.transitions["approve"]
    approvals.press(case, declared, Actor(reporter=True), facts, {"grounds": "Mine"})
    approvals.press(case, declared, town.actor("dora"), facts, {})
    assert case.presses == {
        "approve": [
            {"by": stig, "as": "reporter", "event": case.events + 1},
            {"by": town.people["dora"], "as": "", "event": case.events + 1},
        ]
    }
    assert approvals.last(case, "approve") == Actor(town.people["dora"])
    case.presses = {"approve": case.presses["approve"][:1]}
    assert approvals.last(case, "approve") == Actor(stig, reporter=True)
    case.presses = {"approve": [{"by": 0, "as": "reporter", "event": 1}]}
    assert approvals.last(case, "approve") == Actor(None, reporter=True)
    case.reporter_id = None
    assert approvals.presser(Actor(reporter=True), town.facts(case)) == approvals.THE_CODE


def test_which_approvals_are_enough_by_now(found):
    town = found("by: [desk, contact], together: majority")
    case = town.report()
    facts = town.facts(case)
    assert list(approvals.ready(facts)) == []
    pressed = [{"by": town.people[who], "as": "", "event": 1} for who in ("dora", "rita")]
    case.presses = {"gone": pressed, "close": pressed, "approve": pressed}
    assert [each.name for each in approvals.ready(town.facts(case))] == ["approve"], "from here, and still there"
    case.presses = {"approve": pressed[:1]}
    assert list(approvals.ready(town.facts(case))) == []
    assert list(approvals.ready(town.context.facts_of_new("case", {}))) == []


def test_a_press_sets_off_what_its_answer_makes_possible(settle):
    words = "by: [desk, boss], together: each, optional: [big]"
    town = settle(
        approve(words).replace(
            "fields:\n",
            """      grow: {label: Grow, from: open, to: shut, by: itself, guards: [is_big]}
guards:
  is_big: {needs: {big: ticked}, says: Not big.}
fields:
""",
        )
    )
    case, other = town.report(), town.report()
    town.do(case, "dora", "approve", big=True)
    assert (case.state, town.journal(case)[-1].transition) == ("shut", "grow")
    town.do(other, "dora", "approve")
    assert other.state == "open"
