"""A report's numbers: whole years from the tallies, with the cases they don't know yet; what is left by counting."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any, cast

from sqlalchemy import CTE, ColumnElement, Row, Select, Table, and_, case, func, not_, select, union, union_all

from app.language.definition import Report
from app.scope.row import nobody_shut_out
from app.tally.cells import Amount, Cell, gather, microseconds, others
from app.tally.covering import TALLY, Tree, covering, of_tallies
from app.tally.folding import ADDED, GIVEN, PART
from app.tally.kept import digest, is_kept
from app.workflow import counting
from app.workflow.context import Context
from app.workflow.counting import Choice, Lengths
from model import Subject, TallyDue, TallyState

MOST_UNKNOWN = 5000
"""Cases beyond which it is no dearer to count all of them."""
BATCH = 500
DUE = cast(Table, TallyDue.__table__)
STATE = select(TallyState.reports, TallyState.whole, TallyState.tree)
NO_CLOCK = ("",)
Kinds = Callable[[Any], Sequence[ColumnElement[Any]]]
State = Row[str, bool, dict[str, int | None]]
Found = Sequence[tuple[tuple[Any, ...], Amount]]


@dataclass(frozen=True, slots=True)
class Span:
    """The whole years of a period, and what is left of it as periods of their own.

    `scope` is one of tallies; `state` is how far they had come when this was read.
    """

    years: Sequence[int]
    rest: Sequence[Choice]
    scope: ColumnElement[bool]
    state: State

    @property
    def tree(self) -> Tree:
        """The tree that tallies with what is below were added up by."""
        return Tree.read(self.state.tree)


@dataclass(frozen=True)
class Reading:
    """A report's numbers for one choice of cases: the same as `app.workflow.counting` gives."""

    context: Context
    report: Report
    choice: Choice

    def count(self) -> list[dict[str, Any]]:
        """Count by the report's fields, as `counting.count`."""
        names = self.report.rows
        found = self._found(NO_CLOCK, _kinds, _kind_of)
        if self._span is None or found is None:
            return counting.count(self.context, names, choice=self.choice)
        answers = {text: json.loads(text) for text in {text for (_, _, text), _ in found}}
        kept = ((self._values(unit, area, answers[text]), amount.runs) for (unit, area, text), amount in found)
        left = (counting.found_by(self.context, names, each) for each in self._span.rest)
        return counting.summed(self.context, names, chain(kept, *left))

    def lasted(self, clocks: Collection[str]) -> Iterator[Lengths]:
        """Give the runs of these clocks, those about equally long together, as `counting.lasted`."""
        found = self._found(clocks, self._lengths, self._length_of)
        if self._span is None or found is None:
            yield from counting.lasted(self.context, clocks, self.choice)
            return
        for (clock, finished, late, _), (runs, seconds, extended) in found:
            yield Lengths(clock, bool(finished), bool(late), seconds / runs if finished else None, runs, extended)
        yield from chain(*(counting.lasted(self.context, clocks, each) for each in self._span.rest))

    @cached_property
    def _span(self) -> Span | None:
        """What the tallies can be asked of; None where they can't."""
        scope = of_tallies(self.choice.open_scope)
        if scope is None or self.choice.since is None or self.choice.until is None:
            return None
        years, rest = _parted(self.choice.since, self.choice.until, self.context)
        if not years or not is_kept(self.report, self.context.routine):
            return None
        state = self._state()
        if state is None or not state.whole or state.reports != digest(self.context):
            return None
        left = [replace(self.choice, since=since, until=until) for since, until in rest]
        return Span(years, left, scope, state)

    def _state(self) -> State | None:
        return self.context.session.execute(STATE).one_or_none()

    @cached_property
    def _unknown(self) -> list[int]:
        """Cases that each report looks at: those that are due, and those that somebody is shut out of.

        What is taken in or changed after this was asked counts as it was or as it is now, but never twice.
        """
        ids = union(select(DUE.c.subject_id), self._shut()).subquery()
        return list(self.context.session.scalars(select(ids.c[0]).limit(MOST_UNKNOWN + 1)))

    def _found(self, clocks: Collection[str], kinds: Kinds, kind_of: Any) -> Found | None:
        """Give what the tallies have, by these columns, and what the cases add that they don't know."""
        if self._span is None or len(self._unknown) > MOST_UNKNOWN:
            return None
        found: dict[tuple[Any, ...], Amount] = defaultdict(Amount)
        asked = self._asked(clocks, kinds)
        for *kind, runs, seconds, extended in self.context.session.execute(union_all(*asked)).all() if asked else ():
            known = found[tuple(kind)]
            found[tuple(kind)] = Amount(known[0] + int(runs), known[1] + int(seconds), known[2] + int(extended))
        for cell, amount in self._unknown_added:
            if cell.clock in clocks and cell.year in self._span.years:
                found[kind_of(cell)] = found[kind_of(cell)].plus(amount)
        if self._state() != self._span.state:
            return None  # while these were read all was forgotten: each statement sees what is there by then
        return [(each, amount) for each, amount in found.items() if amount.runs]

    def _asked(self, clocks: Collection[str], kinds_of: Kinds) -> Sequence[Select[Any]]:
        """Ask, for one statement, for what the tallies have without what the unknown cases once added."""
        span = cast(Span, self._span)

        def sums(columns: Any, amounts: Iterable[Any], scope: ColumnElement[bool]) -> Select[Any]:
            kinds, years = kinds_of(columns), columns.year.in_(span.years)
            mine = and_(columns.report == self.report.name, columns.clock.in_(sorted(clocks)), years, scope)
            return select(*kinds, *(func.sum(each) for each in amounts)).where(mine).group_by(*kinds)

        scopes = [span.scope] if clocks == NO_CLOCK else self._covered
        kept = [sums(TALLY.c, ADDED, scope) for scope in scopes]
        if self._unknown:
            once = _once_added(self._unknown)
            there = cast(ColumnElement[bool], of_tallies(self.choice.open_scope, dict(once.c)))
            kept.append(sums(once.c, (-once.c[f"given_{each.name}"] for each in GIVEN), there))
        return kept

    @property
    def _covered(self) -> Iterator[ColumnElement[bool]]:
        scope, tree = cast(Any, self.choice.open_scope), cast(Span, self._span).tree
        return covering(self.context.session, scope, self._flows, tree)

    @property
    def _flows(self) -> Collection[str]:
        return self.report.of or [flow.name for flow in self.context.routine.flows.values() if not flow.part_of]

    def _shut(self) -> Select[Any]:
        """Ask for cases that somebody is shut out of, by the index of those: whom they count for is asked of each."""
        shut = select(Subject.id).where(not_(nobody_shut_out()))
        query = select(Subject.id).where(Subject.id.in_(shut), Subject.kind == "case", self.choice.scope)
        since, until = cast(datetime, self.choice.since), cast(datetime, self.choice.until)
        return query.where(Subject.submitted_at >= since, Subject.submitted_at < until)

    @cached_property
    def _unknown_added(self) -> list[tuple[Cell, Amount]]:
        """What the unknown cases add as they are."""
        found: list[tuple[Cell, Amount]] = []
        for start in range(0, len(self._unknown), BATCH):
            batch = self._unknown[start : start + BATCH]
            for added in gather(self.context, [self.report], batch, self.choice.scope).values():
                found.extend(added.items())
        return found

    def _values(self, unit: int | None, area: int | None, answers: Sequence[Any]) -> list[Any]:
        named = {"unit": unit, "area": area, **dict(zip(others(self.report), answers, strict=True))}
        return [named[name] for name in self.report.rows]

    def _lengths(self, columns: Any) -> Sequence[ColumnElement[Any]]:
        """What runs are alike by: those that go on by whether they are late now."""
        now, length = microseconds(self.context.now), columns.length
        late = case((columns.finished, columns.late), else_=and_(length > 0, length < now))
        return (columns.clock, columns.finished, late, case((columns.finished, length), else_=0))

    def _length_of(self, cell: Cell) -> tuple[Any, ...]:
        if cell.finished:
            return (cell.clock, True, cell.late, cell.length)
        return (cell.clock, False, 0 < cell.length < microseconds(self.context.now), 0)


