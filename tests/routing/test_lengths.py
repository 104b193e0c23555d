"""How long a clock runs for a case, from which day, and whether it runs or is over."""

from datetime import UTC, datetime, timedelta

import pytest

from app.language.moments import Length
from app.routing import lengths
from model import Clock, Part
from tests.routing.samples import RED, facts, organisation, subject
from tests.workflow.town import routine

ROUTINE = routine("""
flows:
  case:
    label: Case
    see: desk
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [unit, topic, patience, begins_on, due_on]}
      close: {label: Close, from: open, to: shut, by: desk}
    clocks:
      plain: {start: submit, stop: close, runs: 2 days}
      by_field: {start: submit, runs: patience}
      by_choice: {start: submit, runs: {topic: {conduct: 2 days, check: 5 days}}}
      by_date: {start: submit, until: due_on}
      by_either: {start: submit, until: due_on, runs: 3 days}
      from_date: {start: begins_on, stop: close, runs: 2 days}
      if_late: {start: begins_on, runs: 2 days, when: {topic: late}}
  job:
    label: Job
    part of: case
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: desk, fields: [owner]}
      finish: {label: Finish, from: begun, to: done, by: owner}
fields:
  patience: {type: length, label: Patience}
  topic: {label: Topic, choices: {conduct: {label: Conduct, choices: {driver: Driver, check: {label: Check, choices: {fine: Fine}}}}, late: Late}}
  begins_on: {type: date, label: Begins}
  owner: {}
""")
PLACE = organisation()
NOW = datetime(2026, 3, 11, 11, tzinfo=UTC)
"""Noon on a Wednesday in Oslo."""
HOUR = timedelta(hours=1)


def clock(name):
    return ROUTINE.flows["case"].clocks[name]


def known(answers=None, given=None, **row):
    return facts(ROUTINE, PLACE, subject(unit_id=RED, answers=answers or {}, **row), now=NOW, answers=given)


@pytest.mark.parametrize(
    ("name", "answers", "length"),
    [
        ("plain", {}, Length(2, "days")),
        ("by_field", {"patience": "3 weeks"}, Length(3, "weeks")),
        ("by_field", {}, None),
        ("by_choice", {"topic": "driver"}, Length(2, "days")),
        ("by_choice", {"topic": "fine"}, Length(5, "days")),
        ("by_choice", {"topic": "late"}, None),
        ("by_choice", {}, None),
        ("by_date", {}, None),
    ],
)
def test_a_clock_is_as_long_as_its_answer_says(name, answers, length):
    assert lengths.runs(clock(name), known(answers)) == length


def local(day, hour=22, minute=59, second=59):
    return datetime(2026, 3, day, hour, minute, second, tzinfo=UTC)


def test_a_day_starts_a_clock_at_its_end():
    found = lengths.dated(clock("from_date"), known({"begins_on": "2026-03-05"}))
    assert found.astimezone(UTC).strftime("%d %H:%M") == "05 22:59"
    assert lengths.dated(clock("from_date"), known()) is None
    assert lengths.dated(clock("plain"), known({"begins_on": "2026-03-05"})) is None


def end(name, answers, started=None, paused=0, **options):
    found = lengths.due(clock(name), known(answers), started or NOW, paused, **options)
    return found and found.astimezone(UTC).strftime("%d %H:%M")


def test_a_run_ends_by_its_length_or_by_its_date():
    assert end("plain", {}) == "13 22:59"
    assert end("plain", {}, paused=1) == "14 22:59"
    assert end("by_field", {}) is None
    assert end("by_date", {}) is None
    assert known({}, given={"due_on": "2026-03-20"}).value("due_on") == "2026-03-20"
    given = known({}, given={"due_on": "2026-03-20"})
    ends = {
        (name, dated): lengths.due(clock(name), given, NOW, 0, dated=dated)
        for name in ("by_date", "by_either")
        for dated in (True, False)
    }
    told = {key: at and at.astimezone(UTC).strftime("%d %H:%M") for key, at in ends.items()}
    assert told == {
        ("by_date", True): "20 22:59",
        ("by_date", False): None,
        ("by_either", True): "20 22:59",
        ("by_either", False): "14 22:59",
    }
    assert end("by_either", {}) == "14 22:59"


@pytest.mark.parametrize(
    ("day", "past"),
    [("2026-03-08", True), ("2026-03-09", False), ("2026-03-11", False), ("2026-03-12", None), (None, None)],
)
def test_a_clock_that_a_day_starts_is_past_by_that_day(day, past):
    assert lengths.is_past(clock("from_date"), known({"begins_on": day})) is past
    if past is not None:
        assert lengths.is_past(clock("from_date"), known({"begins_on": day}), 1) is (day < "2026-03-08")


