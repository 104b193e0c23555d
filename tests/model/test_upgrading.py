"""Every released schema with rows in every table comes up to the newest (F64), and the product works on it.

The databases are made by going down from the newest, one version at a time, with the rows in them; that each of them
has the schema that its version had is shown by coming up from nothing.
"""

import shutil
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from uuid import uuid4

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, MetaData, TypeDecorator, create_engine, func, inspect, select, text
from sqlalchemy.engine import make_url

from app.cli.journal import group
from app.web.database import db
from app.worker.tick import tick
from model import Base, schema, searching
from tests.conftest import url_of
from tests.house import Person, cases, make_app

REVISIONS = [each.revision for each in ScriptDirectory.from_config(schema.alembic_config("sqlite://")).walk_revisions()]
OLDEST, NEWEST = REVISIONS[-1], REVISIONS[0]
MOMENT = datetime(2026, 3, 4, 9, tzinfo=UTC)
SAMPLES = {str: "x", int: 1, bool: False, datetime: MOMENT, date: MOMENT.date(), time: time(9), bytes: b"x", float: 1.5}
VERSION = "alembic_version"


@contextmanager
def engine_of(url):
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def value_of(column, connection):
    """A value that the column may have: what the code gives it, a row that it points to, or one of its type."""
    for key in column.foreign_keys:
        if key.column.table is column.table:
            return None
        return connection.scalar(select(func.min(key.column)))
    if column.default is not None:
        return column.default.arg if column.default.is_scalar else column.default.arg(None)
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return {} if isinstance(kind, JSON) else SAMPLES[kind.python_type]


def fill_empty(url):
    """Put a row into every table that has none."""
    with engine_of(url) as engine, engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            if connection.scalar(select(func.count()).select_from(table)) == 0:
                row = {each.name: value_of(each, connection) for each in table.columns if not _own_number(each)}
                connection.execute(table.insert(), [row])


def _own_number(column):
    return column is column.table.autoincrement_column


def rows_of(url, like=None):
    """Every table's rows; with `like`, of its tables and columns only."""
    with engine_of(url) as engine, engine.connect() as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        found = {}
        for name, table in metadata.tables.items():
            if name != VERSION and not searching.is_index(name) and (like is None or name in like):
                columns = [column for column in table.columns if like is None or column.name in like[name][0]]
                columns.sort(key=lambda column: column.name)
                rows = sorted(map(repr, connection.execute(select(*columns))))
                found[name] = ([column.name for column in columns], rows)
    return found


def shape_of(url):
    """Tables, columns, keys and indexes."""
    with engine_of(url) as engine:
        seen = inspect(engine)
        return {
            name: (
                sorted((each["name"], str(each["type"]), each["nullable"]) for each in seen.get_columns(name)),
                sorted((each["name"], each["column_names"], bool(each["unique"])) for each in seen.get_indexes(name)),
                sorted(
                    str(each["constrained_columns"]) + each["referred_table"] for each in seen.get_foreign_keys(name)
                ),
                sorted(str(each["column_names"]) for each in seen.get_unique_constraints(name)),
                triggers(engine, name),
            )
            for name in seen.get_table_names()
        }


def triggers(engine, table):
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = CAST(:name AS regclass)",
    }[engine.dialect.name]
    with engine.connect() as connection:
        return sorted(connection.scalars(text(query), {"name": table}))


def copy_of(url, server, folder):
    """Another database with the same rows."""
    name = f"copy_{uuid4().hex[:12]}"
    if url.startswith("sqlite"):
        shutil.copy(make_url(url).database, folder / name)
        return f"sqlite:///{folder / name}"
    server.execute(text(f"CREATE DATABASE {name} TEMPLATE {make_url(url).database}"))
    return url_of(name)


def drop(url, server):
    if not url.startswith("sqlite"):
        server.execute(text(f"DROP DATABASE {make_url(url).database} WITH (FORCE)"))


@pytest.fixture
def populated(url, tmp_path):
    """A database of the newest schema with cases on their way, and rows in every table."""
    app = make_app(url, tmp_path, DEMO=False)
    for unit in ("IE", "MH"):
        Person(app).report(unit=unit)
    Person(app, "desk").move(min(cases(app)), "forward", unit="ie", area="education_quality")
    tick(app)
    with app.app_context():
        db.engine.dispose()
    fill_empty(url)
    filled = rows_of(url)
    assert [name for name, (_, rows) in filled.items() if not rows] == []
    assert set(filled) == set(Base.metadata.tables)
    return url


def works(url, folder):
    """The product starts on it, shows a case, moves it, and its journal is in order."""
    app = make_app(url, folder, DEMO=False)
    number = max(cases(app))
    desk = Person(app, "desk")
    desk.get(f"/cases/{number}")
    assert "Referansegruppa ble aldri satt ned" in desk.text
    assert f'data-case="{number}"' in desk.get("/cases/?tab=all&q=eferansegr").text, "the index has what was there"
    before = cases(app)[number]
    assert desk.move(number, "forward", unit="mh", area="education_quality").status_code == 302
    assert cases(app)[number] != before
    tick(app)
    told = app.test_cli_runner().invoke(group, ["verify"])
    assert told.exit_code == 0, told.output
    with app.app_context():
        db.engine.dispose()


def test_f64_every_released_schema_comes_up_with_its_rows_and_the_product_works_on_it(populated, request, tmp_path):
    server = None if populated.startswith("sqlite") else request.getfixturevalue("server")
    settings = schema.alembic_config(populated)
    for revision in REVISIONS:
        command.downgrade(settings, revision) if revision != NEWEST else None
        before = rows_of(populated)
        copy = copy_of(populated, server, tmp_path)
        schema.upgrade(copy)
        assert schema.current(copy) == NEWEST
        assert rows_of(copy, before) == before, revision
        command.check(schema.alembic_config(copy))
        if server is None or revision in (OLDEST, REVISIONS[1]):
            works(copy, tmp_path / revision)  # the anchors of a chain that is gone aren't there
        drop(copy, server)


def test_f64_going_down_leads_to_the_schemas_that_there_were(populated, request, tmp_path):
    server = None if populated.startswith("sqlite") else request.getfixturevalue("server")
    if server is None:
        fresh = f"sqlite:///{tmp_path / 'fresh'}"
    else:
        fresh = url_of(f"fresh_{uuid4().hex[:12]}")
        server.execute(text(f"CREATE DATABASE {make_url(fresh).database}"))
    shapes = {}
    for revision in reversed(REVISIONS):
        command.upgrade(schema.alembic_config(fresh), revision)
        shapes[revision] = shape_of(fresh)
    drop(fresh, server)
    for revision in REVISIONS[1:]:
        command.downgrade(schema.alembic_config(populated), revision)
        assert shape_of(populated) == shapes[revision], revision
