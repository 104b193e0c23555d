"""One database with a case in every state, made once and copied for everybody."""

import shutil

import pytest

from tests.house import make_app
from tests.matrix.crossing import Crossing
from tests.matrix.world import PEOPLE, build


@pytest.fixture(scope="session")
def crowded(sqlite_filled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("crowded")
    shutil.copy(sqlite_filled, folder / "house.db")
    app = make_app(f"sqlite:///{folder / 'house.db'}", folder)
    return folder / "house.db", build(app)


@pytest.fixture(scope="module", params=list(PEOPLE))
def crossing(request, crowded, tmp_path_factory):
    """Somebody of every kind, one after the other."""
    filled, numbers = crowded
    found = Crossing(filled, tmp_path_factory.mktemp(request.param), numbers, request.param)
    found.who = request.param
    found.changed()
    return found


@pytest.fixture
def cross(crowded, tmp_path):
    """Make a crossing for one: cross("desk")."""
    filled, numbers = crowded

    def make(who):
        (tmp_path / who).mkdir()
        found = Crossing(filled, tmp_path / who, numbers, who)
        found.changed()
        return found

    return make
