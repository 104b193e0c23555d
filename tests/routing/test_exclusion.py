"""Who is shut out by which key, and how keys are kept."""

from datetime import timedelta

import pytest

from app.routing import exclusion
from tests.routing.samples import ANN, BEN, BLUE, LAB, RED, TODAY, TOP, holding, organisation

PLACE = organisation(
    holding(ANN, "contact", LAB), holding(BEN, "boss", BLUE, ends=TODAY - timedelta(days=1)), holding(BEN, "boss", TOP)
)
KEYS = {
    exclusion.person(ANN): "@11",
    exclusion.role_at("contact", LAB): "contact:3",
    exclusion.role_at("contact", None): "contact:",
    exclusion.role_within("contact", RED): "contact~2",
    exclusion.role_within("contact", None): "contact~",
    exclusion.staff(TOP): "*1",
}


def test_a_key_says_whom_it_means():
    assert list(KEYS) == list(KEYS.values())


@pytest.mark.parametrize("keys", [[], ["@11"], ["@11", "boss~", "contact:3"]])
def test_keys_are_read_as_they_are_written(keys):
    assert exclusion.read(exclusion.written(keys)) == frozenset(keys)


def test_keys_are_kept_between_commas_each_once_and_none_as_nothing():
    assert exclusion.written(["b", "a", "b"]) == ",a,b,"
    assert exclusion.written([]) == ""
    assert exclusion.read("") == frozenset()


def test_somebody_has_the_keys_of_their_roles_there_and_above_as_long_as_they_hold_them():
    lab = {"@11", "contact:3", "contact~", "contact~3", "contact~2", "contact~1", "*3", "*2", "*1"}
    assert exclusion.keys_of(ANN, PLACE, TODAY) == lab
    assert exclusion.keys_of(BEN, PLACE, TODAY) == {"@12", "boss:1", "boss~", "boss~1", "*1"}
    before = exclusion.keys_of(BEN, PLACE, TODAY - timedelta(days=1))
    assert before == {"@12", "boss:1", "boss~", "boss~1", "*1", "boss:4", "boss~4", "*4"}
    assert exclusion.keys_of(99, PLACE, TODAY) == {"@99"}


@pytest.mark.parametrize(
    ("keys", "out"),
    [
        ({"@11"}, {ANN}),
        ({"contact:3"}, {ANN}),
        ({"contact:2"}, set()),
        ({"contact~2", "@99"}, {ANN}),
        ({"*1"}, {ANN, BEN}),
        ({"*4"}, set()),
        (set(), set()),
    ],
)
def test_a_key_covers_whoever_has_it(keys, out):
    found = {who for who in (ANN, BEN, None) if exclusion.covers(frozenset(keys), who, PLACE, TODAY)}
    assert found == out
