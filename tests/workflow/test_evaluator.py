"""One evaluator: in its order, with every reason, and anything but a plain true refuses."""

import pytest

from app.workflow import evaluator
from app.workflow.actor import ITSELF, Actor
from app.workflow.engine import Refused
from app.workflow.evaluator import form, may
from app.workflow.table import additions, offers, possible
from tests.workflow.town import nothing_written

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states:
      open: {label: Open}
      judged: {label: Judged}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, description], optional: [unit], guards: [not_unsafe], assign: desk}
      judge: {label: Judge, from: open, to: judged, by: desk, fields: [severity, why, helper], optional: [agreed], guards: [told, agreed_to, grave_is_agreed]}
      tell: {label: Tell, from: open, to: same, by: [desk, handler], fields: [comment]}
      take_back: {label: Take it back, from: open, to: shut, by: reporter}
      end: {label: End, from: judged, to: shut, by: desk}
      expire: {label: Expire, from: open, to: shut, by: itself}
    clocks:
      patience: {start: open, runs: 9 days, then: expire}
  job:
    label: Job
    part of: case
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: handler, fields: [description, owner]}
      finish: {label: Finish, from: begun, to: done, by: owner}
guards:
  not_unsafe: {needs: {not: {area: safety}}, says: Ring the bell instead.}
  told: {needs: {done: tell}, says: Tell them first.}
  agreed_to: {needs: {agreed: ticked}, says: Tick that it is agreed.}
  grave_is_agreed: {needs: {any: [{not: {severity: high}}, {done: tell}]}, says: Grave ones are told first.}
fields:
  severity: {choices: {low: Low, high: High}}
  why: {type: text, label: Why, when: {severity: high}}
  agreed: {type: tick, label: Agreed}
  helper: {type: person, label: Helper, choices: contact}
  owner: {choices: [boss, contact]}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def told(town, case, who, transition, answers=None):
    """(kind, name, reason) of each refusal."""
    verdict = may(town.facts(case), transition, town.actor(who), answers)
    return [(each.kind, each.name, each.reason) for each in verdict.refusals]


def test_first_the_state(town):
    case = town.report()
    assert told(town, case, "dora", "end", {}) == [("state", "not offered", "")]
    assert told(town, case, "stig", "end", {}) == [("state", "not offered", "")]


def test_then_the_person(town):
    case = town.report()
    assert told(town, case, "rita", "judge", {}) == [("who", "not offered", "")]
    assert told(town, case, None, "judge", {}) == [("who", "not offered", "")]


def test_then_every_field_and_every_guard_at_once(town):
    case = town.report()
    given = {"severity": "high", "why": "", "helper": town.people["bess"]}
    assert told(town, case, "dora", "judge", given) == [
        ("field", "why", "missing"),
        ("field", "helper", "invalid"),
        ("guard", "told", ""),
        ("guard", "agreed_to", ""),
        ("guard", "grave_is_agreed", ""),
    ]


def test_guards_look_at_the_case_as_it_would_be(town):
    case = town.do(town.report(), "dora", "tell", comment="Said so.")
    given = {"severity": "low", "helper": town.people["rita"], "agreed": "y"}
    assert told(town, case, "dora", "judge", given) == []
    assert told(town, case, "dora", "judge", {**given, "agreed": ""}) == [("guard", "agreed_to", "")]


def test_a_field_is_asked_only_when_it_applies(town):
    case = town.report()
    facts = town.facts(case)
    judge = facts.flow.transitions["judge"]
    assert [each.name for each, _ in form(facts, judge)] == ["severity", "helper", "agreed"]
    assert [each.name for each, _ in form(facts.with_answers({"severity": "high"}), judge)][:2] == ["severity", "why"]


def test_what_is_not_asked_is_not_kept(town):
    case = town.do(town.report(), "dora", "tell", comment="Said so.", severity="high", state="shut", unit="blue")
    assert (case.severity, case.state, town.facts(case).value("unit")) == (None, "open", "red")


