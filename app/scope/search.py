"""What somebody types into a search, as a predicate: every word in any of the columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

MOST_WORDS = 8


def contains(*columns: Any) -> Callable[[str], ColumnElement[bool] | None]:
    """Look for every word in any of the columns, whatever the case of its letters; None where there is no word."""

    def clause(text: str) -> ColumnElement[bool] | None:
        words = text.split()[:MOST_WORDS]
        found = [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words]
        return and_(*found) if found else None

    return clause
