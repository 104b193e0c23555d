import shutil

import pytest

from tests.house import make_app
from tests.web.english import English as Person


@pytest.fixture(scope="module")
def shared_house(sqlite_filled, tmp_path_factory):
    """One installation for tests that only look."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copy(sqlite_filled, folder / "house.db")
    return make_app(f"sqlite:///{folder / 'house.db'}", folder)


@pytest.fixture(scope="module")
def admin(shared_house):
    return Person(shared_house, "admin")
