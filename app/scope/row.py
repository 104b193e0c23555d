"""One row of a flow as the database sees it: which column holds a field, its own or its whole's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, false, func, literal_column, not_, or_, select
from sqlalchemy.orm import aliased

from app.language.definition import Field, Flow, Routine
from app.routing.facts import COLUMNS, PEOPLE, own_fields
from app.scope.numbers import number_of
from model import CaseLink, Subject

Table = type[Subject]
Predicate = ColumnElement[bool]
T = TypeVar("T")

NAMED = {"unit": "unit_id", "area": "area_id", **PEOPLE}
NOT_TEXT = {"round", "due_on"}
PLAIN = {"number", "state", "round", "handler", "due_on", *COLUMNS}


@cache
def below(_table: Any, model: type[T], _use: str) -> type[T]:
    """Give the alias by which a query within one of a table calls the model's rows.

    SQLAlchemy takes a millisecond to make one, and who sees what needs dozens. Queries beside each other may call
    their rows alike; one within another has another table, and so another alias.
    """
    return aliased(model)


class Undecidable(Exception):
    """Rows alone can't tell; whoever asks grants nothing."""


@dataclass(frozen=True)
class Row:
    """A subject of `flow` in `table`."""

    routine: Routine
    flow: Flow
    table: Table

    def column(self, field: str) -> ColumnElement[Any]:
        """Give what holds the field's answer."""
        if self._inherits(field):
            whole = below(self.table, Subject, "whole")
            answer = select(_column(field, whole)).where(whole.id == self.table.whole_id)
            # Said aloud: by itself it would see the table only from right outside, and else take every row of it.
            return answer.correlate(self.table).scalar_subquery()
        return _column(field, self.table)

    def holder(self, field: str) -> ColumnElement[Any]:
        """Give the id of the row that has the field's answer: the part's own, or its whole's."""
        return getattr(self.table, "whole_id" if self._inherits(field) else "id")

    def _inherits(self, field: str) -> bool:
        """Whether a part has the answer from its whole: what its flow neither asks nor sets."""
        return bool(self.flow.part_of) and field not in own_fields(self.routine, self.flow.name)

    def above(self, there: Callable[[Row], Predicate]) -> Select[Any]:
        """Ask for the id of the case that this is a part of, where `there` holds of it; for none outside of parts."""
        whole = below(self.table, Subject, "above")
        flows = [self.routine.flows[name] for name in self.flow.part_of]
        met = [and_(whole.flow == flow.name, there(Row(self.routine, flow, whole))) for flow in flows]
        return select(whole.id).where(whole.id == self.table.whole_id, or_(false(), *met))

    def joined(self, field: str, there: Callable[[Row], Predicate]) -> Select[Any]:
        """Ask for the ids of the cases in the `case` field of which `there` holds, whichever flow is theirs.

        Raises Undecidable where the routine has no such field.
        """
        declared = self.declared(field)
        if declared is None or declared.type != "case":
            raise Undecidable(field)
        other, link = below(self.table, Subject, "joined"), below(self.table, CaseLink, "joined")
        flows = [flow for flow in self.routine.flows.values() if not flow.part_of]
        met = [and_(other.flow == flow.name, there(Row(self.routine, flow, other))) for flow in flows]
        query = select(other.id).join(link, link.case_id == other.id)
        return query.where(link.subject_id == self.holder(field), link.field == field, or_(false(), *met))

    def declared(self, field: str) -> Field | None:
        """Give the field as the routine declares it."""
        return self.routine.fields.get(field)

    def holds_one(self, field: str, values: set[str]) -> Predicate:
        """Whether the answer is one of these; of a `many` field, whether one of its answers is."""
        if not values:
            return false()
        column, declared = self.column(field), self.declared(field)
        if field in NAMED:
            return column.in_(sorted(int(each) for each in values if each.isdecimal()))
        text = cast(column, String) if field in NOT_TEXT else column
        if declared is None or not declared.many:
            return text.in_(sorted(values))
        listed = _listed(text)
        return or_(*(listed.contains(f",{each},", autoescape=True) for each in sorted(values)))

    def text(self, field: str) -> ColumnElement[str]:
        """Give the answer as text; of a `many` field, a list in JSON."""
        column = self.column(field)
        return column if isinstance(column.type, String) else cast(column, String)

    def number(self, field: str) -> ColumnElement[float]:
        """Give the answer as a number; null where it is none."""
        return number_of(self.text(field))

    def names_person(self, field: str, people: Any, chosen: Predicate) -> Predicate:
        """Whether somebody of those whose ids are in `people`, narrowed to `chosen`, is in the person field."""
        if field in NAMED:
            return self.column(field).in_(select(people).where(chosen))
        inside = _listed(self.text(field)).contains("," + cast(people, String) + ",")
        return exists(select(people).where(chosen, inside))

    def filled(self, field: str) -> Predicate:
        """Whether there is an answer."""
        if self.is_tick(field):
            return self.ticked(field)
        column = self.column(field)
        return and_(column.is_not(None), cast(column, String).not_in(["", "[]"]))

    def ticked(self, field: str) -> Predicate:
        """Whether the tick is set."""
        words = ["true", "1"] if self.is_tick(field) else ["ticked"]
        return cast(self.column(field), String).in_(words)

    def is_tick(self, field: str) -> bool:
        """Whether the field is a tick."""
        declared = self.declared(field)
        return declared is not None and declared.type == "tick"


def isnt(predicate: Predicate) -> Predicate:
    """Whether it doesn't hold: where something is missing, what is said of it doesn't."""
    return not_(func.coalesce(predicate, false()))


def nobody_shut_out() -> Predicate:
    """Whether nobody is: said as the indexes of such rows and of the others say it, for which a parameter won't do."""
    return Subject.excluded == literal_column("''")


def _listed(text: ColumnElement[str]) -> ColumnElement[str]:
    """Give the answers in a list of JSON, or the only one, between commas."""
    for each in ("[", "]", '"', " "):
        text = func.replace(text, each, "")
    return "," + text + ","


def _column(field: str, table: Table) -> ColumnElement[Any]:
    if field in PLAIN:
        return getattr(table, field)
    if field in NAMED:
        return getattr(table, NAMED[field])
    if field == "submitted_on":
        raise Undecidable(field)
    return table.answers[field].as_string()
