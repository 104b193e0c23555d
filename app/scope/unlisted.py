"""What is taken out of a case is gone from the index when the transaction ends.

SQLite's FTS5 only notes that a row has lost its pieces, and drops them when it gets round to it: it is made to. For
PostgreSQL an index is as its rows are: what no row has is found by nobody, and overwritten when the rows are.
"""

from __future__ import annotations

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from model import searching

_TAKEN = "taken out"


def take_out(session: Session) -> None:
    """Let the index keep nothing of what this transaction takes out of rows. The caller commits."""
    if session.get_bind().dialect.name == "sqlite":
        session.info[_TAKEN] = True


@event.listens_for(Session, "before_commit")
def _drop(session: Session) -> None:
    if _TAKEN in session.info and not session.in_nested_transaction():
        del session.info[_TAKEN]
        session.flush()
        session.execute(text(searching.OPTIMIZED))
