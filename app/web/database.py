"""The database: one session for the whole product, SQLite tuned for it, and the configuration's version."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask_appbuilder import Model
from flask_appbuilder.models.sqla.base import SQLA
from sqlalchemy import Connection, Engine, event, insert, update
from sqlalchemy.orm import ORMExecuteState, Session, configure_mappers

from app.web.planned import keep_plans
from model import (
    Area,
    Assignment,
    Away,
    Calendar,
    ConfigurationVersion,
    MailText,
    Person,
    Role,
    RoutingRow,
    Unit,
    WorkflowEdition,
)

CONFIGURATION = (Area, Assignment, Away, Calendar, MailText, Person, Role, RoutingRow, Unit, WorkflowEdition)
PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=10000", "synchronous=NORMAL", "secure_delete=ON")

ROWS_LOOKED_AT = 1000
"""Of each index: enough to tell an index by person from one by kind, and done before anybody waits."""

PATIENCE = 5
"""Seconds in which PostgreSQL must answer the door."""

db = SQLA(metadata=Model.metadata)


def init_database(app: Flask) -> None:
    """Bind the session to DATABASE_URL."""
    url = str(app.config["DATABASE_URL"])
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    # A write takes its lock when it begins: a deferred one that read first could not wait for another writer.
    immediate = {"connect_args": {"timeout": 10, "isolation_level": "IMMEDIATE"}, "hide_parameters": True}
    options = immediate if url.startswith("sqlite") else server_options(app.config)
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    db.init_app(app)
    configure_mappers()  # relations declared from the far side, such as User.person, exist from here on
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            tune(db.engine)
        else:
            set_each(db.engine, app.config)


def server_options(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give an engine's options for PostgreSQL."""
    connecting: dict[str, Any] = {"connect_timeout": PATIENCE}
    if not settings["DATABASE_PREPARED"]:
        connecting["prepare_threshold"] = None
    return {
        "pool_size": settings["DATABASE_POOL_SIZE"],
        "max_overflow": settings["DATABASE_POOL_OVERFLOW"],
        "pool_recycle": settings["DATABASE_POOL_RECYCLE"],
        "pool_pre_ping": settings["DATABASE_PRE_PING"],
        "pool_use_lifo": True,  # whoever worked last has its plans at hand
        "connect_args": connecting,
        "hide_parameters": True,  # what people typed is a statement's parameter: a fault that is logged tells none
    }


def set_each(engine: Engine, settings: Mapping[str, Any]) -> None:
    """Set on each new connection to PostgreSQL what holds for all its statements.

    Who sees what makes long conditions: PostgreSQL took 17 seconds to compile one that it answered in 0.3.
    """
    milliseconds = round(settings["DATABASE_STATEMENT_TIMEOUT"] * 1000)
    chosen = f"SET statement_timeout = {milliseconds}" if milliseconds else ""

    def told(connection: Any, _record: object) -> None:
        connection.autocommit = True  # a setting made within a transaction goes back with it
        with connection.cursor() as cursor:
            cursor.execute(f"SET jit = off; {chosen}")
        connection.autocommit = False

    event.listen(engine, "connect", told)
    if settings["DATABASE_PREPARED"]:
        keep_plans(engine)


def look_at_rows(engine: Engine) -> None:
    """Let SQLite see how its rows are spread, by which it chooses among indexes; PostgreSQL looks by itself."""
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.exec_driver_sql(f"PRAGMA analysis_limit={ROWS_LOOKED_AT}")
            connection.exec_driver_sql("ANALYZE")


def tune(engine: Engine) -> None:
    """Set the pragmas on each new connection; let a savepoint begin the transaction it stands in."""
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "savepoint", _begin_first)


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Read what is committed now, whatever is committed meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_first(connection: Connection, _name: str) -> None:
    raw = connection.connection.dbapi_connection
    if raw is not None and not raw.in_transaction:
        raw.execute("BEGIN IMMEDIATE")


def bump(session: Session) -> None:
    """Let every process see that the configuration has changed, as soon as this transaction is committed."""
    raised = update(ConfigurationVersion).values(version=ConfigurationVersion.version + 1)
    result = session.execute(raised, execution_options={"synchronize_session": False})
    if not getattr(result, "rowcount", 0):
        session.execute(insert(ConfigurationVersion).values(id=1, version=1))


def _is_configuration(row: object) -> bool:
    return isinstance(row, CONFIGURATION) and not (isinstance(row, Person) and row.guest)


@event.listens_for(Session, "before_flush")
def _follow_rows(session: Session, _context: object, _instances: object) -> None:
    changed = [row for row in session.dirty if session.is_modified(row)]
    if any(_is_configuration(row) for row in (*session.new, *changed, *session.deleted)):
        bump(session)


@event.listens_for(Session, "do_orm_execute")
def _follow_statements(state: ORMExecuteState) -> None:
    writes = state.is_insert or state.is_update or state.is_delete
    mapper = state.bind_mapper
    if writes and mapper is not None and issubclass(mapper.class_, CONFIGURATION) and mapper.class_ is not Person:
        bump(state.session)
