"""When reports are sent by themselves, to whom, and that each goes once."""

from datetime import date

import pytest
from sqlalchemy import select

from app.workflow import posting
from model import OutgoingMail, Person

ROUTINE = """
flows:
  case:
    label: Case
    see: [desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
reports:
  weekly: {label: Weekly counts, of: case, rows: [unit], see: [desk, boss], send: {desk: weekly, boss: yearly}}
  plain: {label: Plain, of: case, rows: [unit], see: desk}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)  # Monday 2 March 2026, 09:00


def at(town, moment):
    town.now = town.now.fromisoformat(moment)
    town.mark = town.last_mail()
    number = posting.post_reports(town.session, town.now)
    town.session.commit()
    assert number == len(town.mails())
    return sorted(town.mails())


@pytest.mark.parametrize(
    ("period", "day", "first", "following"),
    [
        ("weekly", date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 9)),
        ("weekly", date(2026, 3, 8), date(2026, 3, 2), date(2026, 3, 9)),
        ("monthly", date(2026, 3, 31), date(2026, 3, 1), date(2026, 4, 1)),
        ("monthly", date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
        ("quarterly", date(2026, 6, 30), date(2026, 4, 1), date(2026, 7, 1)),
        ("quarterly", date(2026, 12, 1), date(2026, 10, 1), date(2027, 1, 1)),
        ("half-yearly", date(2026, 6, 30), date(2026, 1, 1), date(2026, 7, 1)),
        ("half-yearly", date(2026, 7, 1), date(2026, 7, 1), date(2027, 1, 1)),
        ("yearly", date(2026, 12, 31), date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_where_a_period_begins_and_the_next(period, day, first, following):
    assert posting.first_day(period, day) == first
    assert posting._next_first(period, first) == following


def test_a_report_goes_at_seven_to_each_holder_once(town):
    assert at(town, "2026-03-02T09:00+01:00") == [], "the routine is younger than this week's seven o'clock"
    assert at(town, "2026-03-09T06:59+01:00") == []
    assert at(town, "2026-03-09T07:00+01:00") == [("dirk", "weekly"), ("dora", "weekly")]
    assert at(town, "2026-03-09T07:00+01:00") == []
    posting._written.clear()
    assert at(town, "2026-03-15T23:00+01:00") == [], "another process has written them"
    assert at(town, "2026-03-16T07:00+01:00") == [("dirk", "weekly"), ("dora", "weekly")]


def test_what_the_mail_says(town):
    town.session.get(Person, town.people["dora"]).language = ""
    town.session.commit()
    at(town, "2026-03-09T07:00+01:00")
    [mail, other] = town.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
    assert mail.event_key == "report:weekly:weekly:desk:2026-03-09"
    assert (mail.link, mail.why, mail.name, mail.subject_id) == ("report:weekly", "desk", "weekly", None)
    assert "Weekly counts" in mail.subject + mail.body
    assert {mail.language, other.language} == {"en"}, "the routine's first where somebody has none"


def test_a_new_year_is_told_to_whoever_gets_it_yearly(town):
    assert at(town, "2027-01-01T07:00+01:00") == [
        *(("bess", "weekly"), ("dirk", "weekly"), ("dora", "weekly"), ("lena", "weekly")),
    ]


def test_when_the_next_one_goes(town):
    assert posting.next_moment(town.context).isoformat() == "2026-03-09T07:00:00+01:00"
    town.now = town.now.fromisoformat("2026-03-09T06:00+01:00")
    assert posting.next_moment(town.context).isoformat() == "2026-03-09T07:00:00+01:00"
    town.now = town.now.fromisoformat("2026-03-09T07:00+01:00")
    assert posting.next_moment(town.context).isoformat() == "2026-03-16T07:00:00+01:00"
    town.now = town.now.fromisoformat("2026-12-30T09:00+01:00")
    assert posting.next_moment(town.context).isoformat() == "2027-01-01T07:00:00+01:00"


def test_without_such_a_report_there_is_no_next_one(settle):
    town = settle(ROUTINE.replace(", send: {desk: weekly, boss: yearly}", ""))
    assert posting.next_moment(town.context) is None
    assert posting.post_reports(town.session, town.now) == 0


def test_a_routine_that_begins_at_that_very_moment_sends_it(town):
    town.now = town.now.fromisoformat("2026-03-09T07:00+01:00")
    town.publish(ROUTINE.replace("Weekly counts", "Counts"))
    assert len(at(town, "2026-03-09T07:00+01:00")) == 2
    town.now = town.now.fromisoformat("2026-03-16T07:00:01+01:00")
    town.publish(ROUTINE)
    assert at(town, "2026-03-16T07:00:01+01:00") == []
