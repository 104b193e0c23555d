from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from app.language.load import load
from app.telling.names import Names

ROOT = Path(__file__).parents[2]
COMPLETE = load((ROOT / "tests" / "language" / "files" / "complete.yaml").read_text()).routine
NTNU = load((ROOT / "workflow.yaml").read_text()).routine
ROUTINES = {"complete": COMPLETE, "ntnu": NTNU}


@pytest.fixture
def english():
    """English is spoken here: what is told needs a language, and nothing else of a request."""
    app = Flask("english")
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    Babel(app)
    with app.test_request_context(), force_locale("en"):
        yield


@pytest.fixture
def ntnu():
    return NTNU


@pytest.fixture
def names():
    return Names(
        roles={"intake": {"en": "Student Services"}, "quality_contact": {"en": "Quality contact"}},
        areas={"hse": {"en": "HSE"}, "other": {"en": "Other"}},
        mails={"receipt": {"en": "We have received case {number}"}},
    )


def with_flow(routine, flow):
    return replace(routine, flows={**routine.flows, flow.name: flow})


def with_move(routine, name, flow="case", **changes):
    """The routine with one move of a flow changed."""
    machine = routine.flows[flow]
    moves = {**machine.transitions, name: replace(machine.transitions[name], **changes)}
    return with_flow(routine, replace(machine, transitions=moves))


def with_clock(routine, name, flow="case", **changes):
    """The routine with one clock of a flow changed."""
    machine = routine.flows[flow]
    return with_flow(
        routine, replace(machine, clocks={**machine.clocks, name: replace(machine.clocks[name], **changes)})
    )


def without_state(routine, name, flow="case"):
    """The routine without a state, and without the moves that are about it alone."""
    machine = routine.flows[flow]
    states = {key: state for key, state in machine.states.items() if key != name}
    moves = {}
    for key, move in machine.transitions.items():
        sources = tuple(source for source in move.sources if source != name)
        if sources and move.to.state != name:
            moves[key] = replace(move, sources=sources)
    return with_flow(routine, replace(machine, states=states, transitions=moves))
