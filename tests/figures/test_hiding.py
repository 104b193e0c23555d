from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.figures.hiding import Shown, hide

N, U, H = Shown.NUMBER, Shown.UNDER, Shown.HIDDEN


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([10, 7, 5], [N, N, N]),
        ([10, 7, 3], [N, H, U]),  # one alone would be the sum less the others
        ([10, 5, 1], [H, H, U]),  # 5 and 1 would follow from their sum, for "hidden" is 5 or more
        ([10, 4, 3], [N, U, U]),
        ([10, 4, 4], [H, U, U]),  # two under five that make eight are both four
        ([10, 1, 1], [H, U, U]),
        ([4, 4], None),
        ([3], None),
        ([2, 1], None),
        ([5], [N]),
        ([], []),
    ],
)
def test_numbers_under_five_are_hidden_so_that_none_can_be_computed(counts, shown):
    assert hide(counts, 5) == shown


def test_nothing_is_hidden_where_nobody_asked_for_it():
    assert hide([3, 1], 0) == [N, N]


@given(st.lists(st.integers(1, 12), min_size=1, max_size=4), st.integers(2, 5))
def test_whoever_tries_every_possibility_still_has_two(counts, below):
    shown = hide(counts, below)
    if shown is None:
        return
    away = [at for at, how in enumerate(shown) if how is not N]
    rest = sum(counts[at] for at in away)
    ranges = [range(1, below) if shown[at] is U else range(below, rest + 1) for at in away]
    possible = [each for each in product(*ranges) if sum(each) == rest]
    for values in zip(*possible, strict=True):
        assert len(set(values)) > 1
