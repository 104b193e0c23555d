"""The schema's versions: from nothing to the newest and back, the same as the tables in the code, on each database."""

from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import CompileError, IntegrityError

from model import Base, schema, searching
from tests.conftest import url_of


@pytest.fixture
def empty_postgresql(server):
    name = f"schema_{uuid4().hex[:12]}"
    server.execute(text(f"CREATE DATABASE {name}"))
    yield url_of(name)
    server.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture
def empty_sqlite(tmp_path):
    return f"sqlite:///{tmp_path / 'new' / 'schema.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request):
    return request.getfixturevalue(f"empty_{request.param}")


def tables(url):
    engine = create_engine(url)
    try:
        names = inspect(engine).get_table_names()
        return {each for each in names if each != "alembic_version" and not searching.is_index(each)}
    finally:
        engine.dispose()


def test_the_newest_schema_is_the_one_in_the_code(empty):
    schema.upgrade(empty)
    assert tables(empty) == set(Base.metadata.tables)
    command.check(schema.alembic_config(empty))
    assert schema.current(empty) == schema.newest() is not None


def test_a_difference_would_be_told(empty):
    schema.upgrade(empty)
    engine = create_engine(empty)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE lease DROP COLUMN beat_at"))
    engine.dispose()
    with pytest.raises((command.util.CommandError, CompileError), match="beat_at"):
        command.check(schema.alembic_config(empty))


def test_it_goes_down_and_up_again(empty):
    schema.upgrade(empty)
    command.downgrade(schema.alembic_config(empty), "base")
    assert tables(empty) == set()
    assert schema.current(empty) is None
    schema.upgrade(empty)
    command.check(schema.alembic_config(empty))


def test_upgrading_twice_changes_nothing(empty):
    schema.upgrade(empty)
    schema.upgrade(empty)
    assert schema.current(empty) == schema.newest()


def test_a_database_without_a_schema_has_no_version(empty_postgresql):
    assert schema.current(empty_postgresql) is None


DOUBLES = {
    "a unit's name": "INSERT INTO unit (name, code, label, kind, parameters, contact, position) "
    "SELECT name, code, label, kind, parameters, contact, position FROM unit WHERE name = 'ie'",
    "a person's name": "INSERT INTO person (name, label, mail, kind, language, external, guest) "
    "SELECT name, label, mail, kind, language, external, guest FROM person WHERE name = 'desk'",
    "an edition's number": "INSERT INTO workflow_edition (number, text, sha256, published_at, reason) "
    "SELECT number, text, sha256, published_at, reason FROM workflow_edition",
    "a unit in use": "DELETE FROM unit WHERE name = 'ie'",
    "a role in use": "DELETE FROM role WHERE name = 'intake'",
    "an assignment of nobody": "UPDATE assignment SET person_id = 999999",
    "a unit without a name": "UPDATE unit SET name = NULL WHERE name = 'ie'",
}


@pytest.mark.parametrize("what", DOUBLES)
def test_the_database_itself_refuses(house, what):
    from app.web.database import db  # noqa: PLC0415 - the house has set it up

    with house.app_context(), db.engine.connect() as connection:
        with pytest.raises(IntegrityError):
            connection.execute(text(DOUBLES[what]))
        connection.rollback()
