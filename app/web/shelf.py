"""What is large and would be made anew for each page: kept with the copy of the organisation, and gone with it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Row, Select
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

    Once it was sent its text is known. SQLAlchemy would take longer to find that again than the database to answer.
    Rows come as the driver gives them: it asks for numbers and texts alone.
    """

    def __init__(self) -> None:
        self._sent: tuple[str, Any] | None = None

    def rows(self, session: Session, make: Callable[[], Select[Any]]) -> Sequence[Row[Any]]:
        """Send it; `make` gives the statement the first time."""
        connection = session.connection()
        if self._sent is not None:
            return connection.exec_driver_sql(*self._sent).all()
        result = connection.execute(make())
        context: Any = result.context
        self._sent = (context.statement, context.parameters[0])
        return result.all()
