"""Alembic's entrance: one metadata covers Flask-AppBuilder's tables and ours."""

from alembic import context
from sqlalchemy import create_engine

from model import Base

ON_SQLITE_ALONE = {"ix_subject_sight"}


def is_here(_item: object, name: str | None, _kind: str, _reflected: bool, _other: object) -> bool:
    """Whether the database at hand has it at all."""
    return name not in ON_SQLITE_ALONE or connection.dialect.name == "sqlite"


url = context.config.get_main_option("sqlalchemy.url")
engine = create_engine(url or "sqlite://")
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        include_object=is_here,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
