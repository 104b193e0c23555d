"""The routine's own fields in a list, as one reader sees them in its rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.i18n import language
from app.scope.numbers import NUMBER
from app.web.cells import Long
from app.workflow.context import Context
from app.workflow.extras import Fields
from app.workflow.words import in_words

PREFIX = "field."
"""Stands before a field's name in an address, so that no field is taken for something else that lists are asked."""


@dataclass(frozen=True)
class Extras(Fields):
    """The fields of cases, or of parts, as one viewer may read them; `context` has what rows are told by."""

    context: Context

    def people(self, rows: Iterable[Any], names: Iterable[str]) -> set[int]:
        """Ids of the people in these fields of these rows."""
        those = [name for name in names if self.fields[name].type == "person"]
        return {p for row in rows for name in those for p in self._people_in(row, name)}

    def _people_in(self, row: Any, name: str) -> tuple[int, ...]:
        try:
            return self.context.facts(row).people_in(name) if self._may_read(row, name) else ()
        except ValueError:  # answered when the field was of another type
            return ()

    def _may_read(self, row: Any, name: str) -> bool:
        return f",{name}," in (row.readable or "")

    def value(self, row: Any, name: str) -> Any:
        """What a row shows of a field; nothing where the viewer may not read it."""
        facts = self.context.facts(row)
        answer = facts.value(name) if self._may_read(row, name) else None
        if answer in (None, "", [], False):
            return ""
        field = self.fields[name]
        try:
            if not field.many and field.type in ("number", "date"):
                return _number(str(answer)) if field.type == "number" else date.fromisoformat(str(answer))
            said = in_words(facts, name, answer, language())
        except (ValueError, TypeError):  # answered when the field was of another type
            said = str(answer)
        return Long(said) if field.is_text else said


def _number(text: str) -> Decimal | str:
    return Decimal(text) if re.match(NUMBER, text) else text
