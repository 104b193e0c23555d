"""Which moves leave a state, which of them are somebody's, and which parts they may add."""

import pytest

from app.workflow.actor import ITSELF
from app.workflow.table import additions, leaving, offers, possible

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk, boss]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [weight], assign: desk}
      note: {label: Note, from: any, to: same, by: [desk, reporter], fields: [comment]}
      fade: {label: Fade, from: open, to: shut, by: itself, guards: [light]}
      weigh: {label: Weigh, from: open, to: same, by: desk, fields: [comment], guards: [light]}
      close: {label: Close, from: open, to: shut, by: boss}
  job:
    label: Job
    part of: case
    states: {given: {label: Given}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: given, by: desk, fields: [description]}
      hurry: {label: Hurry, from: new, to: given, by: boss, fields: [description]}
      finish: {label: Finish, from: given, to: done, by: desk}
guards:
  light: {needs: {weight: light}, says: Too heavy.}
fields:
  weight: {label: Weight, choices: {light: Light, heavy: Heavy}}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def test_what_leaves_each_state(town):
    assert leaving(town.context.routine.flows["case"]) == {
        "new": ("submit",),
        "open": ("note", "fade", "weigh", "close"),
        "shut": (),
    }


def test_what_is_offered_and_what_may_be_pressed(town):
    case = town.report(weight="heavy")
    facts = town.facts(case)
    offered = {name: bool(verdict) for name, verdict in offers(facts, town.actor("dora"))}
    assert offered == {"note": True, "weigh": False}
    assert [name for name, _ in offers(facts, town.actor("stig"))] == ["note"]
    assert list(offers(facts, ITSELF)) == [], "what happens by itself is nobody's button"
    assert possible(facts, town.actor("dora")) == ["note", "add"]
    assert possible(facts, town.actor("bess")) == ["close", "hurry"]
    assert possible(facts, town.actor("rita")) == []
    assert [name for name, _ in offers(town.context.facts_of_new("case", {}), town.actor(None))] == ["submit"]


def test_which_parts_may_be_added(town):
    case = town.report()
    found = [(flow, name, bool(verdict)) for flow, name, verdict in additions(town.facts(case), town.actor("dora"))]
    assert found == [("job", "add", True)]
    part = town.add(case, "dora", description="Mend it.")
    assert list(additions(town.facts(part), town.actor("dora"))) == []
    assert possible(town.facts(part), town.actor("dora")) == ["finish"]
