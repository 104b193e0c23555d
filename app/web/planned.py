"""PostgreSQL keeps what it has planned from one page to the next.

psycopg prepares a statement that comes again, and forgets all of them with each rollback, since what they are about may
be gone. Every page that only reads ends with one. Here such a transaction, which has nothing to take back, ends with a
commit: so plans last as long as their connection.
"""

from __future__ import annotations

import re
from typing import Any, cast
from weakref import WeakSet

from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, PoolProxiedConnection, event

MOST = 40
"""Statements that a connection keeps; the count of a list's tabs takes PostgreSQL a megabyte."""
READING = re.compile(r"\s*(SELECT|WITH)\b", re.IGNORECASE)
WRITING = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)


def keep_plans(engine: Engine) -> None:
    """Do so on an engine for PostgreSQL."""
    reading: WeakSet[Any] = WeakSet()
    roll_back = engine.dialect.do_rollback

    def connected(raw: Any, _record: object) -> None:
        raw.prepared_max = MOST

    def begun(connection: Connection) -> None:
        reading.add(connection.connection.dbapi_connection)

    def sent(connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        if not only_reads(statement):
            reading.discard(connection.connection.dbapi_connection)

    def ended(dbapi_connection: PoolProxiedConnection) -> None:
        raw = cast(Any, dbapi_connection.dbapi_connection)
        if raw in reading and raw.info.transaction_status == TransactionStatus.INTRANS:
            raw.commit()
        else:
            roll_back(dbapi_connection)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    event.listen(engine, "before_cursor_execute", sent)
    engine.dialect.do_rollback = ended  # type: ignore[method-assign]


def only_reads(statement: str) -> bool:
    """Whether it surely writes nothing; a table of a `WITH` might, and a text might only say such a word."""
    found = READING.match(statement)
    return found is not None and (found[1].upper() == "SELECT" or WRITING.search(statement) is None)
