"""Who may see what: the one row scope for lists, pages, parts, search, counts, exports and mail. Nothing by default."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, String, and_, cast, exists, false, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.language.conditions import All, Always, AnyOf, Condition, Has, Is, Named, Not
from app.language.definition import Flow, Routine
from app.language.parties import InField, InRole, NamedParty, Party, Query, Word, opened
from app.routing.facts import CaseFacts
from app.routing.organisation import Organisation
from app.routing.parties import Lookup
from app.routing.seats import seats_of
from model import Area, Subject, Unit

PERSON_COLUMNS = {"reporter": "reporter_id", "owner": "owner_id", "entered_by": "entered_by_id"}
ALWAYS_SHOWN = frozenset({"number", "state", "told"})

Table = type[Subject]


@dataclass(frozen=True)
class Viewer:
    """Somebody looking: who (None = a visitor), through which routine, in which organisation, on which day."""

    person: int | None
    routine: Routine
    organisation: Organisation
    today: date

    @staticmethod
    def at(person: int | None, routine: Routine, organisation: Organisation, now: datetime) -> Viewer:
        """The viewer at a moment."""
        return Viewer(person, routine, organisation, organisation.worktime.day_of(now))

    def seats(self) -> frozenset[str]:
        """Every seat the viewer sits in, as the handler column names it."""
        return frozenset() if self.person is None else seats_of(self.person, self.organisation, self.today)

    def visible(self, *, full: bool = False, parts: bool = True) -> ColumnElement[bool]:
        """Predicate on Subject: what the viewer may open; `full` leaves out those held to some fields."""
        mine = self._handled(Subject)
        return or_(
            mine, *(self._of_flow(flow, full=full) for flow in self.routine.flows.values() if parts or not flow.part_of)
        )

    def granted(self, see: Party | None) -> ColumnElement[bool]:
        """Predicate on Subject: rows where the viewer is in that party, for a part also as in its whole."""
        whole = aliased(Subject)
        there = self._granted(see, whole, full=False)
        return or_(
            self._granted(see, Subject, full=False),
            exists(select(whole.id).where(whole.id == Subject.whole_id, there)),
        )

    def _handled(self, table: Table) -> ColumnElement[bool]:
        return table.handler.in_(sorted(self.seats()))

    def _of_flow(self, flow: Flow, *, full: bool) -> ColumnElement[bool]:
        granted = [self._granted(flow.see, Subject, full=full)]
        if flow.part_of:
            whole = aliased(Subject)
            seen = [self._handled(whole)]
            seen += [
                and_(whole.flow == name, self._granted(self.routine.flows[name].see, whole, full=True))
                for name in flow.part_of
                if name in self.routine.flows
            ]
            granted.append(exists(select(whole.id).where(whole.id == Subject.whole_id, or_(*seen))))
        return and_(Subject.flow == flow.name, or_(*granted))

    def _granted(self, see: Party | None, table: Table, *, full: bool) -> ColumnElement[bool]:
        clauses = (
            self._member(party, table)
            for party in opened(see, self.routine.parties)
            if not (full and isinstance(party, Query) and party.only)
        )
        return or_(false(), *clauses)

    def _member(self, party: Party, table: Table) -> ColumnElement[bool]:
        match party:
            case Word("anyone"):
                return true()
            case Word("reporter") | InField("reporter"):
                return self._is_me(table.reporter_id)
            case Word("handler"):
                return self._handled(table)
            case InField(name):
                return self._in_field(name, table)
            case InRole(role):
                return self._holds(role, table)
            case NamedParty(name):
                return or_(
                    false(), *(self._member(p, table) for p in opened(party, self.routine.parties) if p != party)
                )
            case Query():
                return self._query(party, table)
        return false()

    def _is_me(self, column: InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
        return false() if self.person is None else column == self.person

    def _in_field(self, name: str, table: Table) -> ColumnElement[bool]:
        if name in PERSON_COLUMNS:
            return self._is_me(getattr(table, PERSON_COLUMNS[name]))
        value = cast(table.answers[name], String)
        return false() if self.person is None else or_(value == str(self.person), value == f"[{self.person}]")

    def _holds(self, role: str, table: Table) -> ColumnElement[bool]:
        """The role looked up nearest to the subject's unit, turned into the units and areas where that is me."""
        mine: dict[int | None, list[int]] = {}
        organisation = self.organisation
        areas: Iterable[int | None] = (None, *{h.area for h in organisation.holdings if h.role == role and h.area})
        for area in areas:
            mine[area] = [
                unit
                for unit in organisation.units
                if any(h.person == self.person for h in organisation.nearest(role, unit, area, self.today))
            ]
        specific = [area for area in mine if area is not None]
        clauses = [and_(table.area_id == area, self._within(role, area, mine[area], table)) for area in specific]
        anywhere = self._within(role, None, mine[None], table)
        return or_(
            *clauses,
            and_(or_(table.area_id.is_(None), table.area_id.not_in(specific)), anywhere) if specific else anywhere,
        )

    def _within(self, role: str, area: int | None, units: list[int], table: Table) -> ColumnElement[bool]:
        """At one of the units; a case without any is looked up at the top ones."""
        here = table.unit_id.in_(units)
        at_top = self.organisation.nearest(role, None, area, self.today)
        if all(h.person != self.person for h in at_top):
            return here
        return or_(here, and_(table.unit_id.is_(None), table.whole_id.is_(None)))

    def _query(self, query: Query, table: Table) -> ColumnElement[bool]:
        inner = [self._member(each, table) for each in opened(query.who, self.routine.parties)]
        member = or_(false(), *inner)
        if query.of is not None:
            other = aliased(Subject)
            there = [self._member(each, other) for each in opened(query.who, self.routine.parties)]
            related = or_(other.whole_id == table.id, other.id == table.whole_id)
            member = exists(select(other.id).where(related, other.flow == query.of, or_(false(), *there)))
        if query.when is not None:
            member = and_(member, condition_in_sql(query.when, table, self.routine))
        return member

    def fields(self, facts: CaseFacts) -> frozenset[str] | None:
        """Names of the fields the viewer is held to in this case; None = all that no field's own `see` withholds."""
        if self._sees_fully(facts):
            return None
        members = opened(facts.flow.see, self.routine.parties)
        lookup = Lookup(facts, self.person)
        only = [set(p.only) for p in members if isinstance(p, Query) and p.only and lookup.includes(p, self.person)]
        return frozenset().union(ALWAYS_SHOWN, *only)

    def _sees_fully(self, facts: CaseFacts) -> bool:
        lookup = Lookup(facts, self.person)
        if lookup.includes(Word("handler"), self.person):
            return True
        members = opened(facts.flow.see, self.routine.parties)
        full = (p for p in members if p != Word("reporter") and not (isinstance(p, Query) and p.only))
        return any(lookup.includes(p, self.person) for p in full) or (
            facts.whole is not None and self._sees_fully(facts.whole)
        )

    def shows(self, field: str, facts: CaseFacts, *, as_reporter: bool = False) -> bool:
        """Whether the viewer may read the field of this case."""
        declared = facts.routine.fields.get(field)
        see = self.routine.fields[field].see if field in self.routine.fields else declared.see if declared else None
        if as_reporter:
            return field in ALWAYS_SHOWN or (see is not None and _names_reporter(see, self.routine))
        if field in (limited := self.fields(facts) or ()):
            return True
        if limited:
            return False
        return see is None or Lookup(facts, self.person).includes(see, self.person)


