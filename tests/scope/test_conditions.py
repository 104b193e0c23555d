"""What a condition finds in the database is what holds of each row in hand."""

from random import Random

import pytest

from app.language import plain
from app.language.conditions import ALWAYS, All, AnyOf, Done, Has, Is, Named, Not, Parts, Whole
from app.scope.conditions import decide
from app.scope.row import Undecidable
from tests.scope.world import ids

TELLING = [
    {"severity": "high"},
    {"severity": ["high", "low"]},
    {"severity": "filled"},
    {"severity": "empty"},
    {"not": {"severity": "low"}},
    {"topic": "conduct"},
    {"topic": "check"},
    {"topic": ["fine", "late"]},
    {"kinds": "a_b"},
    {"kinds": "axb"},
    {"kinds": ["b", "axb"]},
    {"kinds": "filled"},
    {"kinds": "empty"},
    {"hurt": "ticked"},
    {"hurt": "filled"},
    {"hurt": "empty"},
    {"mark": "ticked"},
    {"mark": "true"},
    {"mark": "two words"},
    {"mark": "empty"},
    {"area": "safety"},
    {"not": {"area": "safety"}},
    {"area": ["safety", "teaching"]},
    {"unit": "red"},
    {"unit": "red_lab"},
    {"unit": "top"},
    {"unit": "faculty"},
    {"unit": ["department", "blue"]},
    {"unit": "filled"},
    {"unit": "empty"},
    {"place_of": "red"},
    {"place_of": "red_lab"},
    {"place_of": "department"},
    {"place_of": "filled"},
    {"elsewhere": "red"},
    {"elsewhere": "faculty"},
    {"amount": "2"},
    {"amount": "filled"},
    {"seen_on": "empty"},
    {"keeper": "filled"},
    {"keeper": "empty"},
    {"witnesses": "filled"},
    {"reporter": "filled"},
    {"owner": "filled"},
    {"owner": "empty"},
    {"due_on": "filled"},
    {"due_on": "empty"},
    {"note": "filled"},
    {"title": "filled"},
    {"title": "empty"},
    {"like": "filled"},
    {"alike": "empty"},
    {"handler": "filled"},
    {"handler": "empty"},
    {"state": "open"},
    {"state": "final"},
    {"state": ["final", "begun"]},
    {"not": {"state": "final"}},
    {"round": "2"},
    {"round": ["1", "3"]},
    {"done": "take"},
    {"done": "close"},
    {"done": "take", "since": "again"},
    {"done": "again", "since": "take"},
    {"done": "again", "since": "again"},
    {"not": {"done": "take", "since": "again"}},
    {"done": "take", "since": "close"},
    {"every": "job", "state": "final"},
    {"some": "job", "state": "final"},
    {"every": "job", "due_on": "filled"},
    {"some": "job", "severity": "high"},
    {"some": "errand", "area": "safety"},
    {"every": "errand", "severity": "empty"},
    {"some": "errand", "state": "final"},
    {"every": "errand", "state": "final"},
    {"some": "like", "state": "final"},
    {"every": "like", "state": "final"},
    {"some": "alike", "severity": "high"},
    {"every": "alike", "severity": "high"},
    {"some": "alike", "state": "taken"},
    {"some": "alike", "done": "take", "since": "again"},
    {"every": "alike", "topic": "empty"},
    {"whole": {"severity": "high"}},
    {"whole": {"state": "final"}},
    {"not": {"whole": {"state": "final"}}},
    {"whole": {"some": "job", "state": "final"}},
    {"whole": {"done": "again"}},
    {"ombudsman": "red_office"},
    {"ombudsman": "blue_office"},
    {"ombudsman": "empty"},
    {"ombudsman": "filled"},
    {"standby": "day"},
    {"standby": "night"},
    {"all": [{"severity": "high"}, {"area": "safety"}]},
    {"any": [{"severity": "high"}, {"hurt": "ticked"}]},
    {"severity": "high", "state": "final"},
]


@pytest.mark.parametrize("written", TELLING, ids=ids)
def test_it_finds_the_rows_of_which_it_holds(both, written):
    found, held = both.meeting(written)
    assert found == held


def test_most_of_these_find_some_rows_and_leave_some_out(both):
    """Or else the two ways would agree about nothing."""
    every = {row.id for row in both.rows}
    telling = [found not in (set(), every) for found, _ in map(both.meeting, TELLING)]
    assert telling.count(False) <= 4


LEAVES = [
    *(Is("severity", frozenset({each})) for each in ("low", "high")),
    *(Is("state", frozenset({each})) for each in ("open", "taken", "final", "done")),
    *(Is("unit", frozenset({each})) for each in ("red", "department", "blue")),
    Is("topic", frozenset({"check", "late"})),
    Is("area", frozenset({"safety"})),
    Is("kinds", frozenset({"axb"})),
    Is("place_of", frozenset({"red"})),
    Is("ombudsman", frozenset({"blue_office"})),
    *(
        Has(field, how)
        for field in ("severity", "unit", "keeper", "due_on", "owner", "kinds")
        for how in ("filled", "empty")
    ),
    *(Has(field, "ticked") for field in ("hurt", "mark")),
    Done("take"),
    Done("take", "again"),
    Done("finish"),
    Named("is_grave"),
    ALWAYS,
]


def drawn(chance, depth):
    """A condition made of others, as deep as that."""
    if depth == 0:
        return chance.choice(LEAVES)
    inner = [drawn(chance, depth - 1) for _ in range(chance.randrange(3))]
    one = drawn(chance, depth - 1)
    how = chance.choice(["every", "some"])
    return chance.choice(
        [All((*inner, one)), AnyOf((*inner, one)), Not(one), Whole(one)]
        + [Parts(how, flow, one) for flow in ("job", "errand", "like", "alike")]
    )


def test_the_two_ways_agree_about_whatever_is_made_of_conditions(both):
    chance = Random(11)  # noqa: S311 - a draw, not a secret
    several = [drawn(chance, 1 + number % 2) for number in range(80)]
    assert [each for each in several if both.meeting(each)[0] != both.meeting(each)[1]] == []


def test_what_always_holds_finds_every_row_of_whichever_flow(both):
    every = {row.id for row in both.rows}
    assert both.meeting(ALWAYS)[0] == both.meeting(All(()))[0] == both.meeting(Not(AnyOf(())))[0] == every
    assert both.meeting(AnyOf(()))[0] == set()


@pytest.mark.parametrize(
    "written",
    [
        {"over": "slow"},
        {"not": {"running": "slow"}},
        {"submitted_on": "filled"},
        {"some": "keeper", "severity": "high"},
    ],
    ids=ids,
)
def test_where_rows_cannot_tell_it_finds_none(both, written):
    assert both.meeting(written)[0] == set()


@pytest.mark.parametrize(
    "written", [{"over": "slow"}, {"submitted_on": "filled"}, {"some": "keeper", "hurt": "ticked"}], ids=ids
)
def test_and_says_so_to_whoever_has_another_way(both, written):
    with pytest.raises(Undecidable):
        decide(plain.condition(written), both.row("case"), both.organisation)
