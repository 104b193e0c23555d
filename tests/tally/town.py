"""A routine with reports, and what its reports say with and without tallies."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from app.tally.folding import fold
from app.tally.kept import timed
from app.tally.reading import Reading
from app.workflow.counting import count, lasted
from app.workflow.reporting import choice_of

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, shut: {label: Shut, final: may reopen}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [severity, cost, kinds], assign: desk}
      note: {label: Note, from: open, to: open, by: desk, optional: [severity, cost, unit]}
      close: {label: Close, from: open, to: shut, by: desk}
      reopen: {label: Open again, from: shut, to: open, by: desk}
    clocks:
      answer: {start: submit, stop: close, runs: 3 days}
      again: {start: [submit, reopen], stop: close, runs: 1 days}
fields:
  severity: {choices: {low: Low, high: High}}
  cost: {label: Cost, type: number}
  kinds: {label: Kinds, many: true, choices: {red: Red, blue: Blue}}
guards:
  late: {needs: {over: answer}, says: Late.}
reports:
  places: {label: Places, rows: [unit, area, state], times: [answer, again], see: [desk, contact]}
  costs: {label: Costs, of: case, rows: [cost, unit, kinds], see: [desk]}
  hard: {label: Hard, when: {all: [{severity: high}, {not: {state: final}}]}, rows: [severity, area], times: [answer], see: anyone}
  few: {label: Few, rows: [unit], times: [answer], hide below: 3, see: [desk]}
  overdue: {label: Overdue, when: {over: answer}, rows: [unit], see: [desk]}
"""
NEW_YEAR = datetime(2025, 12, 31, 23, tzinfo=UTC)
"""In Oslo."""
PERIODS = {
    "last year": (datetime(2024, 12, 31, 23, tzinfo=UTC), NEW_YEAR),
    "this year": (NEW_YEAR, datetime(2026, 12, 31, 23, tzinfo=UTC)),
    "all": (datetime(2019, 6, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    "more than two years": (datetime(2023, 11, 7, tzinfo=UTC), datetime(2026, 1, 20, 12, tzinfo=UTC)),
    "within a year": (datetime(2025, 2, 1, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC)),
}


def fold_all(town, later=timedelta(0)):
    """Let the worker take in all there is, however soon it comes again."""
    done = 0
    while did := fold(town.session, town.now + later, 3):
        done += did
        town.session.commit()
        later += timedelta(minutes=1)
    town.session.commit()
    return done


def reading(town, report, who, period):
    """What the report says to somebody, from the tallies where they can be asked."""
    viewer = town.context.viewer(town.people[who] if who else None)
    declared = town.context.routine.reports[report]
    return Reading(town.context, declared, choice_of(viewer, declared, *PERIODS[period]))


def alike(town, report, who, period):
    """Both ways of counting, as what can be compared: {values: n}, and {(clock, finished, late): (n, extended)}."""
    found = reading(town, report, who, period)
    clocks = sorted(timed(found.report))
    kept = found.count(), list(found.lasted(clocks))
    live = count(town.context, found.report.rows, choice=found.choice), list(lasted(town.context, clocks, found.choice))
    return [(_rows(rows), _runs(runs)) for rows, runs in (kept, live)]


def _rows(rows):
    told = Counter()
    for row in rows:
        told[tuple(value for name, value in row.items() if name != "count")] += row["count"]
    return told


def _runs(runs):
    told, seconds = Counter(), Counter()
    for each in runs:
        told[each.clock, each.finished, each.late, "runs"] += each.runs
        told[each.clock, each.finished, each.late, "extended"] += each.extended
        seconds[each.clock, each.late] += (each.seconds or 0) * each.runs
    return +told, {name: round(n / 60) for name, n in seconds.items() if n}
