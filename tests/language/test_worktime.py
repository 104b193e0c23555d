"""Ends and reminders over weekends, holidays, summer time and leap days (F52, F53)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.language.moments import Length, Moment
from app.language.worktime import WorkTime

OSLO = ZoneInfo("Europe/Oslo")
NORWEGIAN = WorkTime("Europe/Oslo", ["saturday", "sunday"], "NO", [])


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


def local(moment):
    assert moment.tzinfo is UTC
    return moment.astimezone(OSLO).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("start", "count", "unit", "end"),
    [
        ("2024-03-04 09:00", 5, "working days", "2024-03-11"),
        ("2024-03-04 23:59", 1, "working days", "2024-03-05"),
        ("2024-03-02 12:00", 1, "working days", "2024-03-04"),  # from a Saturday
        ("2024-03-27 12:00", 1, "working days", "2024-04-02"),  # over Easter
        ("2027-05-14 12:00", 1, "working days", "2027-05-18"),  # 17 May on Pentecost Monday: one day, not two
        ("2026-12-18 12:00", 10, "working days", "2027-01-05"),  # over Christmas
        ("2024-04-30 12:00", 2, "working days", "2024-05-03"),  # 1 May
        ("2024-01-30 12:00", 2, "days", "2024-02-01"),
        ("2024-02-14 12:00", 3, "weeks", "2024-03-06"),
        ("2024-01-31 12:00", 1, "months", "2024-02-29"),
        ("2023-01-31 12:00", 1, "months", "2023-02-28"),
        ("2024-11-30 12:00", 3, "months", "2025-02-28"),
        ("2024-12-31 12:00", 1, "months", "2025-01-31"),
        ("2024-02-29 12:00", 1, "years", "2025-02-28"),
        ("2024-02-29 12:00", 4, "years", "2028-02-29"),
        ("2024-03-30 12:00", 1, "days", "2024-03-31"),  # a day of 23 hours
        ("2024-10-26 12:00", 1, "days", "2024-10-27"),  # a day of 25 hours
        ("2024-03-04 09:00", 0, "days", "2024-03-04"),
    ],
)
def test_a_length_in_days_ends_with_the_last_second_of_its_last_day(start, count, unit, end):
    assert local(NORWEGIAN.due(at(start), Length(count, unit))) == f"{end} 23:59:59"


def test_the_day_is_the_institutions_not_greenwichs():
    late = datetime(2024, 7, 1, 22, 30, tzinfo=UTC)  # 00:30 on the 2nd in Oslo
    assert local(NORWEGIAN.due(late, Length(1, "days"))) == "2024-07-03 23:59:59"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2024-03-04 09:10:42", "2024-03-05 09:10:00"),
        ("2024-03-30 12:00", "2024-03-31 13:00:00"),  # 24 hours are 24 hours, also when the clocks change
        ("2024-10-26 12:00", "2024-10-27 11:00:00"),
    ],
)
def test_hours_run_to_the_minute(start, end):
    assert local(NORWEGIAN.due(at(start), Length(24, "hours"))) == end


@pytest.mark.parametrize(
    ("unit", "start", "end", "paused"),
    [
        ("working days", "2024-03-04 10:00", "2024-03-06 10:00", 2),
        ("working days", "2024-03-08 10:00", "2024-03-11 10:00", 1),
        ("working days", "2024-03-27 10:00", "2024-04-02 10:00", 1),
        ("working days", "2024-03-04 08:00", "2024-03-04 20:00", 0),
        ("days", "2024-03-08 23:00", "2024-03-11 01:00", 3),
        ("months", "2024-03-08 10:00", "2024-03-18 10:00", 10),
        ("hours", "2024-03-04 10:00", "2024-03-04 11:30:59", 90),
        ("hours", "2024-03-04 10:00", "2024-03-04 09:00", 0),
    ],
)
def test_what_was_paused_is_counted_in_the_clocks_own_unit(unit, start, end, paused):
    assert NORWEGIAN.units_between(at(start), at(end), unit) == paused


@pytest.mark.parametrize(
    ("length", "extra", "end"),
    [
        (Length(3, "working days"), 2, "2024-03-11 23:59:59"),
        (Length(3, "days"), 2, "2024-03-09 23:59:59"),
        (Length(1, "weeks"), 2, "2024-03-13 23:59:59"),
        (Length(1, "months"), 10, "2024-04-14 23:59:59"),
        (Length(2, "hours"), 90, "2024-03-04 12:30:00"),
    ],
)
def test_the_pause_makes_the_end_that_much_later(length, extra, end):
    assert local(NORWEGIAN.due(at("2024-03-04 09:00"), length, extra)) == end


@pytest.mark.parametrize(
    ("moment", "n", "goes"),
    [
        (Moment("due"), 1, "2024-03-23 07:00:00"),
        (Moment("before", Length(3, "days")), 1, "2024-03-19 07:00:00"),
        (Moment("before", Length(5, "working days")), 1, "2024-03-15 07:00:00"),
        (Moment("after", Length(3, "days")), 1, "2024-03-25 07:00:00"),
        (Moment("after", Length(3, "working days")), 1, "2024-03-27 07:00:00"),
        (Moment("after", Length(4, "working days")), 1, "2024-04-02 07:00:00"),  # Easter
        (Moment("every", Length(1, "weeks")), 1, "2024-03-29 07:00:00"),
        (Moment("every", Length(1, "weeks")), 2, "2024-04-05 07:00:00"),  # past the change to summer time
        (Moment("every", Length(1, "months")), 2, "2024-05-22 07:00:00"),
        (Moment("before", Length(2, "hours")), 1, "2024-03-22 21:59:59"),
    ],
)
def test_reminders_of_a_clock_in_days_go_out_in_the_morning(moment, n, goes):
    due = NORWEGIAN.end_of(date(2024, 3, 22))
    assert local(NORWEGIAN.moment(due, moment, n, hours=False)) == goes


@pytest.mark.parametrize(
    ("moment", "n", "goes"),
    [
        (Moment("due"), 1, "2024-03-22 14:30:00"),
        (Moment("before", Length(6, "hours")), 1, "2024-03-22 08:30:00"),
        (Moment("every", Length(12, "hours")), 3, "2024-03-24 02:30:00"),
        (Moment("after", Length(10, "days")), 1, "2024-04-01 14:30:00"),  # the same time of day in summer
    ],
)
def test_reminders_of_a_clock_in_hours_go_out_to_the_minute(moment, n, goes):
    due = at("2024-03-22 14:30").astimezone(UTC)
    assert local(NORWEGIAN.moment(due, moment, n, hours=True)) == goes


def test_own_holidays_weekend_and_closed_days():
    own = WorkTime("Europe/Oslo", ["friday"], ["2024-03-04"], [{"from": "2024-03-05", "until": "2024-03-06"}])
    assert [own.is_working(date(2024, 3, day)) for day in range(1, 8)] == [False, True, True, False, False, False, True]


def test_one_closed_day_needs_no_until():
    own = WorkTime("Europe/Oslo", [], [], [{"from": "2024-03-05"}])
    assert [own.is_working(date(2024, 3, day)) for day in (4, 5, 6)] == [True, False, True]


def test_a_part_of_a_country_has_its_own_holidays():
    epiphany = date(2025, 1, 6)
    assert WorkTime("Europe/Berlin", [], "DE", []).is_working(epiphany)
    assert not WorkTime("Europe/Berlin", [], "DE-BY", []).is_working(epiphany)


def test_the_second_23_59_59_of_a_day_that_has_two():
    cairo = WorkTime("Africa/Cairo", [], [], [])  # on 31 October 2024 the hour before midnight came twice
    assert cairo.end_of(date(2024, 10, 31)) == datetime(2024, 10, 31, 21, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "calendar",
    [
        ("Europe/Oslo", ["caturday"], [], []),
        ("Europe/Oslo", ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], [], []),
        ("Europe/Oslo", [], ["17 May"], []),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(calendar):
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        WorkTime(*calendar)


def test_a_country_without_a_calendar_is_named():
    with pytest.raises(ValueError, match="XX"):
        WorkTime("Europe/Oslo", [], "XX", []).is_working(date(2024, 3, 4))


def test_a_calendar_that_is_closed_for_ever_is_a_fault_and_not_a_hang():
    closed = WorkTime("Europe/Oslo", [], [], [{"from": "2000-01-01", "until": "2999-12-31"}])
    with pytest.raises(ValueError, match="no working day"):
        closed.due(at("2024-03-04 09:00"), Length(1, "working days"))
