"""F49, F52: a deadline that is moved is another deadline, and reminds anew; the same one never reminds twice."""

import pytest
from sqlalchemy import func, select

from model import OutgoingMail

ROUTINE = """
flows:
  case:
    label: Case
    see: [desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [unit], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
  job:
    label: Job
    part of: case
    see: [owner]
    states: {set: {label: Set}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: set, by: desk, fields: [description, owner, due_on]}
      extend: {label: Give more time, from: set, to: same, by: desk, fields: [due_on]}
      finish: {label: Finish, from: set, to: done, by: owner}
    clocks:
      job_due:
        start: add
        until: due_on
        remind: {owner: [1 working days before, due, every 3 working days]}
"""


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


def job(town, due):
    return town.add(town.report(), "dora", description="Mend it.", owner=town.people["rita"], due_on=due)


def reminded(town):
    """How many reminders there are in all."""
    return town.session.scalar(select(func.count()).where(OutgoingMail.name == "reminder"))


def until(town, end):
    """Live until then, with a worker that looks twice at the end."""
    town.go_to(end)
    town.work(end)
    return reminded(town)


def test_f49_a_deadline_that_was_extended_reminds_once_more_at_each_of_its_moments(town):
    part = job(town, "2026-03-10")
    assert until(town, "2026-03-13 12:00") == 3, "the day before, when it was over, three working days after"
    town.do(part, "dora", "extend", due_on="2026-03-20")
    assert until(town, "2026-03-18 12:00") == 3, "the old deadline is none any more"
    assert until(town, "2026-03-19 12:00") == 4
    assert until(town, "2026-03-23 12:00") == 5
    assert until(town, "2026-03-25 12:00") == 6
    assert until(town, "2026-03-27 12:00") == 6
    town.do(part, "rita", "finish")
    assert until(town, "2026-04-30 12:00") == 6


def test_f52_the_same_deadline_reminds_once_though_it_was_another_meanwhile(town):
    part = job(town, "2026-03-10")
    assert until(town, "2026-03-11 12:00") == 2
    town.do(part, "dora", "extend", due_on="2026-03-20")
    for at in ("2026-03-11 12:30", "2026-03-11 05:00", "2026-03-08 12:00"):
        town.work(at)
        town.do(part, "dora", "extend", due_on="2026-03-10")
        until(town, at[:-5] + "23:00")
        town.do(part, "dora", "extend", due_on="2026-03-20")
    town.do(part, "dora", "extend", due_on="2026-03-10")
    assert until(town, "2026-03-12 12:00") == 2


def test_f52_a_deadline_that_is_given_anew_as_it_was_reminds_no_second_time(town):
    part = job(town, "2026-03-10")
    assert until(town, "2026-03-11 12:00") == 2
    town.do(part, "dora", "extend", due_on="2026-03-10")
    town.work("2026-03-11 05:00")
    assert until(town, "2026-03-11 15:00") == 2