def test_choices_of_a_person_are_looked_up_for_this_case(town):
    case = town.do(town.report(unit="blue"), "dora", "tell", comment="Said so.")
    given = {"severity": "low", "agreed": True}
    assert told(town, case, "dora", "judge", {**given, "helper": town.people["bill"]}) == []
    assert told(town, case, "dora", "judge", {**given, "helper": town.people["rita"]})[0][1] == "helper"
    for wrong in ("0", "999999", "x", "-1", "1e3", "٣"):
        assert ("field", "helper", "invalid") in told(town, case, "dora", "judge", {**given, "helper": wrong})


def test_a_button_leaves_out_what_its_own_form_can_mend(town):
    case = town.report()
    verdict = may(town.facts(case), "judge", town.actor("dora"))
    assert {r.name: r.guard_kind for r in verdict.refusals} == {"told": "process"}
    assert [r.mends for r in verdict.refusals] == [("tell",)]
    town.do(case, "dora", "tell", comment="Said so.")
    assert town.may(case, "dora") == ["judge", "tell", "add"]


def test_a_guard_on_a_new_case_closes_the_door_and_nothing_is_stored(town):
    with nothing_written(town), pytest.raises(Refused) as refused:
        town.report(area="safety", description="")
    assert [each.name for each in refused.value.refusals] == ["description", "not_unsafe"]


def test_only_the_reporter_takes_it_back_with_the_link_or_logged_in(town):
    case = town.report()
    assert town.may(case, "stig") == ["take_back"]
    assert told(town, case, "dora", "take_back", {}) == [("who", "not offered", "")]
    holder = Actor(case.reporter_id, reporter=True)
    assert bool(may(town.facts(case), "take_back", holder, {}))
    assert bool(may(town.facts(case), "take_back", Actor(None, reporter=True), {}))
    assert not may(town.facts(case), "judge", Actor(None, reporter=True), {}).offered


def test_itself_is_nobody_and_nobody_is_itself(town):
    case = town.report()
    assert told(town, case, "dora", "expire", {}) == [("who", "not offered", "")]
    assert told(town, case, "bess", "expire", {}) == [("who", "not offered", "")]
    assert not may(town.facts(case), "judge", ITSELF, {}).offered
    assert bool(may(town.facts(case), "expire", ITSELF, {}))
    assert "expire" not in [name for name, _ in offers(town.facts(case), town.actor("dora"))]


def test_parts_are_offered_to_whoever_may_add_them_until_the_case_is_finished(town):
    case = town.report()
    assert [(flow, name) for flow, name, _ in additions(town.facts(case), town.actor("dora"))] == [("job", "add")]
    assert list(additions(town.facts(case), town.actor("bess"))) == []
    town.do(case, "stig", "take_back")
    assert possible(town.facts(case), town.actor("dora")) == []
    new = town.facts(case).new_part("job")
    assert not may(new, "add", town.actor("dora"), {}).offered


@pytest.mark.parametrize("broken", [1, "yes", object(), [True], None])
def test_anything_but_a_plain_true_refuses(town, monkeypatch, broken):
    case = town.report()
    monkeypatch.setattr(evaluator, "holds", lambda condition, facts: broken)
    assert [name for _, name, _ in told(town, case, "dora", "judge")] == ["told"]


def test_a_guard_that_breaks_refuses(town, monkeypatch):
    """F39."""
    case = town.report()

    def broken(*_):
        raise RuntimeError("a guard broke")

    monkeypatch.setattr("app.routing.facts.CaseFacts.has_done", broken)
    given = {"severity": "low", "helper": town.people["rita"], "agreed": True}
    with nothing_written(town):
        assert town.refused(case, "dora", "judge", **given) == ["told"]
    assert case.state == "open"


FORMS = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [description, area, unit], optional: [reporter, note, weight, cost], assign: desk}
      enter: {label: Enter, from: new, to: open, by: desk, fields: [description, area, unit], optional: [reporter], assign: desk}
      change: {label: Change, from: open, to: same, by: desk, optional: [third, second, first, note, weight, cost, area, reporter]}
      close: {label: Close, from: open, to: shut, by: desk}
  job:
    label: Job
    part of: case
    states: {given: {label: Given}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: given, by: desk, fields: [description], optional: [weight, area]}
      finish: {label: Finish, from: given, to: done, by: desk}
