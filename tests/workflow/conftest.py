"""Empty databases with every table, and towns in them."""

import shutil
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.conftest import POSTGRESQL, url_of
from tests.copies import Copies
from tests.workflow.town import Town, database


@pytest.fixture(scope="session")
def sqlite_empty(tmp_path_factory):
    file = tmp_path_factory.mktemp("empty") / "town.db"
    made = database(f"sqlite:///{file}")
    with made.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    made.dispose()
    return file


@pytest.fixture
def sqlite_town(sqlite_empty, tmp_path):
    shutil.copy(sqlite_empty, tmp_path / "town.db")
    return f"sqlite:///{tmp_path / 'town.db'}"


@pytest.fixture(scope="session")
def postgresql_empty(server):
    name = f"town_{uuid4().hex[:12]}"
    server.execute(text(f"CREATE DATABASE {name}"))
    database(url_of(name)).dispose()
    yield name
    server.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def postgresql_empties(postgresql_empty):
    with Copies(POSTGRESQL, postgresql_empty) as copies:
        yield copies


@pytest.fixture
def postgresql_town(postgresql_empties):
    name = postgresql_empties.take()
    yield url_of(name)
    postgresql_empties.give_back(name)


def _settler(url):
    made = []

    def settle(routine, **options):
        found = Town(database(url), routine, **options)
        made.append(found)
        return found

    return made, settle


def _leave(made):
    for town in made:
        town.session.close()
        town.database.dispose()


@pytest.fixture
def settle(sqlite_town):
    """Found a town with a routine: settle(ROUTINE)."""
    made, found = _settler(sqlite_town)
    yield found
    _leave(made)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def settle_on_both(request):
    """The same on each kind of database."""
    made, found = _settler(request.getfixturevalue(f"{request.param}_town"))
    yield found
    _leave(made)
