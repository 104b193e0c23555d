"""Conditions, parties, lengths and moments read as words."""

import pytest

from app.language import plain
from app.language.conditions import ALWAYS, Not
from app.language.moments import UNITS, Length, Moment
from app.telling.lengths import length_in_words, moment_in_words
from app.telling.names import Names
from app.telling.words import condition_in_words, party_in_words, value_in_words
from tests.telling.conftest import COMPLETE, ROUTINES

FIELDS = ("owner", "new_handler", "recipients", "reporter")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (None, "always"),
        ({"area": ["other", "hse"]}, "the area is HSE or Other"),
        ({"not": {"area": "hse"}}, "the area is not HSE"),
        ({"unit": "faculty"}, "the unit is a faculty"),
        ({"severity": "high"}, "“Severity” is High"),
        ({"personnel_matter": "ticked"}, "“Resembles a personnel matter” is ticked"),
        ({"personnel_matter": "empty"}, "“Resembles a personnel matter” is not ticked"),
        ({"severity": "filled", "area": "hse"}, "“Severity” is filled in and the area is HSE"),
        ({"not": {"severity": "filled", "area": "hse"}}, "“Severity” is not filled in or the area is not HSE"),
        ({"any": [{"severity": "empty"}, {"all": [{"area": "hse"}, {"done": "consult"}]}]},
         "“Severity” is not filled in or (the area is HSE and “Record that the head was consulted” is done)"),
        ({"state": "final"}, "it is finished"),
        ({"not": {"state": "final"}}, "it is not finished"),
        ({"state": "received"}, "the state is “Received”"),
        ({"every": "action", "state": "final"}, "for every “Action”: it is finished"),
        ({"not": {"every": "action", "state": "final"}}, "for at least one “Action”: it is not finished"),
        ({"done": "accept", "since": "hand_over"},
         "“Accept for handling” is done after the last “Hand over to another handler”"),
        ({"running": "at_intake"}, "the deadline for “Received” is running"),
        ({"not": {"over": "at_intake"}}, "the deadline for “Received” has not passed"),
        ("severity_comes_first", "in the case it belongs to: “Severity” is filled in"),
    ],
)  # fmt: skip
def test_conditions(english, ntnu, names, written, words):
    assert condition_in_words(plain.condition(written), ntnu, names) == words


def test_what_never_holds(english, ntnu, names):
    assert condition_in_words(Not(ALWAYS), ntnu, names) == "never"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("intake", "Student Services"),
        ("nobody_knows", "nobody knows"),
        (["handler", "reporter", "owner"], "the handler, the reporter, and the person responsible"),
        ({"first": ["quality_contact", "intake"]}, "Quality contact, otherwise Student Services"),
        ({"who": "intake", "at": "own"}, "Student Services at that very unit"),
        ({"who": "intake", "at": "reporter"}, "Student Services where those in “Reporter” belong"),
        ({"who": "intake", "except": ["handler", "me"]}, "Student Services, but not (the handler and whoever does it)"),
        ({"who": ["intake", "handler"], "when": {"area": "hse"}}, "(Student Services and the handler) if the area is HSE"),
        ({"did": "accept"}, "whoever did “Accept for handling”"),
        ({"who": "owner", "of": "action", "only": ["number"]}, "the person responsible in “Action” (sees only Case number)"),
        ("former", "whoever did “Accept for handling”, but not (the handler and the person responsible)"),
    ],
)  # fmt: skip
def test_parties(english, ntnu, names, written, words):
    party = plain.party(written, fields=FIELDS, parties=("former",))
    assert party_in_words(party, ntnu, names) == words


def test_nobody_presses(english, ntnu, names):
    assert party_in_words(None, ntnu, names) == "the system"


@pytest.mark.parametrize("routine", ROUTINES.values(), ids=ROUTINES)
def test_everything_in_a_routine_has_words(english, routine):
    names = Names()
    found = [condition_in_words(guard.needs, routine, names) for guard in routine.guards.values()]
    found += [party_in_words(party, routine, names) for party in routine.parties.values()]
    for flow in routine.flows.values():
        found += [party_in_words(move.by, routine, names, flow) for move in flow.transitions.values()]
    assert all(found)
    assert not any("_" in text or "None" in text for text in found)


def test_lengths(english):
    assert [length_in_words(Length(1, unit)) for unit in UNITS] == [
        "1 working day", "1 day", "1 hour", "1 week", "1 month", "1 year",
    ]  # fmt: skip
    assert length_in_words(Length(3, "working days")) == "3 working days"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (Moment("due"), "when the deadline is up"),
        (Moment("before", Length(3, "days")), "3 days before the deadline"),
        (Moment("after", Length(1, "working days")), "1 working day after the deadline"),
        (Moment("every", Length(1, "weeks")), "then every week"),
        (Moment("every", Length(2, "working days")), "then every 2 working days"),
    ],
)
def test_moments(english, moment, words):
    assert moment_in_words(moment) == words


def test_a_value_of_a_tree_of_choices(english, names):
    declared = next(
        f for f in COMPLETE.fields.values() if isinstance(f.choices, tuple) and any(c.choices for c in f.choices)
    )
    parent = next(choice for choice in declared.choices if choice.choices)
    assert value_in_words(declared.name, parent.choices[0].name, COMPLETE, names) == parent.choices[0].label["en"]