fields:
  note: {label: Note, default: "As before"}
  weight: {label: Weight, choices: {light: Light, heavy: Heavy}, default: light}
  cost: {label: Cost, type: number}
  first: {label: First}
  second: {label: Second, when: {first: filled}}
  third: {label: Third, when: {second: filled}}
"""


@pytest.fixture
def forms(settle):
    return settle(FORMS)


def shows(town, facts, transition, who="dora"):
    declared = facts.flow.transitions[transition]
    fields = facts.routine.fields
    return {n: evaluator.present(fields[n], facts, declared, town.actor(who)) for n in declared.asked}


def test_what_a_form_shows_before_anybody_answers(forms):
    new = forms.context.facts_of_new("case", {})
    fresh = {"description": None, "area": None, "unit": None}
    assert shows(forms, new, "submit") == {
        **fresh,
        "reporter": forms.people["dora"],
        "note": "As before",
        "weight": "light",
        "cost": None,
    }
    assert shows(forms, new, "submit", None)["reporter"] is None
    assert shows(forms, new, "enter") == {**fresh, "reporter": None}, "staff who type in for somebody"
    case = forms.report(cost="7", weight="heavy", note="Mine")
    facts = forms.facts(case)
    shown = shows(forms, facts, "change")
    assert (shown["note"], shown["first"]) == (None, None), "texts are written anew"
    assert (shown["weight"], shown["cost"], shown["area"], shown["reporter"]) == (
        *("heavy", "7", "teaching"),
        forms.people["stig"],
    )
    case.answers = {"weight": None}
    shown = shows(forms, forms.facts(case), "change")
    assert (shown["weight"], shown["cost"]) == (None, None), "an answer that was taken away isn't filled in again"
    case.answers = {}
    assert shows(forms, forms.facts(case), "change")["weight"] == "light"
    case.answers = {"weight": "heavy"}
    part = forms.facts(case).new_part("job")
    assert shows(forms, part, "add") == {"description": None, "weight": "light", "area": None}


def test_answers_are_read_in_the_order_in_which_they_hang_on_each_other(forms):
    facts = forms.facts(forms.report())
    declared = facts.flow.transitions["change"]
    order = evaluator.answer_order(facts.routine, declared.asked)
    assert order.index("first") < order.index("second") < order.index("third")
    verdict = may(facts, "change", forms.actor("dora"), {"first": "1", "second": "2", "third": "3"})
    assert [verdict.answers[name] for name in ("first", "second", "third")] == ["1", "2", "3"]
    assert list(verdict.answers)[:3] == ["third", "second", "first"], "and kept in the form's"
    alone = may(facts, "change", forms.actor("dora"), {"second": "2", "third": "3"}).answers
    assert "second" not in alone
    assert "third" not in alone


def test_faults_come_in_the_forms_order(forms):
    verdict = may(forms.context.facts_of_new("case", {}), "submit", forms.actor("dora"), {"cost": "much", "unit": "x"})
    assert [(each.name, each.reason) for each in verdict.refusals] == [
        ("description", "missing"),
        ("area", "missing"),
        ("unit", "invalid"),
        ("cost", "invalid"),
    ]
    assert not verdict
    assert verdict.offered


def test_whoever_leaves_out_that_a_report_is_theirs_signs_nothing(forms):
    facts = forms.context.facts_of_new("case", {})
    stig = Actor(forms.people["stig"], kind="student")
    submit, enter = (facts.flow.transitions[name] for name in ("submit", "enter"))
    assert evaluator.signed(facts, submit, stig, {"reporter": stig.person}) is stig
    assert evaluator.signed(facts, submit, stig, {}) == Actor(None, kind="")
    assert evaluator.signed(facts, enter, stig, {}) is stig, "staff always sign"
    assert evaluator.names_reporter(facts.flow.transitions["close"], facts) is False
