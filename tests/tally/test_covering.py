"""Trees of units: which of them stand for others, whatever may be counted and however they are moved."""

from random import Random

import pytest
from sqlalchemy import select, update

from app.tally.cells import Amount, Cell
from app.tally.covering import Tree, widened
from model import ConfigurationVersion, Tally, TallyState, Unit
from tests.tally.town import ROUTINE, alike, fold_all


def drawn(chance):
    """A tree of up to 15 units, each above those after it."""
    units = range(1, chance.randrange(2, 16))
    return Tree({unit: chance.choice([None, *range(1, unit)]) if unit > 1 else None for unit in units})


@pytest.mark.parametrize("seed", range(200))
def test_what_covers_some_units_counts_each_of_them_once_and_no_other(seed):
    chance = Random(seed)  # noqa: S311 - nothing secret
    tree = drawn(chance)
    whole = {unit for unit in tree.above if chance.random() < 0.8}
    added = {Cell("r", "clock", 2026, "case", unit, None): Amount(10**unit) for unit in tree.above}
    kept = widened(added, tree)
    with_all, own = tree.cover(whole)
    counted = sum(amount.runs for cell, amount in kept.items() if cell.unit_id in (with_all if cell.below else own))
    assert counted == sum(10**unit for unit in whole)
    if whole == set(tree.above):
        assert with_all | own == {unit for unit, above in tree.above.items() if above is None}


def test_a_tree_grows_by_units_below_those_that_had_some():
    tree = Tree({1: None, 2: 1, 3: 1})
    assert tree.grown_to(tree) == tree
    assert tree.grown_to(Tree({1: None, 2: 1, 3: 1, 4: 1})) == Tree({1: None, 2: 1, 3: 1, 4: 1})
    assert tree.grown_to(Tree({1: None, 2: 1, 5: None, 6: 5})) == Tree({1: None, 2: 1, 3: 1, 5: None, 6: 5})
    assert tree.grown_to(Tree({1: None, 2: 1, 3: 2})) is None, "one has moved"
    assert tree.grown_to(Tree({1: None, 2: 1, 3: 1, 4: 3})) is None, "one that had no numbers with others has others"


def test_numbers_are_right_when_a_unit_has_moved_before_and_after_they_are_counted_anew(settle_on_both):
    town = settle_on_both(ROUTINE.replace("see: [desk, contact]", "see: [desk, contact, boss]"))
    for unit in ("red", "red_lab", "blue", "red_lab"):
        town.report(unit=unit)
    fold_all(town)
    units = dict(town.session.execute(select(Unit.name, Unit.id)).tuples().all())
    assert town.session.scalar(_below(units["red"])) == 3
    town.session.execute(update(Unit).where(Unit.name == "red_lab").values(parent_id=units["blue"]))
    town.session.execute(update(ConfigurationVersion).values(version=ConfigurationVersion.version + 1))
    town.session.commit()
    for _ in ("before", "after"):
        for who in ("dora", "rita", "bill", "bess", "lena"):
            kept, live = alike(town, "places", who, "this year")
            assert kept == live, who
        fold_all(town)
    assert town.session.scalar(_below(units["red"])) is None, "nothing is below it now"
    assert town.session.scalar(_below(units["blue"])) == 3
    assert town.session.scalars(select(TallyState.tree)).one()[str(units["red_lab"])] == units["blue"]


def _below(unit):
    return select(Tally.runs).where(Tally.unit_id == unit, Tally.below, Tally.clock == "again")
