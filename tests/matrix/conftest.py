"""One database with a case in every state and everybody logged in, made once and put back after every change."""

import os
import shutil
from contextlib import closing

import pytest

from tests.conftest import url_of
from tests.house import make_app
from tests.matrix.crossing import World
from tests.matrix.world import PEOPLE, build, enrich

EVERYWHERE = os.environ.get("MATRIX_ON") == "postgresql"


def peopled(url, folder):
    """The product on a filled database, and in it a case in every state."""
    app = make_app(url, folder)
    numbers = build(app)
    enrich(app, numbers)
    return World(app, url, numbers)


@pytest.fixture(scope="session")
def crowded_on_sqlite(sqlite_filled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("crowded")
    shutil.copy(sqlite_filled, folder / "house.db")
    with closing(peopled(f"sqlite:///{folder / 'house.db'}", folder)) as world:
        yield world


@pytest.fixture(scope="session")
def crowded_on_postgresql(postgresql_copies, tmp_path_factory):
    name = postgresql_copies.take()
    with closing(peopled(url_of(name), tmp_path_factory.mktemp("crowded"))) as world:
        yield world
    postgresql_copies.give_back(name)


@pytest.fixture(scope="session")
def crowded(request):
    """On SQLite; with MATRIX_ON=postgresql in the environment all that stands here is asked there."""
    return request.getfixturevalue("crowded_on_postgresql" if EVERYWHERE else "crowded_on_sqlite")


@pytest.fixture
def world(crowded):
    """The world, put back afterwards."""
    yield crowded
    crowded.restore()


@pytest.fixture(params=list(PEOPLE))
def crossing(request, crowded):
    """Somebody of every kind, one after the other."""
    yield crowded(request.param)
    crowded.restore()


@pytest.fixture
def cross(crowded):
    """Give somebody: cross("desk")."""
    yield crowded
    crowded.restore()
