import shutil

import pytest

from tests.api.program import Program
from tests.house import make_app
from tests.matrix.world import build


@pytest.fixture(scope="session")
def peopled(sqlite_filled, tmp_path_factory):
    """A database with a case in every state: (file, numbers)."""
    folder = tmp_path_factory.mktemp("peopled")
    shutil.copy(sqlite_filled, folder / "house.db")
    return folder / "house.db", build(make_app(f"sqlite:///{folder / 'house.db'}", folder), ("quality", "other"))


@pytest.fixture
def numbers(peopled):
    return peopled[1]


@pytest.fixture
def full_house(peopled, tmp_path):
    shutil.copy(peopled[0], tmp_path / "house.db")
    return make_app(f"sqlite:///{tmp_path / 'house.db'}", tmp_path)


@pytest.fixture
def program(full_house):
    """Sign in for somebody: program("desk"); program(None) has no token."""
    return lambda name=None: Program(full_house, name)
