"""Conditions over a case that is written down here: each node holds exactly where it should."""

from dataclasses import dataclass, field

import pytest

from app.language.conditions import (
    ALWAYS,
    All,
    AnyOf,
    ClockIs,
    Done,
    Has,
    Is,
    Named,
    Not,
    Parts,
    Whole,
    holds,
    walk,
)


@dataclass
class Told:
    """What is known of a case: its answers, whether it is finished, what has been done, its clocks and guards."""

    answers: dict = field(default_factory=dict)
    finished: bool = False
    done: set = field(default_factory=set)
    clocks: set = field(default_factory=set)
    of: dict = field(default_factory=dict)
    whole: "Told | None" = None
    guards: dict = field(default_factory=dict)

    def value(self, name):
        return self.answers.get(name)

    def is_one_of(self, name, names):
        return self.answers.get(name) in names

    def parts(self, flow):
        return self.of.get(flow, ())

    def has_done(self, transition, since):
        return (transition, since) in self.done

    def clock_is(self, clock, status):
        return (clock, status) in self.clocks

    def guard(self, name):
        return self.guards[name]


HIGH = Is("severity", frozenset({"high", "worst"}))
LOW = Is("severity", frozenset({"low"}))
FINAL = Is("state", frozenset({"final"}))
HIGH_ONE, LOW_ONE = Told({"severity": "high"}), Told({"severity": "low"})
TWO_HIGH, MIXED = Told(of={"job": [HIGH_ONE, HIGH_ONE]}), Told(of={"job": [LOW_ONE, HIGH_ONE]})


@pytest.mark.parametrize(
    ("condition", "facts", "so"),
    [
        (ALWAYS, Told(), True),
        (HIGH, HIGH_ONE, True),
        (HIGH, LOW_ONE, False),
        (FINAL, Told({"state": "shut"}, finished=True), True),
        (FINAL, Told({"state": "open"}), False),
        (FINAL, Told({"state": "final"}), True),
        (Is("state", frozenset({"open"})), Told({"state": "shut"}, finished=True), False),
        (Is("severity", frozenset({"final"})), Told({"severity": "low"}, finished=True), False),
        (Not(HIGH), LOW_ONE, True),
        (Not(HIGH), HIGH_ONE, False),
        (All((HIGH, FINAL)), Told({"severity": "high"}, finished=True), True),
        (All((HIGH, FINAL)), HIGH_ONE, False),
        (All(()), Told(), True),
        (AnyOf((HIGH, LOW)), LOW_ONE, True),
        (AnyOf((HIGH, FINAL)), LOW_ONE, False),
        (AnyOf(()), Told(), False),
        (Parts("every", "job", HIGH), TWO_HIGH, True),
        (Parts("every", "job", HIGH), MIXED, False),
        (Parts("every", "job", HIGH), Told(), True),
        (Parts("some", "job", HIGH), MIXED, True),
        (Parts("some", "job", LOW), TWO_HIGH, False),
        (Parts("some", "other", HIGH), TWO_HIGH, False),
        (Whole(HIGH), Told(whole=HIGH_ONE), True),
        (Whole(HIGH), Told({"severity": "high"}, whole=LOW_ONE), False),
        (Whole(Not(HIGH)), Told(), False),
        (Done("tell", "take"), Told(done={("tell", "take")}), True),
        (Done("tell"), Told(done={("tell", "take")}), False),
        (ClockIs("slow", "over"), Told(clocks={("slow", "over")}), True),
        (ClockIs("slow", "running"), Told(clocks={("slow", "over")}), False),
        (Named("grave"), Told({"severity": "high"}, guards={"grave": HIGH}), True),
        (Named("grave"), Told({"severity": "low"}, guards={"grave": HIGH}), False),
    ],
)
def test_it_holds_where_it_should_and_nowhere_else(condition, facts, so):
    assert holds(condition, facts) is so


ANSWERS = [None, "", [], False, "no", ["no"], 0.0, True, "ticked"]


@pytest.mark.parametrize(
    ("how", "so"),
    [
        ("filled", [False, False, False, False, True, True, False, True, True]),
        ("empty", [True, True, True, True, False, False, True, False, False]),
        ("ticked", [False] * 7 + [True, True]),
    ],
)
def test_what_counts_as_an_answer(how, so):
    assert [holds(Has("it", how), Told({"it": each})) for each in ANSWERS] == so


def test_every_node_is_walked_through_named_guards_and_a_ring_of_them_ends():
    tree = All((Not(HIGH), AnyOf((Parts("some", "job", LOW), Whole(FINAL))), Named("grave")))
    parts, whole = tree.of[1].of
    plain = [tree, tree.of[0], HIGH, tree.of[1], parts, LOW, whole, FINAL, Named("grave")]
    assert list(walk(tree)) == plain
    assert list(walk(tree, {"another": LOW})) == plain
    ring = {"grave": Named("graver"), "graver": All((HIGH, Named("grave")))}
    assert list(walk(tree, ring)) == [*plain, Named("graver"), ring["graver"], HIGH, Named("grave")]
