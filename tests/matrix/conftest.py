"""One database with a case in every state and everybody logged in, made once and put back after every change."""

import shutil

import pytest

from tests.house import make_app
from tests.matrix.crossing import World
from tests.matrix.world import PEOPLE, build, enrich


@pytest.fixture(scope="session")
def crowded(sqlite_filled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("crowded")
    shutil.copy(sqlite_filled, folder / "house.db")
    app = make_app(f"sqlite:///{folder / 'house.db'}", folder)
    numbers = build(app)
    enrich(app, numbers)
    return World(app, folder / "house.db", numbers)


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
