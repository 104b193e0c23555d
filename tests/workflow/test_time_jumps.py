"""F52, F53: clocks that jump, days that are missing or there twice: one reminder for each deadline, in the journal's order."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from model import JournalEntry, OutgoingMail
from tests.workflow.town import local, moment

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk, contact]
    states: {open: {label: Open}, taken: {label: Taken}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [unit], assign: desk}
      take: {label: Take, from: open, to: taken, by: desk}
      note: {label: Note, from: any, to: same, by: desk, fields: [comment]}
      close: {label: Close, from: [open, taken], to: shut, by: desk}
    clocks:
      patience: {start: open, runs: 3 working days, remind: {desk: [due]}}
      hours: {start: taken, runs: 24 hours, remind: {desk: [1 hour before, due]}}
"""
DESK = 2
HOUR, STEP = timedelta(hours=1), timedelta(seconds=2)


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def reminded(town):
    return [name for name in town.session.scalars(select(OutgoingMail.name)) if name == "reminder"]


def shaken(now):
    """A clock on its way: an hour ahead, an hour back, and stepped by a time server."""
    return (now, now + HOUR, now - HOUR, now + STEP, now - STEP, now)


def live_through(town, start, end, every):
    now = start
    while now <= end:
        for at in shaken(now):
            town.now = at
            town.work()
        now += every


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-03-28 01:30", "2026-03-29 00:30"),  # 02:30 in Oslo; the next day has no 02:30: it is 03:30
        ("2026-10-24 00:30", "2026-10-25 00:30"),  # 02:30, and the next day has two: the first one
        ("2026-10-24 01:30", "2026-10-25 01:30"),  # the second one
        ("2028-02-28 12:00", "2028-02-29 12:00"),
        ("2026-12-31 12:00", "2027-01-01 12:00"),
    ],
)
def test_f52_a_deadline_in_hours_reminds_once_at_each_of_its_moments(town, start, due):
    town.now = utc(start) - timedelta(days=90)
    case = town.report()
    town.now = utc(start)
    town.work()
    before = len(reminded(town))
    town.do(case, "dora", "take")
    if start == "2026-03-28 01:30":
        assert town.due(case, "hours") == "2026-03-29 03:30"
        due = "2026-03-29 01:30"
    assert town.clock(case, "hours").due_at.replace(tzinfo=UTC) == utc(due)
    live_through(town, utc(start), utc(due) + 3 * HOUR, timedelta(minutes=30))
    assert len(reminded(town)) - before == 2 * DESK, "an hour before, and when it ends: each of the two once"


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-03-27 09:00", "2026-04-01 23:59"),  # over the night that is an hour short
        ("2026-10-23 09:00", "2026-10-28 23:59"),  # over the night that is an hour long
        ("2028-02-28 09:00", "2028-03-02 23:59"),  # 29 February is a day like another
        ("2026-12-30 09:00", "2027-01-05 23:59"),  # New Year's Day and a weekend
        ("2027-03-24 09:00", "2027-04-01 23:59"),  # Maundy Thursday to Easter Monday
        ("2027-05-14 09:00", "2027-05-20 23:59"),  # 17 May is Whit Monday: one day off, not two
        ("2026-12-23 09:00", "2026-12-29 23:59"),  # Christmas Day and Boxing Day, then a weekend
        ("2026-04-30 09:00", "2026-05-06 23:59"),  # 1 May, then a weekend
    ],
)
def test_f53_a_deadline_in_working_days_reminds_once_on_its_own_day(town, start, due):
    town.now = moment(start)
    case = town.report()
    assert town.due(case, "patience") == due
    live_through(town, moment(start), moment(due) - timedelta(days=1), timedelta(hours=7))
    assert reminded(town) == []
    live_through(town, moment(due[:10] + " 00:00"), moment(due) + timedelta(days=1), timedelta(hours=5))
    assert len(reminded(town)) == DESK


def test_f52_the_journal_is_in_the_order_of_what_happened_whatever_the_clock_said(town):
    town.now = moment("2026-10-25 02:50")
    case = town.report()
    for at, words in (("2026-10-25 02:10", "first"), ("2026-10-24 23:00", "second"), ("2026-10-25 09:00", "third")):
        town.now = moment(at)
        town.do(case, "dora", "note", comment=words)
    rows = town.session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
    assert [row.ordinal for row in rows] == [1, 2, 3, 4]
    assert [row.answers.get("comment") for row in rows] == [None, "first", "second", "third"]
    assert local(rows[2].at) < local(rows[1].at) < local(rows[0].at), "though the clock went back twice"
    assert [row.id for row in town.journal(case)] == [row.id for row in rows]
