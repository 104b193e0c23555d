"""The index for searching where it can't be made, and where it comes later."""

from uuid import uuid4

import pytest
from sqlalchemy import create_engine, inspect, text

from model import schema, searching
from tests.conftest import url_of

WORDS = ["1", "Å", "b", "nb", "c"]


@pytest.fixture
def humble(server):
    """An empty database, as somebody who may make tables in it and no extensions; and its name."""
    name, role = f"humble_{uuid4().hex[:12]}", f"humble_{uuid4().hex[:12]}"
    server.execute(text(f"CREATE DATABASE {name}"))
    server.execute(text(f"CREATE ROLE {role} LOGIN"))
    owner = create_engine(url_of(name), isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"GRANT CREATE ON SCHEMA public TO {role}"))
    yield url_of(name).replace("postgres@", f"{role}@", 1), owner
    owner.dispose()
    server.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.execute(text(f"DROP ROLE {role}"))


def indexes(engine):
    return {each["name"] for each in inspect(engine).get_indexes("subject")}


@pytest.mark.postgresql
def test_without_the_right_to_pg_trgm_there_is_no_index_until_somebody_has_made_the_extension(humble):
    url, owner = humble
    schema.upgrade(url)
    assert schema.current(url) == schema.newest()
    assert searching.INDEX not in indexes(owner)
    with owner.connect() as connection:
        assert (
            connection.scalar(text("SELECT subject_words('1', 'Å', 'b', 'nb', NULL, NULL, '[\"c\"]')")).split() == WORDS
        )
        connection.execute(text("CREATE EXTENSION pg_trgm"))
    schema.upgrade(url)
    assert searching.INDEX in indexes(owner)
