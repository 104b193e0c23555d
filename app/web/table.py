"""A list made ready for its template."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.web.filters import Answers
from app.web.interface import Order, Page


@dataclass(frozen=True, slots=True)
class Column:
    """One column's name in addresses, its heading, and whether the list can be sorted by it."""

    name: str
    label: str
    sortable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values with, for each row, the address of its page, whether it is late, and maybe its case's number.

    `wide` = it may need more room than the page has, and is then scrolled sideways.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    hrefs: Sequence[str | None]
    late: Sequence[bool]
    caption: str
    page: Page
    answers: Answers | None
    words: tuple[Any, Any]
    empty: Any
    names: Sequence[str] = ()
    wide: bool = False

    def sorted(self, column: Column) -> str:
        """`ascending`, `descending` or `none`, as aria-sort says it."""
        if self.answers is None or self.answers.order.column != column.name:
            return "none"
        return "descending" if self.answers.order.descending else "ascending"

    def turned(self, column: Column) -> str:
        """Value of `sort` that sorts by this column, the other way round if it does so already."""
        return str(Order(column.name, self.sorted(column) == "ascending"))