def test_at_its_very_end_it_is_not_yet_past():
    at_end = facts(ROUTINE, PLACE, subject(answers={"begins_on": "2026-03-09"}), now=NOW)
    last = lengths.due(clock("from_date"), at_end, lengths.dated(clock("from_date"), at_end), 0)
    for moment, past in ((last, False), (last + timedelta(microseconds=1), True)):
        there = facts(ROUTINE, PLACE, subject(answers={"begins_on": "2026-03-09"}), now=moment)
        assert lengths.is_past(clock("from_date"), there) is past
    endless = clock("from_date").__class__(**{**_fields(clock("from_date")), "runs": None})
    assert lengths.is_past(endless, at_end) is False


def _fields(declared):
    return {name: getattr(declared, name) for name in declared.__dataclass_fields__}


def run(name="plain", number=1, **row):
    given = {"started_at": NOW - HOUR, "due_at": NOW + HOUR, "paused_units": 0, **row}
    return Clock(name=name, run=number, **given)


def state(*runs, name="plain", answers=None, given=None):
    """Whether the clock runs, and whether it is over."""
    asked = known(answers, given, clocks=list(runs))
    return asked.clock_is(name, "running"), asked.clock_is(name, "over")


RUNNING, OVER, NEITHER = (True, False), (False, True), (False, False)


@pytest.mark.parametrize(
    ("row", "so"),
    [
        ({}, RUNNING),
        ({"due_at": None}, RUNNING),
        ({"due_at": NOW}, RUNNING),
        ({"due_at": NOW - HOUR}, OVER),
        ({"due_at": NOW - HOUR, "paused_at": NOW - 2 * HOUR}, RUNNING),
        ({"paused_at": NOW}, RUNNING),
        ({"stopped_at": NOW}, NEITHER),
        ({"stopped_at": NOW - HOUR, "due_at": NOW - 2 * HOUR}, OVER),
        ({"stopped_at": NOW - 2 * HOUR, "due_at": NOW - HOUR}, NEITHER),
        ({"stopped_at": NOW + 2 * HOUR}, NEITHER),
        ({"started_at": NOW + timedelta(days=1), "due_at": NOW + timedelta(days=3)}, NEITHER),
        ({"started_at": NOW + HOUR, "due_at": NOW + timedelta(days=3)}, RUNNING),
    ],
)
def test_a_run_is_running_or_over_or_neither(row, so):
    assert state(run(**row)) == so


def test_the_latest_run_counts_and_only_of_that_clock():
    over = {"due_at": NOW - HOUR}
    assert state(run(), run(number=2, **over)) == OVER
    assert state(run(number=2), run(**over)) == RUNNING
    assert state(run(**over), run("by_date")) == OVER
    assert state() == state(run("by_date")) == NEITHER
    assert facts(ROUTINE, PLACE, now=NOW).clock("plain") is None


@pytest.mark.parametrize(
    ("given", "so"),
    [
        ({"begins_on": "2026-03-11"}, RUNNING),
        ({"begins_on": "2026-03-02"}, OVER),
        ({"begins_on": "2026-03-20"}, NEITHER),
        ({"begins_on": None}, NEITHER),
    ],
)
def test_a_date_that_is_being_answered_decides(given, so):
    assert state(name="from_date", given=given) == so
    assert state(run("from_date"), name="from_date", given=given) == so
    stopped = run("from_date", stopped_at=NOW - HOUR)
    assert state(stopped, name="from_date", given=given) == NEITHER
    new = facts(ROUTINE, PLACE, now=NOW, answers=given)
    assert (new.clock_is("from_date", "running"), new.clock_is("from_date", "over")) == so


def test_a_pause_is_added_where_a_date_decides():
    given = {"begins_on": "2026-03-08"}
    assert state(run("from_date"), name="from_date", given=given) == OVER
    assert state(run("from_date", paused_units=1), name="from_date", given=given) == RUNNING


def test_a_date_decides_only_while_it_is_answered_and_where_the_clock_would_start():
    answers = {"begins_on": "2026-03-02"}
    assert state(name="from_date", answers=answers) == NEITHER
    assert state(run("from_date"), name="from_date", answers=answers) == RUNNING
    assert state(run("from_date"), name="from_date", answers=answers, given={"topic": "late"}) == RUNNING
    assert state(name="if_late", given=answers) == NEITHER
    assert state(name="if_late", given={**answers, "topic": "late"}) == OVER
    assert state(run("if_late"), name="if_late", given=answers) == OVER


def test_a_clock_that_the_flow_lacks_is_the_wholes():
    whole = subject(clocks=[run()])
    part = facts(ROUTINE, PLACE, subject(Part, flow="job", state="begun", whole=whole, clocks=[]), now=NOW)
    assert (part.clock_is("plain", "running"), part.clock_is("plain", "over")) == RUNNING
    assert state(name="no_clock") == NEITHER
