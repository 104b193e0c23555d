"""Parties as predicates: the rows where somebody is in a party - or, for `first`, where anybody is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, false, not_, or_, select, true

from app.language.definition import Routine
from app.language.parties import REPORTER, InField, InRole, NamedParty, Party, Query, Several, Word
from app.routing import exclusion
from app.routing.organisation import Holding, Organisation
from app.routing.seats import seats_of
from app.scope.conditions import decide
from app.scope.row import Predicate, Row, Undecidable, below, isnt
from model import JournalEntry, Person, Subject

Test = Callable[[int | None], bool]
"""Whether a unit (None = the case has none) is one where somebody is in the party."""


@dataclass(frozen=True)
class Members:
    """Whose rows are asked for: a person's, a visitor's (None), or with `anybody` everybody's.

    With `by_name` whoever is only one of `anyone` is in no party: nobody in particular takes nobody away.
    """

    person: int | None
    routine: Routine
    organisation: Organisation
    today: date
    anybody: bool = False
    by_name: bool = False

    def of(self, party: Party | None, row: Row, at: str = "nearest") -> Predicate:
        """Rows of which the person is in the party. Raises Undecidable."""
        match party:
            case Word(name):
                return self._word(name, row)
            case InRole(role):
                return self._role(role, row, at)
            case InField(name):
                return self._field(name, row)
            case NamedParty(name):
                return self.of(self.routine.parties[name], row, at)
            case Several(of):
                return or_(false(), *(self.of(each, row, at) for each in of))
            case Query():
                return self._query(party, row)
        return false()

    def _word(self, name: str, row: Row) -> Predicate:
        match name:
            case "anyone":
                return false() if self.by_name else true()
            case "reporter":
                return self._field("reporter", row)
            case "handler":
                return self.handles(row.column("handler"))
            case "me":
                return true() if self.person is not None and not self.anybody else false()
            case "routing":
                return self._routing(row)
        return false()

    def let_in(self, table: type[Subject], told: Iterable[str] = ()) -> Predicate:
        """Rows that the person isn't shut out of; `told` are flows whose reporter stays one."""
        if self.person is None:
            return true()
        keys = exclusion.keys_of(self.person, self.organisation, self.today)
        shut = or_(*(table.excluded.contains(f",{key},", autoescape=True) for key in sorted(keys)))
        theirs = and_(table.reporter_id == self.person, table.flow.in_(sorted(told)))
        return or_(table.excluded == "", not_(shut), theirs)

    def handles(self, handler: ColumnElement[Any]) -> Predicate:
        """Whether the seat is one of the person's."""
        if self.anybody:
            people = {h.person for h in self.organisation.holdings}
            sat_in = {seat for each in people for seat in seats_of(each, self.organisation, self.today)}
            return or_(handler.like("@%"), handler.in_(sorted(sat_in)))
        if self.person is None:
            return false()
        return handler.in_(sorted(seats_of(self.person, self.organisation, self.today)))

    def _field(self, name: str, row: Row) -> Predicate:
        if self.anybody:
            return row.filled(name)
        return false() if self.person is None else row.holds_one(name, {str(self.person)})

    def _query(self, query: Query, row: Row) -> Predicate:
        found = self._chosen(query, row)
        if query.when is not None:
            found = and_(decide(query.when, row, self.organisation), found)
        if query.excepted is not None:
            if self.anybody:
                raise Undecidable("somebody, except some")
            found = and_(found, isnt(replace(self, by_name=True).of(query.excepted, row)))
        return found

    def _chosen(self, query: Query, row: Row) -> Predicate:
        if query.first:
            return self._first(row, query.first)
        if query.did is not None:
            return self._made(query.did, row)
        if query.of is not None:
            return self._related(query.of, query, row)
        if query.who is not None:
            return self.of(query.who, row, query.at)
        return self._staff(query.at, row)

    def _first(self, row: Row, parties: Iterable[Party]) -> Predicate:
        """In the first of these that isn't empty."""
        somebody = replace(self, anybody=True, by_name=False)
        chosen: list[Predicate] = []
        before: list[Predicate] = []
        for party in parties:
            chosen.append(and_(self.of(party, row), *before))
            before.append(isnt(somebody.of(party, row)))
        return or_(false(), *chosen)

    def _routing(self, row: Row) -> Predicate:
        """In the receiver of the first row of the routing table that fits."""
        chosen: list[Predicate] = []
        before: list[Predicate] = []
        for each in self.organisation.rows:
            fits = decide(each.when, row, self.organisation)
            chosen.append(and_(fits, self.of(each.to, row), *before))
            before.append(isnt(fits))
        return or_(false(), *chosen)

    def _made(self, transition: str, row: Row) -> Predicate:
        entry = below(row.table, JournalEntry, "made")
        query = select(entry.id).where(entry.subject_id == row.table.id, entry.transition.is_not(None))
        if self.person is None and not self.anybody:
            return false()
        query = query.where(entry.actor_id.is_not(None) if self.anybody else entry.actor_id == self.person)
        return exists(query if transition == "anything" else query.where(entry.transition == transition))

    def _related(self, name: str, query: Query, row: Row) -> Predicate:
        if name == "whole":
            return exists(row.above(lambda other: self.of(query.who, other, query.at)))
        if name not in self.routine.flows:
            return exists(row.joined(name, lambda other: self._of_joined(query, other)))
        other = below(row.table, Subject, "related")
        there = self.of(query.who, Row(self.routine, self.routine.flows[name], other), query.at)
        # Not correlated: what is asked of the parts (whose they are) narrows more than whose parts they are.
        return row.table.id.in_(select(other.whole_id).where(other.flow == name, there))

    def _of_joined(self, query: Query, other: Row) -> Predicate:
        """In the party of a case that another one joins, and not shut out of it, unless as its reporter."""
        there = self.of(query.who, other, query.at)
        free = self.anybody or query.who in REPORTER
        return there if free else and_(there, self.let_in(other.table))

    # -- places ----------------------------------------------------------------

    def _mine(self, holdings: Iterable[Holding]) -> bool:
        return any(self.anybody or h.person == self.person for h in holdings)

    def _role(self, role: str, row: Row, at: str) -> Predicate:
        """The role looked up as `at` says, turned into the units and areas where that is the person."""
        start = at if at not in ("nearest", "own", "within", "anywhere") else "unit"
        areas = {h.area for h in self.organisation.holdings if h.role == role and h.area is not None}
        area = row.column("area")
        there = self._place(start, row, partial(self._holds, role, at, None))
        if not areas:
            return there
        elsewhere = or_(area.is_(None), area.not_in(sorted(areas)))
        clauses = [
            and_(area == each, self._place(start, row, partial(self._holds, role, at, each))) for each in sorted(areas)
        ]
        return or_(*clauses, and_(elsewhere, there))

    def _holds(self, role: str, at: str, area: int | None, unit: int | None) -> bool:
        organisation = self.organisation
        if at in ("within", "anywhere"):
            units = organisation.units if at == "anywhere" else self._under(unit)
            return any(self._mine(organisation.holders(role, each, area, self.today)) for each in units)
        if at == "own":
            levels = list(organisation.line(unit))[:1]
            return any(self._mine(organisation.holders(role, each, area, self.today)) for each in levels)
        return self._mine(organisation.nearest(role, unit, area, self.today))

    def _under(self, unit: int | None) -> frozenset[int]:
        tops = self.organisation.tops if unit is None else (unit,)
        return frozenset().union(*(self.organisation.under(top) for top in tops))

    def _staff(self, at: str, row: Row) -> Predicate:
        """Everyone with a role at the place or under it."""

        def works_there(unit: int | None) -> bool:
            units = self.organisation.under(unit) if unit is not None else frozenset()
            return self._mine(h for h in self.organisation.holdings if at == "anywhere" or h.unit in units)

        return self._place(at if at not in ("nearest", "own", "within", "anywhere") else "unit", row, works_there)

    def _place(self, field: str, row: Row, test: Test) -> Predicate:
        """Rows whose place (a unit field, or where a person in a field belongs) passes the test."""
        declared = row.declared(field)
        column = row.column(field)
        known: dict[Any, int] = {unit: unit for unit in self.organisation.units}
        if field != "unit" and declared is not None and declared.type == "unit":
            known = {unit.name: unit.id for unit in self.organisation.units.values()}
        elif field != "unit":
            home = select(Person.unit_id).where(cast(Person.id, String) == cast(column, String))
            column = home.correlate(row.table).scalar_subquery()
        inside = [key for key, unit in known.items() if test(unit)]
        found = column.in_(inside)
        return or_(found, column.is_(None)) if test(None) else found
