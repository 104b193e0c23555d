"""The schema's versions: bring a database to the newest, say which it has. `python -m model.schema`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine

import config
from model import searching

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"


def alembic_config(url: str) -> Config:
    """Alembic's settings for the database at `url`."""
    from alembic.config import Config  # noqa: PLC0415 - a product that serves needs nothing of Alembic

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return settings


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest schema; an SQLite file's folder is made.

    The index for searching is made anew where it is missing: PostgreSQL's can't be made before its extension is there.
    """
    from alembic import command  # noqa: PLC0415 - as above

    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(alembic_config(url), "head")
    engine = create_engine(url)
    with engine.begin() as connection:
        searching.ensure(connection)
    engine.dispose()


def current(url: str) -> str | None:
    """Give the database's schema version, None for a database without one."""
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - as above

    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def newest() -> str | None:
    """Give the schema version this code is written for."""
    return versions().get_current_head()


def versions() -> ScriptDirectory:
    """Give every version of the schema that there has been."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    return ScriptDirectory.from_config(alembic_config("sqlite://"))


if __name__ == "__main__":
    upgrade(sys.argv[1] if len(sys.argv) > 1 else config.DATABASE_URL)
