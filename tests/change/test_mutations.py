"""Ten thousand spoilt drafts: none crashes, none that strands a case gets through, every refusal has its place.

The property is worked out here anew, on the flow's bare graph, and not by what the product checks with.
"""

import pytest

from app.change import questions
from app.language.load import load
from app.workflow import migrating
from bench.fuzz import Spoiler
from config import ROOT

TEXT = (ROOT / "workflow.yaml").read_text("utf-8")
TODAY = load(TEXT).routine
STANDING = {flow.name: dict.fromkeys(flow.states, 1) for flow in TODAY.flows.values()}
"""A case in every state of every flow."""
CHUNKS, EACH = 20, 500


def way_out(flow, state):
    """Whether moves, whoever makes them, can lead from the state to a finished one."""
    seen, waiting = {state}, [state]
    while waiting:
        here = waiting.pop()
        if flow.states[here].finished:
            return True
        for move in flow.transitions.values():
            if here not in move.sources:
                continue
            if move.to.flows:
                return True
            for target in flow.states if move.to.state == "back" else (move.to.state,):
                if target in flow.states and target not in seen:
                    seen.add(target)
                    waiting.append(target)
    return False


def stranded(draft):
    """Open cases, one in each state of today, that could never end and that nobody is asked about."""
    asked = {(each["flow"], each["state"]) for each in questions.questions(TODAY, draft, STANDING, {})}
    for root in questions.asked(TODAY, draft, STANDING):
        for name in migrating.family(TODAY, root):
            for state in TODAY.flows[name].states:
                flow = draft.flows.get(name)
                gone = flow is None or state not in flow.states
                if gone and (name, state) not in asked:
                    yield f"{name}.{state} is gone and nobody asks"
                elif not gone and not flow.states[state].finished and not way_out(flow, state):
                    yield f"{name}.{state} has no way out"


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_spoilt_draft_crashes_or_gets_through(chunk):
    spoiler = Spoiler(TEXT, chunk)
    through = 0
    for _ in range(EACH):
        text = spoiler.spoilt()
        loaded = load(text)
        if loaded.routine is None:
            assert loaded.errors or loaded.routine is not None
            assert all(each.line >= 1 and each.column >= 1 and each.message for each in loaded.faults)
            continue
        through += 1
        assert not list(stranded(loaded.routine)), text
        unchanged = set(TODAY.flows) - {
            f for root in questions.asked(TODAY, loaded.routine, STANDING) for f in migrating.family(TODAY, root)
        }
        for name in unchanged:
            assert set(loaded.routine.flows[name].states) == set(TODAY.flows[name].states), text
    assert through > EACH / 50, "too few get as far as the questions for this to say anything"
