"""What is large and would be made anew for each page: kept with the copy of the organisation, and gone with it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Dialect, Row, Select
from sqlalchemy.orm import Session

from app.routing.organisation import Organisation

MOST = 200
"""Things that are kept of one copy: a few for each reader, of some tens of kilobytes each."""

T = TypeVar("T")


class Shelf:
    """Things by all that they hang on beside the organisation; those that nobody asked for longest make room."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Give what is kept under the key; `make` makes it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key]
                return found
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return made


def shelf(organisation: Organisation) -> Shelf:
    """Give the shelf of this copy of the organisation."""
    found: Shelf = organisation.kept(Shelf)
    return found


class Repeated:
    """A statement that is always sent with the same values.

    Once it was sent its text is known, values and all. SQLAlchemy would take longer to find that again than the
    database to answer, psycopg to look for hundreds of values in it, and PostgreSQL to plan it for others each time.
    Rows come as the driver gives them: it asks for numbers and texts alone.
    """

    def __init__(self) -> None:
        self._text = ""

    def rows(self, session: Session, make: Callable[[], Select[Any]]) -> Sequence[Row[Any]]:
        """Send it; `make` gives the statement the first time."""
        connection = session.connection()
        self._text = self._text or _written_out(make(), connection.dialect)
        return connection.exec_driver_sql(self._text, execution_options={"no_parameters": True}).all()


def _written_out(statement: Select[Any], dialect: Dialect) -> str:
    text = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return text.replace("%%", "%") if dialect.paramstyle == "pyformat" else text
