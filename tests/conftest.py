"""The product on real databases. Each test gets its own copy of one that was filled once."""

import os
import shutil
from pathlib import Path
from uuid import uuid4

os.environ.setdefault("PASSWORD_HASH_METHOD", "scrypt:1024:8:1")  # before config is read: nobody guesses these

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.copies import Compiled, Copies, look_for_litter_less, share_editions, share_routes, share_statements
from tests.house import Person, fill, make_app

Flask.jinja_options["bytecode_cache"] = Compiled()
share_editions()
share_routes()
share_statements()

POSTGRESQL = os.environ.get("TEST_POSTGRESQL_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
STRICT = os.environ.get("CI_STRICT") == "1"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def missing(what):
    """Skip a test for want of something; where nothing may be missing, fail it."""
    if STRICT:
        pytest.fail(f"{what} is missing, and CI_STRICT allows no skipping")
    pytest.skip(f"{what} is missing")


def pytest_collection_finish():
    look_for_litter_less()


@pytest.fixture(scope="session")
def sqlite_filled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filled")
    fill(f"sqlite:///{folder / 'house.db'}", folder)
    return folder / "house.db"


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server's administrating connection."""
    engine = create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError:
        missing("PostgreSQL")
    finally:
        engine.dispose()


def url_of(name):
    return str(POSTGRESQL).rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture(scope="session")
def postgresql_filled(server, tmp_path_factory):
    name = f"avviksflyt_{uuid4().hex[:12]}"
    server.execute(text(f"CREATE DATABASE {name}"))
    fill(url_of(name), tmp_path_factory.mktemp("filled"))
    yield name
    server.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def postgresql_copies(postgresql_filled):
    with Copies(POSTGRESQL, postgresql_filled) as copies:
        yield copies


@pytest.fixture
def sqlite_url(sqlite_filled, tmp_path):
    copy = tmp_path / "house.db"
    shutil.copy(sqlite_filled, copy)
    return f"sqlite:///{copy}"


@pytest.fixture
def postgresql_url(postgresql_copies):
    name = postgresql_copies.take()
    yield url_of(name)
    postgresql_copies.give_back(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request):
    """A filled database of each kind."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def house(url, tmp_path):
    """The product on each kind of database."""
    return make_app(url, tmp_path)


@pytest.fixture
def small_house(sqlite_url, tmp_path):
    """The product on SQLite alone, where the database makes no difference."""
    return make_app(sqlite_url, tmp_path)


@pytest.fixture
def enter(house):
    """Log in as somebody of the organisation: enter("desk"); enter(None) is a visitor."""
    return lambda name=None: Person(house, name)


@pytest.fixture(scope="session")
def chromium():
    return CHROMIUM or missing("Chromium")


@pytest.fixture(scope="session")
def browser(chromium):
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only browser tests load it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(chromium), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def root():
    return Path(__file__).parents[1]
