from sqlalchemy import create_engine, text

from model.append_only import GUARDED, guards

TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def test_f61_the_newest_schema_guards_what_is_only_added_to(url):
    """A later migration that makes a table anew on SQLite loses its triggers: this tells of it."""
    engine = create_engine(url)
    dialect = engine.dialect.name
    with engine.connect() as connection:
        found = {name for (name,) in connection.execute(text(TRIGGERS[dialect]))}
    engine.dispose()
    assert {name for table in GUARDED for name in guards(table, dialect)} <= found
