"""Alembic's entrance: one metadata covers Flask-AppBuilder's tables and ours."""

from alembic import context
from sqlalchemy import create_engine

from model import Base, searching

url = context.config.get_main_option("sqlalchemy.url")
engine = create_engine(url or "sqlite://")
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        include_object=lambda _object, name, *_: not searching.is_index(name),
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