def _names_reporter(see: Party, routine: Routine) -> bool:
    return any(p == Word("reporter") or p == InField("reporter") for p in opened(see, routine.parties))


def condition_in_sql(condition: Condition, table: Table, routine: Routine) -> ColumnElement[bool]:
    """A condition as a predicate; what can't be told from the row alone doesn't hold."""
    match condition:
        case Always():
            return true()
        case All(of):
            return and_(true(), *(condition_in_sql(each, table, routine) for each in of))
        case AnyOf(of):
            return or_(false(), *(condition_in_sql(each, table, routine) for each in of))
        case Not(of):
            return not_(condition_in_sql(of, table, routine))
        case Named(guard):
            return condition_in_sql(routine.guards[guard].needs, table, routine)
        case Is(field, names):
            return _is(field, names, table)
        case Has(field, how):
            filled = _column(field, table).is_not(None) if field != "reporter" else table.reporter_id.is_not(None)
            return not_(filled) if how == "empty" else filled
    return false()


def _is(field: str, names: frozenset[str], table: Table) -> ColumnElement[bool]:
    if field == "area":
        return table.area_id.in_(select(Area.id).where(Area.name.in_(names)))
    if field == "unit":
        return table.unit_id.in_(select(Unit.id).where(or_(Unit.name.in_(names), Unit.kind.in_(names))))
    if field == "state" and "final" in names:
        return or_(table.finished, table.state.in_(names))
    return _column(field, table).in_(sorted(names))


def _column(field: str, table: Table) -> ColumnElement[str | None]:
    plain = {"state", "severity", "language", "reporter_kind", "flow", "handler"}
    return getattr(table, field) if field in plain else table.answers[field].as_string()
