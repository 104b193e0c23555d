"""One installation of each kind for all journeys; every journey brings its own case."""

import shutil
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.conftest import url_of
from tests.house import make_app
from tests.journeys.town import BASE_URL, Town
from tests.outbox.server import Told, running


def built(url, folder):
    """Make an installation on a database of its own, with a real mail server beside it."""
    server = Told()
    with running(server) as smtp:
        yield Town(make_app(url, folder, SMTP_URL=smtp, BASE_URL=BASE_URL), server)


@pytest.fixture(scope="session")
def sqlite_town(sqlite_filled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    shutil.copy(sqlite_filled, folder / "house.db")
    yield from built(f"sqlite:///{folder / 'house.db'}", folder)


@pytest.fixture(scope="session")
def postgresql_town(server, postgresql_filled, tmp_path_factory):
    name = f"{postgresql_filled}_{uuid4().hex[:8]}"
    server.execute(text(f"CREATE DATABASE {name} TEMPLATE {postgresql_filled}"))
    yield from built(url_of(name), tmp_path_factory.mktemp("town"))
    server.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def town(request):
    """The installation that journeys share, on each kind of database."""
    return request.getfixturevalue(f"{request.param}_town")


@pytest.fixture(scope="session")
def small_town(sqlite_town):
    """The same on SQLite alone, for side stories."""
    return sqlite_town


@pytest.fixture
def own_town(sqlite_url, tmp_path):
    """An installation for one journey, whose clock may be put forward."""
    yield from built(sqlite_url, tmp_path)
