"""Whose rows the database finds for a party are those in whose party the person is, looked up row by row."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from app.routing import exclusion
from app.scope.row import Undecidable
from model import Subject
from tests.scope.world import PARTIES, ids

EVERYBODY = ["dora", "rita", "wanda", "bill", "bess", "lena", "olga", "stig", None]


def apart(both, party, flows=("case", "wish", "job", "errand"), people=EVERYBODY):
    """Where the two ways differ: (who, flow, what only the database finds, what only the rows say)."""
    found = []
    for who in people:
        for flow in flows:
            listed, said = both.in_party(party, who, flow)
            if listed != said:
                found.append((who, flow, listed - said, said - listed))
    return found


@pytest.mark.parametrize("party", PARTIES, ids=ids)
def test_the_database_finds_whoever_is_in_the_party(both, party):
    assert apart(both, party) == []


def test_each_of_these_but_two_is_somebody_somewhere_and_not_everybody_everywhere(both):
    """Or else the two ways would agree about nothing."""
    asked = [(who, flow) for who in EVERYBODY for flow in ("case", "job")]
    most = sum(len(both.of_flow(flow)) for _, flow in asked)
    told = {ids(party): sum(len(both.said_in(party, *each)) for each in asked) for party in PARTIES}
    assert {party for party, count in told.items() if count in (0, most)} == {ids("anyone"), ids("itself")}


WITHOUT_ALL = [each for each in PARTIES if "except" not in each and each not in ("me", {"first": ["me", "desk"]})]


@pytest.mark.parametrize("party", WITHOUT_ALL, ids=ids)
def test_the_database_finds_where_somebody_is_in_the_party(both, party):
    for flow in ("case", "wish", "job", "errand"):
        listed, said = both.somebody_in(party, flow)
        assert listed == said, flow


def test_where_somebody_is_but_for_some_rows_cannot_tell(both):
    party = both.party({"who": "contact", "except": "keeper"})
    with pytest.raises(Undecidable):
        both.members(None, anybody=True).of(party, both.row("case"))


def test_nobody_in_particular_is_me(both):
    me = both.party("me")
    found = [
        both.found(both.members(who, anybody=anybody).of(me, both.row("case")))
        for who, anybody in (("dora", False), ("dora", True), (None, False), (None, True))
    ]
    assert [bool(each) for each in found] == [True, False, False, False]


def test_no_party_is_nobody(both):
    assert both.found(both.members("dora").of(None, both.row("case"))) == set()


@pytest.fixture
def shut(both):
    """Shut somebody else out of each row, as long as the test runs; give the names of whom by row."""
    units = {unit.name: unit.id for unit in both.organisation.units.values()}
    people = both.town.people
    several = [
        [],
        [exclusion.person(people["stig"])],
        [exclusion.person(people["rita"]), exclusion.person(people["bill"])],
        [exclusion.role_at("contact", units["red"])],
        [exclusion.role_within("boss", units["red"])],
        [exclusion.role_within("boss", None), exclusion.person(people["olga"])],
        [exclusion.staff(units["red"])],
        [exclusion.staff(units["top"])],
    ]
    keys = {row.id: frozenset(several[number % len(several)]) for number, row in enumerate(both.rows)}
    for key, those in keys.items():
        both.session.execute(update(Subject).where(Subject.id == key).values(excluded=exclusion.written(those)))
    yield keys
    both.session.rollback()


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_is_let_in_but_whom_a_row_shuts_out_and_its_reporter_where_told(both, shut, who):
    person = both.town.people[who] if who else None
    out = {key for key, those in shut.items() if exclusion.covers(those, person, both.organisation, both.today)}
    assert bool(out) == (who is not None)
    every = {row.id for row in both.rows}
    assert both.found(both.members(who).let_in(Subject)) == every - out
    theirs = {row.id for row in both.rows if row.flow in ("case", "errand") and row.reporter_id == person}
    assert both.found(both.members(who).let_in(Subject, ("errand", "case"))) == every - (out - theirs)


def test_a_role_whose_name_holds_a_wildcard_is_that_role_alone(both, shut):
    roles = {"boss": "boss_of_all"}
    held = tuple(replace(each, role=roles.get(each.role, each.role)) for each in both.organisation.holdings)
    bess = replace(both.members("bess"), organisation=replace(both.organisation, holdings=held))
    few = sorted(shut)[:2]
    for key, role in zip(few, ("boss_of_all", "bossXofXall"), strict=True):
        written = exclusion.written([exclusion.role_within(role, None)])
        both.session.execute(update(Subject).where(Subject.id == key).values(excluded=written))
    assert both.found(bess.let_in(Subject)) & set(few) == {few[1]}


@pytest.mark.parametrize("who", ["rita", "bess", "stig"])
def test_whoever_is_shut_out_of_a_joined_case_is_in_no_party_through_it_but_as_its_reporter(both, shut, who):
    """The case that joins it lets them in, so that the joined one alone decides."""
    some = False
    for party in (
        {"who": "keeper", "of": "alike"},
        {"who": "contact", "of": "like"},
        {"who": "reporter", "of": "alike"},
    ):
        found = both.found(both.members(who).of(both.party(party), both.row("case")))
        joined = both.joined_in(party, who, shut)
        assert found & both.of_flow("case") == joined
        some = some or bool(joined)
    assert some


def test_whoever_is_shut_out_of_a_joined_case_still_leaves_it_to_whom_it_has(both):
    """The first of several that isn't empty is so for everybody alike, whoever asks."""
    dora = exclusion.written([exclusion.person(both.town.people["dora"])])
    both.session.execute(update(Subject).values(excluded=dora))
    try:
        party = both.party({"first": [{"who": "keeper", "of": "alike"}, "desk"]})
        found = both.found(both.members("dora").of(party, both.row("case"))) & both.of_flow("case")
    finally:
        both.session.rollback()
    kept = {
        key for key in both.of_flow("case") if any(each.people_in("keeper") for each in both.facts[key].parts("alike"))
    }
    assert found == both.of_flow("case") - kept
    assert kept
    assert found
