"""Cases in every state, made once, and the product on a free port."""

import shutil

import pytest

from tests.browser.scene import Scene
from tests.house import served
from tests.journeys.conftest import built


@pytest.fixture(scope="session")
def scene(sqlite_filled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scene")
    shutil.copy(sqlite_filled, folder / "house.db")
    yield from (Scene(town) for town in built(f"sqlite:///{folder / 'house.db'}", folder))


@pytest.fixture(scope="session")
def scene_address(scene):
    with served(scene.town.app) as address:
        yield address
