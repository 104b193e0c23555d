"""One report, counted for one person over one period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from app.access import Viewer
from app.figures.hiding import Shown, hide
from app.figures.naming import Naming
from app.figures.timing import Timing, timings
from app.i18n import gettext, say, zone
from app.language.definition import Report
from app.language.parties import InRole, Party, Query, Word, opened
from app.tally.reading import Reading
from app.workflow import finding
from app.workflow.context import Context
from app.workflow.counting import ALL, Choice
from app.workflow.reporting import choice_of
from app.workflow.reporting import rows as lines
from model import Case

EVERYTHING = Report(name="all", label={}, rows=ALL)


@dataclass(frozen=True, slots=True)
class Cell:
    """A counted value: its name, a short one, its count, and how the count is shown."""

    name: str
    short: str
    count: int
    shown: Shown = Shown.NUMBER


@dataclass(frozen=True, slots=True)
class Section:
    """Cases by one field, most first; `finding` is what the numbers say."""

    field: str
    label: str
    finding: str
    cells: Sequence[Cell]

    @property
    def widest(self) -> int:
        """The greatest count that is shown."""
        return max((each.count for each in self.cells if each.shown is Shown.NUMBER), default=0)


@dataclass(frozen=True, slots=True)
class Period:
    """The days asked for, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """The period's first moment."""
        return datetime.combine(self.first, time.min, zone())

    @property
    def until(self) -> datetime:
        """The first moment after the period."""
        return datetime.combine(self.last, time.min, zone()) + timedelta(days=1)


def reports_for(context: Context, viewer: Viewer) -> Iterator[Report]:
    """The reports the viewer may run: their own cases, and each declared report that names them."""
    yield EVERYTHING
    for report in context.routine.reports.values():
        if (report.rows or report.times or report.show) and named(report.see, viewer):
            yield report


def named(see: Party | None, viewer: Viewer) -> bool:
    """Whether the viewer can be in the party of some case."""
    if viewer.person is None:
        return False
    held = {seat.split(":")[0] for seat in viewer.seats()}
    return any(_may_be(party, held, viewer) for party in opened(see, viewer.routine.parties))


def _may_be(party: Party, held: set[str], viewer: Viewer) -> bool:
    match party:
        case InRole(role):
            return role in held
        case Query(who=who) if who is not None:
            return any(_may_be(each, held, viewer) for each in opened(who, viewer.routine.parties))
        case Word("itself"):
            return False
    return True


@dataclass(frozen=True)
class Counted:
    """A report's numbers. A hidden sum makes `too_few`: then no number of it is shown at all."""

    report: Report
    context: Context
    viewer: Viewer
    period: Period

    @property
    def title(self) -> str:
        """What the report is called."""
        return say(self.report.label) or gettext("All cases that you may see")

    @cached_property
    def naming(self) -> Naming:
        """What its fields and values are called."""
        return Naming(self.context, self.report.of)

    @cached_property
    def choice(self) -> Choice:
        """Which cases it counts."""
        if self.report is not EVERYTHING:
            return choice_of(self.viewer, self.report, self.period.since, self.period.until)
        return Choice(finding.rows(self.viewer, Case), since=self.period.since, until=self.period.until)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """Every combination that occurs, with its count."""
        return self._reading.count()

    @cached_property
    def _reading(self) -> Reading:
        return Reading(self.context, self.report, self.choice)

    @property
    def total(self) -> int:
        """All cases counted or listed."""
        if self.is_list:
            return len(self.lines)
        return sum(row["count"] for row in self.rows)

    @cached_property
    def too_few(self) -> bool:
        """Whether even the sum would tell of single cases."""
        few = self.report.hide_below
        return bool(few) and any(hide(_counts(by), few) is None for by in self._by.values() if by)

    @cached_property
    def _by(self) -> dict[str, Counter[Any]]:
        found: dict[str, Counter[Any]] = {name: Counter() for name in self.report.rows}
        for row in self.rows:
            for name, counted in found.items():
                counted[row[name]] += row["count"]
        return found

    @cached_property
    def sections(self) -> list[Section]:
        """Cases by each field on its own; none where there are too few."""
        return [] if self.too_few else [self._section(name, by) for name, by in self._by.items() if by]

    def _section(self, name: str, by: Counter[Any]) -> Section:
        shown = hide(_counts(by), self.report.hide_below) or []
        cells = [
            Cell(self.naming.value(name, value), self.naming.short(name, value), n, how)
            for (value, n), how in zip(by.most_common(), shown, strict=True)
        ]
        # Hidden numbers stand last and by name: their order would tell of their size.
        cells.sort(key=lambda each: (-each.count, each.name) if each.shown is Shown.NUMBER else (1, each.name))
        label = self.naming.field(name)
        answered = cells if by.most_common(1)[0][0] is not None else []
        return Section(name, label, _finding(name, label, answered), cells)

    @property
    def names(self) -> list[str]:
        """What the fields are called by which it counts."""
        return [self.naming.field(name) for name in self.report.rows]

    @cached_property
    def together(self) -> list[tuple[list[str], int]]:
        """Each combination in words with its count; none where small numbers are hidden."""
        if self.report.hide_below or len(self.report.rows) < len(("a row", "a column")):
            return []
        names = self.report.rows
        return [([self.naming.value(name, row[name]) for name in names], row["count"]) for row in self.rows]

    @property
    def is_list(self) -> bool:
        """Whether it lists cases instead of counting them."""
        return bool(self.report.show) and not self.report.rows

    @cached_property
    def heads(self) -> list[str]:
        """What the columns of the list, or the numbers that are added up, are called."""
        return [self.naming.field(name) for name in self.report.show]

    @cached_property
    def _found(self) -> list[dict[str, Any]]:
        return lines(self.context, self.viewer, self.report, self.choice)

    @cached_property
    def lines(self) -> list[list[str]]:
        """The cases of a list, column by column, in words; what this viewer may not read is left empty."""
        return [[self._cell(name, row) for name in self.report.show] for row in self._found] if self.is_list else []

    def _cell(self, name: str, row: dict[str, Any]) -> str:
        return self.naming.value(name, row[name]) if row.get(name) else ""

    @cached_property
    def sums(self) -> list[tuple[str, str]]:
        """What the number fields add up to in all; nothing where small numbers are hidden."""
        if self.is_list or self.report.hide_below:
            return []
        totals = (str(sum(row.get(name, 0) for row in self._found)) for name in self.report.show)
        return list(zip(self.heads, totals, strict=True))

    @cached_property
    def times(self) -> list[Timing]:
        """How long each clock's work took."""
        if self.report.hide_below:
            return []
        clocks = {clock: self.naming.clock(clock) for clock in self.report.times}
        return [each for each in timings(clocks, self._reading.lasted(clocks)) if each.all]


def _counts(by: Counter[Any]) -> list[int]:
    return [n for _, n in by.most_common()]


def _finding(name: str, label: str, cells: Sequence[Cell]) -> str:
    """Say in one heading what the numbers say."""
    first = cells[0] if cells else None
    if first is None or first.shown is not Shown.NUMBER or any(each.count == first.count for each in cells[1:]):
        return label
    values = {"field": label, "value": first.name}
    if len(cells) == 1:
        return gettext("%(field)s: all cases are “%(value)s”", **values)
    match name:
        case "unit":
            return gettext("Most cases concern %(value)s", **values)
        case "area":
            return gettext("Most cases are about “%(value)s”", **values)
        case "state":
            return gettext("Most cases are “%(value)s”", **values)
    return gettext("%(field)s: most often “%(value)s”", **values)
