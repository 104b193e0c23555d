"""Who may see what: the one row scope for lists, pages, parts, search, counts, exports and mail. Nothing by default."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import ColumnElement, False_, and_, exists, false, not_, or_, select, true

from app.language.conditions import Parts
from app.language.conditions import walk as conditions_in
from app.language.definition import Flow, Routine
from app.language.parties import REPORTER, NamedParty, Party, Query, Several, Word, opened, walk
from app.routing.facts import CaseFacts
from app.routing.organisation import Organisation
from app.routing.parties import Lookup
from app.routing.seats import seats_of
from app.scope.parties import Members
from app.scope.row import Row, Table, Undecidable, below, isnt, nobody_shut_out
from model import Subject

ALWAYS_SHOWN = frozenset({"number", "state", "told"})
MOST_PIECES = 6
"""More than these and asking for each by itself costs more than it saves: each repeats those before it."""
Given = ParamSpec("Given")
T = TypeVar("T")


def _once(method: Callable[Concatenate[Viewer, Given], T]) -> Callable[Concatenate[Viewer, Given], T]:
    """Ask once for each viewer - for all that one is - and these arguments; the organisation keeps the answers."""

    @wraps(method)
    def asked(viewer: Viewer, /, *given: Given.args, **named: Given.kwargs) -> T:
        answer: T = viewer.organisation.kept(method, viewer, *given, **named)
        return answer

    return asked


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

    def once(self, function: Callable[Concatenate[Viewer, Given], T], *given: Given.args, **named: Given.kwargs) -> T:
        """What a function works out from the viewer and these arguments alone; kept as long as sight is."""
        answer: T = self.organisation.kept(function, self, *given, **named)
        return answer

    @_once
    def seats(self) -> frozenset[str]:
        """Every seat the viewer sits in, as the handler column names it."""
        return frozenset() if self.person is None else seats_of(self.person, self.organisation, self.today)

    @property
    def _members(self) -> Members:
        return Members(self.person, self.routine, self.organisation, self.today)

    @_once
    def visible(self, *, full: bool = False, parts: bool = True) -> ColumnElement[bool]:
        """Predicate on Subject: what the viewer may open; `full` leaves out those held to some fields."""
        let_in = self._members.let_in(Subject, self._told_reporter(full=full))
        return and_(let_in, or_(*self._alternatives(full=full, parts=parts)))

    def _alternatives(self, *, full: bool, parts: bool) -> list[ColumnElement[bool]]:
        mine = self._members.handles(cast(ColumnElement[Any], Subject.handler))
        flows = (flow for flow in self.routine.flows.values() if parts or not flow.part_of)
        return [mine, *(clause for flow in flows for clause in self._of_flow(flow, full=full))]

    @_once
    def apart(self) -> tuple[ColumnElement[bool], ...]:
        """`visible` cases in pieces without a row in common, each for an index; who is shut out makes one of them."""
        ways = [each for each in self._alternatives(full=False, parts=False) if not isinstance(each, False_)]
        if not 0 < len(ways) <= MOST_PIECES:
            return (self.visible(parts=False),)
        open_ = (and_(nobody_shut_out(), way, *map(isnt, ways[:n])) for n, way in enumerate(ways))
        return *open_, and_(not_(nobody_shut_out()), self.visible(parts=False))

    def _told_reporter(self, *, full: bool) -> frozenset[str]:
        """Flows whose cases their reporter sees, shut out or not."""
        flows = () if full else self.routine.flows.values()
        return frozenset(f.name for f in flows if f.see is not None and _names_reporter(f.see, self.routine))

    def reads(self, field: str, flows: Iterable[Flow] | None = None) -> ColumnElement[bool]:
        """Predicate on Subject: rows in which the viewer may read the field, as `shows` says it of one row.

        `flows` are those whose rows are asked for, by default all: the fewer, the sooner a database has its answer.
        """
        if field in ALWAYS_SHOWN:
            return self.visible()
        return self._reads_in(field, tuple(self.routine.flows.values() if flows is None else flows))

    @_once
    def _reads_in(self, field: str, flows: tuple[Flow, ...]) -> ColumnElement[bool]:
        readable = (self._reads(field, flow) for flow in flows)
        return and_(self._members.let_in(Subject), or_(false(), *readable))

    def sight(self, field: str) -> object:
        """What `reads` hangs on: fields for which it is equal are read by the same people in the same rows."""
        seen = (p for flow in self.routine.flows.values() for p in opened(flow.see, self.routine.parties))
        declared = self.routine.fields.get(field)
        held = [p for p in seen if isinstance(p, Query) and field in p.only]
        return declared is not None, declared.see if declared else None, held

    def _reads(self, field: str, flow: Flow) -> ColumnElement[bool]:
        """By the field's own `see` for those with full sight; by `only` for those who lack it."""
        row, declared = self._row(flow), self.routine.fields.get(field)
        if declared is None:
            return false()
        own = true() if declared.see is None else self._granted(declared.see, row)
        full = and_(self._wholly(flow), own)
        held = [p for p in opened(flow.see, self.routine.parties) if isinstance(p, Query) and field in p.only]
        if not held:
            return full
        # Who may have full sight, as far as rows tell, isn't held to `only`: then the field's own `see` decides.
        partly = isnt(self._wholly(flow, unsure=true()))
        return or_(full, and_(Subject.flow == flow.name, partly, or_(*(self._in(p, row) for p in held))))

    def _wholly(self, flow: Flow, unsure: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
        """Rows of the flow of which the viewer sees all that no field's own `see` withholds."""
        mine = and_(Subject.flow == flow.name, self._members.handles(cast(ColumnElement[Any], Subject.handler)))
        return or_(mine, *self._of_flow(flow, full=True, unsure=unsure))

    @_once
    def granted(self, see: Party | None, *, parts: bool = True, shut: bool = True) -> ColumnElement[bool]:
        """Predicate: rows where the viewer is in that party, a part's whole too; not `shut` = rows open to all."""
        cases = [flow for flow in self.routine.flows.values() if not flow.part_of]
        here = self.routine.flows.values() if parts else cases
        ways = [and_(Subject.flow == flow.name, self._granted(see, self._row(flow))) for flow in here]
        if parts:
            whole = below(Subject, Subject, "granted")
            there = (and_(whole.flow == flow.name, self._granted(see, self._row(flow, whole))) for flow in cases)
            ways.append(exists(select(whole.id).where(whole.id == Subject.whole_id, or_(*there))))
        return and_(self._members.let_in(Subject), or_(*ways)) if shut else or_(*ways)

    def _row(self, flow: Flow, table: Table = Subject) -> Row:
        return Row(self.routine, flow, table)

    def _of_flow(
        self, flow: Flow, *, full: bool, unsure: ColumnElement[bool] | None = None
    ) -> list[ColumnElement[bool]]:
        """Each way to see rows of the flow, by itself: an index serves an `or` only where it serves each side."""
        granted = self._each(flow.see, self._row(flow), full=full, unsure=unsure)
        if flow.part_of:
            whole = below(Subject, Subject, "seen")
            seen = [self._members.handles(cast(ColumnElement[Any], whole.handler))]
            above = [self.routine.flows[name] for name in flow.part_of if name in self.routine.flows]
            kept = {"full": True, "unsure": unsure}
            seen += [and_(whole.flow == f.name, self._granted(f.see, self._row(f, whole), **kept)) for f in above]
            granted.append(exists(select(whole.id).where(whole.id == Subject.whole_id, or_(*seen))))
        return [and_(Subject.flow == flow.name, each) for each in granted]

    def _each(
        self, see: Party | None, row: Row, *, full: bool = False, unsure: ColumnElement[bool] | None = None
    ) -> list[ColumnElement[bool]]:
        return [
            self._in(p, row, unsure)
            for p in opened(see, self.routine.parties)
            if not (full and _is_limited(p, self.routine.parties))
        ]

    def _granted(self, see: Party | None, row: Row, **kept: Any) -> ColumnElement[bool]:
        return or_(false(), *self._each(see, row, **kept))

    def _in(self, party: Party, row: Row, unsure: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
        """Rows of which the viewer is in the party; `unsure` where rows can't tell, by default none of them."""
        try:
            return self._members.of(party, row)
        except Undecidable:
            return false() if unsure is None else unsure

    def sees(self, facts: CaseFacts) -> bool:
        """Whether the viewer may open the case or part: what `visible` tells the database, told of one row."""
        return any(fits for _, fits in self.ways(facts)) or self._through_whole(facts)

    def ways(self, facts: CaseFacts) -> Iterator[tuple[Party, bool]]:
        """Each party that sees this case or part, its handler first, and whether the viewer is in it."""
        lookup = Lookup(facts, self.person)
        for party in (Word("handler"), *self._see(facts.flow.name)):
            yield party, lookup.includes(party, self.person)

    def fully(self, facts: CaseFacts) -> bool:
        """Whether the viewer sees all of it that no field's own `see` withholds, and its parts."""
        if facts.shuts_out(self.person):
            return False
        lookup = Lookup(facts, self.person)
        members = self._see_wholly(facts.flow.name)
        return any(lookup.includes(party, self.person) for party in members) or self._through_whole(facts)

    def _through_whole(self, facts: CaseFacts) -> bool:
        return facts.whole is not None and self.fully(facts.whole)

    @_once
    def _see(self, flow: str) -> tuple[Party, ...]:
        """Who sees cases of this flow by the newest edition, whichever a case runs on."""
        declared = self.routine.flows.get(flow)
        return opened(declared.see, self.routine.parties) if declared is not None else ()

    @_once
    def _see_wholly(self, flow: str) -> tuple[Party, ...]:
        """Who sees all of such a case: whoever has it, and those of `_see` who aren't held to some fields."""
        return (Word("handler"), *(each for each in self._see(flow) if not _is_limited(each, self.routine.parties)))

    @_once
    def limits(self, flow: str) -> bool:
        """Whether some of those who see cases of the flow are held to some fields."""
        return any(_is_limited(each, self.routine.parties) for each in self._see(flow))

    def fields(self, facts: CaseFacts) -> frozenset[str] | None:
        """Names of the fields the viewer is held to in this case; None = all that no field's own `see` withholds."""
        if self.fully(facts):
            return None
        return ALWAYS_SHOWN.union(self.held(facts))

    def held(self, facts: CaseFacts) -> tuple[str, ...]:
        """Names of the fields that parties with `only` show the viewer, in the order in which they are named."""
        lookup = Lookup(facts, self.person)
        those = self._see(facts.flow.name)
        held = [p for p in those if isinstance(p, Query) and p.only and lookup.includes(p, self.person)]
        return tuple(dict.fromkeys(name for party in held for name in party.only))

    def listed(self, facts: CaseFacts) -> frozenset[str] | None:
        """As `fields`, for a row of a list: parts aren't read, so parties found in them give what all of them may."""
        if self.fully(facts):
            return None
        lookup = Lookup(facts, self.person)
        limited = [p for p in self._see(facts.flow.name) if isinstance(p, Query) and p.only]
        held = [p for p in limited if p.of is None and lookup.includes(p, self.person)]
        through_parts = [frozenset(p.only) for p in limited if p.of is not None]
        shared = frozenset.intersection(*through_parts) if through_parts and not held else frozenset()
        return ALWAYS_SHOWN.union(shared, *(p.only for p in held))

    def readable(self, names: Iterable[str], facts: CaseFacts, held: frozenset[str] | None) -> list[str]:
        """Which of these fields the viewer may read of this case; `held` is what `fields` or `listed` gave."""
        if held is not None:
            return [name for name in names if name in held]
        lookup = Lookup(facts, self.person)
        return [n for n in names if (see := self._of_field(n, facts)) is None or lookup.includes(see, self.person)]

    def _of_field(self, field: str, facts: CaseFacts) -> Party | None:
        """Who reads the field, by the newest edition that knows it."""
        declared = self.routine.fields.get(field) or facts.routine.fields.get(field)
        return declared.see if declared is not None else None

    @_once
    def asks_parts(self) -> bool:
        """Whether it hangs on a case's parts if somebody sees the case with full sight."""
        cases = [flow.see for flow in self.routine.flows.values() if not flow.part_of]
        members = [p for see in cases for p in opened(see, self.routine.parties)]
        full = [p for p in members if not _is_limited(p, self.routine.parties)]
        return any(_asks_parts(each, self.routine) for p in full for each in walk(p, self.routine.parties))

    def shows(self, field: str, facts: CaseFacts, *, as_reporter: bool = False) -> bool:
        """Whether the viewer may read the field of this case."""
        if as_reporter:
            held = self._held_reporter(facts)
            named = Lookup(facts, self.person).names_reporter(self._of_field(field, facts))
            return field in ALWAYS_SHOWN or (named if held is None else field in held)
        return bool(self.readable((field,), facts, self.fields(facts)))

    def _held_reporter(self, facts: CaseFacts) -> frozenset[str] | None:
        """The fields that the reporter is held to by `only`, what they wrote aside; None = not held."""
        lookup = Lookup(facts, self.person)
        ways = [party for party in self._see(facts.flow.name) if lookup.names_reporter(party)]
        held = [party.only for party in ways if isinstance(party, Query) and party.only]
        return frozenset().union(*held) if held and len(held) == len(ways) else None


def _is_limited(party: Party, named: Mapping[str, Party]) -> bool:
    """Whether it gives only some fields: to those held to `only`, and to the reporter, who has a page of their own."""
    if isinstance(party, Query):
        return bool(party.only) or (party.who is not None and _is_limited(party.who, named))
    several = opened(party, named) if isinstance(party, Several | NamedParty) else ()
    return party in REPORTER or (bool(several) and all(_is_limited(each, named) for each in several))


def _asks_parts(party: Party, routine: Routine) -> bool:
    if not isinstance(party, Query):
        return False
    guards = {name: guard.needs for name, guard in routine.guards.items()}
    conditions = conditions_in(party.when, guards) if party.when is not None else ()
    return party.of is not None or any(isinstance(each, Parts) for each in conditions)


def _names_reporter(see: Party, routine: Routine) -> bool:
    return any(each in REPORTER for each in walk(see, routine.parties))