def _once_added(ids: Collection[int]) -> CTE:
    """Give what these cases once added, found by them before anything else is asked of it.

    Databases would rather begin with the report's tallies, which are many, and look for each among what was added.
    """
    given = (each.label(f"given_{each.name}") for each in GIVEN)
    query = select(*TALLY.c, *given).join(PART, PART.c.tally_id == TALLY.c.id).where(PART.c.subject_id.in_(ids))
    return query.cte("once_added").prefix_with("MATERIALIZED")


def _kinds(columns: Any) -> Sequence[ColumnElement[Any]]:
    return columns.unit_id, columns.area_id, columns.answers


def _kind_of(cell: Cell) -> tuple[Any, ...]:
    return cell.unit_id, cell.area_id, cell.answers


def _parted(
    since: datetime, until: datetime, context: Context
) -> tuple[Sequence[int], Sequence[tuple[datetime, datetime]]]:
    """Give the whole years between, and the moments between which there is more. This year is whole: it has no more."""
    zone = context.organisation.worktime.zone
    now, until = context.now.astimezone(zone), until.astimezone(zone)

    def begins(year: int) -> datetime:
        return datetime(year, 1, 1, tzinfo=zone)

    local = since.astimezone(zone)
    first = local.year if local == begins(local.year) else local.year + 1
    after = now.year + 1 if until > now else until.year
    if first >= after:
        return (), ()
    rest = ((since, begins(first)), (begins(after), until))
    return range(first, after), [(start, end) for start, end in rest if start < min(end, now)]
