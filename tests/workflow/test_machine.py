"""The machine and the table it is compiled beside: for each state, transition and verdict they say the same."""

from types import SimpleNamespace

import pytest
from transitions import MachineError

from app.language.definition import BACK, NEW, SAME
from app.language.load import load
from app.workflow.evaluator import Refusal, Verdict
from app.workflow.machine import MachineDisagrees, Move, by_holds, fields_hold, guards_hold, machine, place, run
from app.workflow.table import leaving
from config import ROOT
from tests.workflow.town import routine

SMALL = """
flows:
  case:
    label: Case
    see: desk
    states:
      open: {label: Open}
      waiting: {label: Waiting}
      asked: {label: Asked}
      shut: {label: Shut, final: may reopen}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [description]}
      ask: {label: Ask, from: any, to: asked, by: desk}
      answer: {label: Answer, from: asked, to: back, by: desk}
      wait: {label: Wait, from: open, to: waiting, by: desk}
      note: {label: Note, from: any, to: same, by: desk, fields: [comment]}
      wake: {label: Wake, from: waiting, to: open, by: itself, guards: [noted]}
      close: {label: Close, from: [open, waiting], to: shut, by: desk}
      reopen: {label: Reopen, from: shut, to: open, by: desk}
      lift: {label: Lift, from: open, to: {special: begun}, by: desk}
  special:
    label: Special
    see: desk
    when: {area: safety}
    states:
      begun: {label: Begun}
      over: {label: Over, final: true}
    transitions:
      start: {label: Start, from: new, to: begun, by: desk, fields: [area]}
      end: {label: End, from: begun, to: over, by: desk}
guards:
  noted: {needs: {done: note}, says: Write a note first.}
"""

REFUSALS = [
    (),
    (Refusal("state", "not offered"),),
    (Refusal("who", "not offered"),),
    (Refusal("field", "comment", "missing"),),
    (Refusal("guard", "noted"),),
    (Refusal("field", "comment", "missing"), Refusal("guard", "noted")),
]


def routines():
    ours = load((ROOT / "workflow.yaml").read_text("utf-8")).routine
    assert ours is not None
    return [ours, routine(SMALL)]


def flows():
    return [flow for each in routines() for flow in each.flows.values()]


def led_to(transition, state, back):
    """Where the file says that the transition leads from there."""
    if transition.to.flows:
        return place(*next(iter(transition.to.flows.items())))
    return {SAME: state, BACK: back}.get(transition.to.state, transition.to.state)


@pytest.mark.parametrize("flow", flows(), ids=lambda flow: flow.name)
def test_they_agree_for_every_state_transition_and_verdict(flow):
    pairs = 0
    for state in (NEW, *flow.states):
        for name, transition in flow.transitions.items():
            for refusals in REFUSALS:
                for back in flow.states if transition.to.state == BACK else ("",):
                    pairs += 1
                    move = Move(state, Verdict(refusals), back)
                    if name in leaving(flow)[state] and not refusals:
                        assert run(flow, name, move) == led_to(transition, state, back)
                    else:
                        with pytest.raises((MachineDisagrees, MachineError)):
                            run(flow, name, move)
                        assert move.state == state
    assert pairs >= len(flow.transitions) * len(REFUSALS)


@pytest.mark.parametrize("flow", flows(), ids=lambda flow: flow.name)
def test_the_table_is_the_files_own_sources_in_the_files_order(flow):
    for state in (NEW, *flow.states):
        assert leaving(flow)[state] == tuple(n for n, t in flow.transitions.items() if state in t.sources)


def test_any_is_every_unfinished_state_and_never_a_finished_one():
    flow = routine(SMALL).flows["case"]
    assert flow.transitions["ask"].sources == ("open", "waiting", "asked")


def test_back_leads_nowhere_but_back():
    flow = routine(SMALL).flows["case"]
    assert run(flow, "answer", Move("asked", Verdict(()), "waiting")) == "waiting"
    with pytest.raises(MachineDisagrees):
        run(flow, "answer", Move("asked", Verdict(()), ""))


def test_one_machine_serves_every_case_of_a_flow():
    flow = routine(SMALL).flows["case"]
    assert machine(flow) is machine(flow)
    assert machine(flow).models == []


@pytest.mark.parametrize(
    ("condition", "kinds"),
    [(by_holds, {"who", "state"}), (fields_hold, {"field"}), (guards_hold, {"guard"})],
)
def test_each_condition_looks_at_refusals_of_its_own_kind(condition, kinds):
    def holds(*refused):
        move = Move("open", Verdict(tuple(Refusal(kind, "x") for kind in refused)))
        return condition(SimpleNamespace(model=move))

    every = {"who", "state", "field", "guard", "empty"}
    assert {kind for kind in every if not holds(kind)} == kinds
    assert holds()
    assert not holds("empty", *kinds)


@pytest.mark.parametrize("name", ["state", "trigger", "verdict", "machine", "model", "next"])
def test_a_transition_may_have_any_name_that_the_language_allows(name):
    flow = routine(SMALL.replace("note:", f"{name}:").replace("done: note", f"done: {name}")).flows["case"]
    assert run(flow, name, Move("open", Verdict(()))) == "open"
