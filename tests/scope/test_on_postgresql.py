"""The same on PostgreSQL, which takes types and subqueries more strictly."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.conftest import url_of
from tests.scope.test_conditions import TELLING
from tests.scope.world import HERE, PARTIES, ROUTINE, Both, fill, ids
from tests.workflow.town import Town, database

pytestmark = pytest.mark.postgresql


@pytest.fixture(scope="module")
def both(server):
    name = f"scope_{uuid4().hex[:12]}"
    server.execute(text(f"CREATE DATABASE {name}"))
    town = Town(database(url_of(name)), ROUTINE, data=HERE)
    fill(town)
    yield Both(town)
    town.session.close()
    town.database.dispose()
    server.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def test_conditions_find_the_rows_of_which_they_hold(both):
    found = {ids(written): both.meeting(written) for written in TELLING}
    assert {written for written, (listed, held) in found.items() if listed != held} == set()


@pytest.mark.parametrize("flow", ["case", "job"])
def test_parties_find_whoever_is_in_them(both, flow):
    asked = [(who, party) for who in ("rita", "olga", "dora", None) for party in PARTIES]
    found = {(who, ids(party)): both.in_party(party, who, flow) for who, party in asked}
    assert {each for each, (listed, said) in found.items() if listed != said} == set()


@pytest.mark.parametrize("flow", ["case", "errand"])
def test_parties_find_where_somebody_is_in_them(both, flow):
    asked = [party for party in PARTIES if "except" not in party and party not in ("me", {"first": ["me", "desk"]})]
    found = {ids(party): both.somebody_in(party, flow) for party in asked}
    assert {each for each, (listed, said) in found.items() if listed != said} == set()
