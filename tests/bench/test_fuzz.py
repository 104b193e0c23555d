"""A few of the hundred thousand spoilt routines of `python -m bench.fuzz`, some of them lived in (F36-F38)."""

from app.language.load import load
from bench.fuzz import TEXT, Spoiler, broken, fuzz


def test_none_crashes_and_none_that_is_accepted_is_broken():
    found = fuzz(150, seed=11, lived_in=10)
    assert found.faults == []
    assert found.counts["refused"] > found.counts["accepted"] > 0
    assert found.counts["lived in"] >= 1


def test_the_same_seed_spoils_alike():
    assert Spoiler(TEXT, 3).spoilt() == Spoiler(TEXT, 3).spoilt() != Spoiler(TEXT, 4).spoilt()


def test_what_does_not_hold_together_is_noticed():
    """The judge can say no: of a routine whose moves lead nowhere, and of a state without a way to an end."""
    routine = load(TEXT).routine
    assert not list(broken(routine))
    flow = routine.flows["case"]
    end = next(name for name, state in flow.states.items() if state.finished)
    del flow.states[end]
    assert any("isn't there" in each for each in broken(routine))
