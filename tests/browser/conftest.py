"""Cases in every state, made once, and the product on a free port."""

import shutil

import pytest

from tests.browser.front import in_front_of
from tests.browser.scene import Scene
from tests.journeys.conftest import built


@pytest.fixture(scope="session")
def scene(sqlite_filled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scene")
    shutil.copy(sqlite_filled, folder / "house.db")
    yield from (Scene(town) for town in built(f"sqlite:///{folder / 'house.db'}", folder))


@pytest.fixture(scope="session")
def front(scene):
    with in_front_of(scene.town.app) as front:
        yield front


@pytest.fixture
def scene_address(front):
    front.answer = None
    return front.address
