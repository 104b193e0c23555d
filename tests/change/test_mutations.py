"""Ten thousand spoilt drafts: none crashes, none that strands a case gets through, every refusal has its place.

The property is worked out here anew, on the flow's bare graph, and not by what the product checks with.
"""

import random

import pytest

from app.change import questions
from app.language.load import load
from app.workflow import migrating
from config import ROOT
from tests.language.mutation import SNIPPETS

TEXT = (ROOT / "workflow.yaml").read_text("utf-8")
TODAY = load(TEXT).routine
STANDING = {flow.name: dict.fromkeys(flow.states, 1) for flow in TODAY.flows.values()}
"""A case in every state of every flow."""
CHUNKS, EACH = 20, 500
LINES = TEXT.splitlines(keepends=True)
NAMES = sorted(
    {name for flow in TODAY.flows.values() for name in (*flow.states, *flow.transitions, *flow.clocks)}
    | {*TODAY.roles, *TODAY.guards, *TODAY.fields}
)


def spoilt(chance):
    """The file with one to three places changed: names exchanged, lines dropped or doubled, pieces overwritten."""
    text = TEXT
    for _ in range(chance.randint(1, 3)):
        text = chance.choice((exchanged, exchanged, exchanged, dropped, dropped, doubled, overwritten))(chance, text)
    return text


def exchanged(chance, text):
    old, new = chance.choice(NAMES), chance.choice(NAMES)
    places = [n for n in range(len(text)) if text.startswith(old, n)]
    if not places:
        return text
    place = chance.choice(places)
    return text[:place] + new + text[place + len(old) :]


def dropped(chance, text):
    lines = text.splitlines(keepends=True)
    start = chance.randrange(len(lines))
    return "".join(lines[:start] + lines[start + chance.randint(1, 3) :])


def doubled(chance, text):
    lines = text.splitlines(keepends=True)
    start = chance.randrange(len(lines))
    return "".join([*lines[:start], lines[start], *lines[start:]])


def overwritten(chance, text):
    place = chance.randrange(len(text))
    return text[:place] + chance.choice(SNIPPETS) + text[place + chance.randint(0, 12) :]


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
    chance = random.Random(chunk)  # noqa: S311 - the same drafts each time
    through = 0
    for _ in range(EACH):
        text = spoilt(chance)
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
