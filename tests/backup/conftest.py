"""Databases to restore into, and commands as an administrator types them."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from model.schema import upgrade
from tests.conftest import url_of
from tests.house import make_app


@pytest.fixture
def elsewhere(url, request, tmp_path):
    """Another installation, whose database of the same kind has its tables and nothing else."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if url.startswith("sqlite"):
        upgrade(f"sqlite:///{folder / 'other.db'}")
        yield make_app(f"sqlite:///{folder / 'other.db'}", folder)
        return
    server, name = request.getfixturevalue("server"), f"restored_{uuid4().hex[:12]}"
    server.execute(text(f"CREATE DATABASE {name}"))
    upgrade(url_of(name))
    yield make_app(url_of(name), folder)
    server.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def typed(app, *words):
    """Type a command; gives its answer."""
    return app.test_cli_runner().invoke(args=list(words))
