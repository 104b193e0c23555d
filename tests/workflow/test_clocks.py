"""Clocks: when they start, stand still, stop and begin anew, and what their lengths are read from."""

from datetime import timedelta

import pytest

from app.workflow import clocks, engine, journal, mailing
from app.workflow.actor import ITSELF
from app.workflow.told import told as on_page
from model.base import NEVER
from tests.workflow.town import local

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk, contact]
    states:
      open: {label: Open}
      taken: {label: Taken}
      asked: {label: Asked}
      shut: {label: Shut, final: may reopen}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, description], optional: [unit, severity, event_on], assign: desk}
      take: {label: Take, from: open, to: taken, by: desk, assign: me}
      ask: {label: Ask, from: [open, taken], to: asked, by: desk, fields: [message]}
      answer: {label: Answer, from: asked, to: back, by: reporter, fields: [message]}
      give_up: {label: Give up, from: asked, to: open, by: desk}
      grade: {label: Grade, from: any, to: same, by: desk, optional: [severity, promised_on, patience, unit, event_on]}
      again: {label: Again, from: any, to: same, by: desk}
      close: {label: Close, from: any, to: shut, by: desk}
      reopen: {label: Reopen, from: shut, to: taken, by: desk}
      remark: {label: Remark, from: shut, to: same, by: desk, fields: [comment]}
    clocks:
      in_open: {start: open, runs: 3 working days}
      in_taken: {start: taken, runs: 5 working days, pause: {state: asked}}
      whole_case: {start: submit, runs: 10 days}
      until_promise: {start: take, until: promised_on, runs: 4 days}
      by_severity: {start: submit, runs: {severity: {low: 3 weeks, high: 24 hours}}}
      by_field: {start: take, runs: patience}
      by_unit: {start: take, runs: answer_within}
      kept: {start: close, runs: 1 months, stop: reopen}
      shut_for: {start: shut, runs: 2 weeks}
      only_grave: {start: submit, runs: 1 days, when: {severity: high}}
      after_event: {start: event_on, runs: 2 days}
      restarted: {start: again, runs: 2 days}
fields:
  severity: {choices: {low: Low, high: High}}
  promised_on: {type: date, label: Promised on}
  patience: {type: length, label: Patience}
  event_on: {type: date, label: When it happened}
  answer_within: {type: length, label: Answer within, of: unit, default: 7 days}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)  # Monday 2 March 2026, 09:00


def running(town, case):
    return {clock.name for clock in case.clocks if clock.stopped_at is None}


def test_a_clock_starts_with_its_state_or_transition_and_stops_with_the_state(town):
    case = town.report()
    assert running(town, case) == {"in_open", "whole_case", "by_severity"}
    assert town.due(case, "in_open") == "2026-03-05 23:59"
    assert town.due(case, "whole_case") == "2026-03-12 23:59"
    town.now = town.now.replace(day=4)
    town.do(case, "dora", "take")
    assert running(town, case) == {"whole_case", "by_severity", "in_taken", "until_promise", "by_field", "by_unit"}
    assert local(town.clock(case, "in_open").stopped_at) == "2026-03-04 09:00"
    assert town.due(case, "in_taken") == "2026-03-11 23:59"


def test_the_nearest_end_is_kept_on_the_case(town):
    case = town.report()
    assert local(case.due_at) == "2026-03-05 23:59"
    town.do(case, "dora", "grade", severity="high")
    assert local(case.due_at) == "2026-03-03 09:00"
    town.do(case, "dora", "close")
    assert local(case.due_at) == "2026-03-16 23:59", "what runs on after the end"


def test_a_length_follows_the_present_values(town):
    case = town.report(severity="low")
    assert town.due(case, "by_severity") == "2026-03-23 23:59"
    town.do(case, "dora", "grade", severity="high")
    assert town.due(case, "by_severity") == "2026-03-03 09:00", "hours count to the minute"
    town.do(case, "dora", "grade", severity="")
    assert town.due(case, "by_severity") is None
    assert "by_severity" in running(town, case), "it runs without an end"


def test_a_length_is_read_from_a_field_of_the_case(town):
    case = town.do(town.report(), "dora", "take")
    assert town.due(case, "by_field") is None
    town.do(case, "dora", "grade", patience="4 weeks")
    assert town.due(case, "by_field") == "2026-03-30 23:59"
    assert town.refused(case, "dora", "grade", patience="soon") == ["patience"]


def test_a_length_is_read_from_the_unit_or_the_ones_above_it(town):
    red = town.do(town.report(unit="red"), "dora", "take")
    lab = town.do(town.report(unit="red_lab"), "dora", "take")
    blue = town.do(town.report(unit="blue"), "dora", "take")
    assert [town.due(case, "by_unit") for case in (red, lab, blue)] == [
        "2026-03-04 23:59",
        "2026-03-04 23:59",
        "2026-03-09 23:59",
    ]
    town.do(red, "dora", "grade", unit="blue")
    assert town.due(red, "by_unit") == "2026-03-09 23:59"


def test_a_date_decides_the_end_instead_of_the_length_while_it_is_filled_in(town):
    case = town.do(town.report(), "dora", "take")
    assert town.due(case, "until_promise") == "2026-03-06 23:59"
    town.do(case, "dora", "grade", promised_on="2026-04-20")
    assert town.due(case, "until_promise") == "2026-04-20 23:59"
    town.do(case, "dora", "grade", promised_on="")
    assert town.due(case, "until_promise") == "2026-03-06 23:59"


def test_a_pause_adds_its_own_length_in_the_clocks_unit(town):
    case = town.do(town.report(), "dora", "take")
    assert town.due(case, "in_taken") == "2026-03-09 23:59"
    town.go_to("2026-03-03 09:00")
    town.do(case, "dora", "ask", message="Where?")
    assert town.clock(case, "in_taken").paused_at is not None
    town.go_to("2026-03-05 09:00")
    town.do(case, "stig", "answer", message="There.")
    assert case.state == "taken"
    assert town.due(case, "in_taken") == "2026-03-11 23:59", "two working days later"
    assert town.clock(case, "in_taken").run == 1


def test_going_on_from_the_pause_to_another_state_stops_it(town):
    case = town.do(town.report(), "dora", "take")
    town.do(case, "dora", "ask", message="Where?")
    town.do(case, "dora", "give_up")
    assert town.clock(case, "in_taken").stopped_at is not None


def test_a_paused_end_is_not_over(town):
    case = town.do(town.report(), "dora", "take")
    town.do(case, "dora", "ask", message="Where?")
    town.go_to("2026-05-01 09:00")
    facts = town.facts(case)
    assert not facts.clock_is("in_taken", "over")
    assert facts.clock_is("whole_case", "over")
    assert not facts.clock_is("whole_case", "running")


def test_over_begins_in_the_first_second_after_the_end(town):
    case = town.report()
    town.now = town.clock(case, "whole_case").due_at
    assert town.facts(case).clock_is("whole_case", "running")
    town.now = town.now.replace(microsecond=0) + (town.now - town.now.replace(microsecond=0))
    from datetime import timedelta  # noqa: PLC0415 - only here

    town.now += timedelta(seconds=1)
    assert town.facts(case).clock_is("whole_case", "over")


def test_a_final_state_stops_those_without_a_stop_of_their_own(town):
    case = town.report()
    town.do(case, "dora", "close")
    assert running(town, case) == {"kept", "shut_for"}
    town.do(case, "dora", "remark", comment="Seen again.")
    assert running(town, case) == {"kept", "shut_for"}
    assert town.clock(case, "kept").run == 1


def test_reopening_stops_what_ran_since_the_end_and_starts_the_state_anew(town):
    case = town.do(town.report(), "dora", "take")
    town.do(case, "dora", "close")
    town.now = town.now.replace(day=9)
    town.do(case, "dora", "reopen")
    assert running(town, case) == {"in_taken"}
    assert town.clock(case, "in_taken").run == 2
    assert town.due(case, "in_taken") == "2026-03-16 23:59"


def test_starting_again_begins_a_new_run_and_keeps_the_old_one(town):
    case = town.do(town.report(), "dora", "again")
    town.now = town.now.replace(day=3)
    town.do(case, "dora", "again")
    runs = [(c.run, c.stopped_at is None) for c in case.clocks if c.name == "restarted"]
    assert sorted(runs) == [(1, False), (2, True)]
    assert town.due(case, "restarted") == "2026-03-05 23:59"


def test_a_clock_with_a_condition_exists_only_where_it_holds(town):
    assert "only_grave" not in running(town, town.report(severity="low"))
    assert "only_grave" in running(town, town.report(severity="high"))


def test_a_clock_starts_from_a_date_that_is_filled_in(town):
    case = town.report(event_on="2026-02-27")
    assert town.due(case, "after_event") == "2026-03-01 23:59"
    assert town.facts(case).clock_is("after_event", "over")
    later = town.report()
    assert town.clock(later, "after_event") is None
    town.do(later, "dora", "grade", event_on="2026-03-02")
    assert town.due(later, "after_event") == "2026-03-04 23:59"
    town.do(later, "dora", "grade", event_on="2026-03-05")
    assert town.due(later, "after_event") == "2026-03-07 23:59", "a corrected date moves the end"


def test_a_move_within_the_state_leaves_its_clock_alone(town):
    case = town.report()
    town.now = town.now.replace(day=3)
    town.do(case, "dora", "grade", severity="low")
    assert (town.clock(case, "in_open").run, town.due(case, "in_open")) == (1, "2026-03-05 23:59")


PROMISES = """
flows:
  case:
    label: Case
    see: [desk]
    states:
      one: {label: One}
      two: {label: Two}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: one, by: anyone, fields: [reporter, area, unit, description], assign: desk}
      promise: {label: Promise, from: [one, two], to: same, by: desk, fields: [promised_on]}
      go_on: {label: Go on, from: one, to: two, by: desk, optional: [note]}
      close: {label: Close, from: two, to: shut, by: desk}
    clocks:
      first: {start: submit, stop: go_on, runs: 5 days, until: promised_on}
      second: {start: go_on, stop: close, runs: 5 days, until: promised_on}
fields:
  promised_on: {type: date, label: Promised on}
  note: {label: Note}
"""


def test_a_date_promised_for_an_earlier_run_binds_no_later_one(settle):
    town = settle(PROMISES)
    case = town.report()
    town.do(case, "dora", "promise", promised_on="2026-03-25")
    assert town.due(case, "first") == "2026-03-25 23:59"
    town.do(case, "dora", "go_on")
    assert town.due(case, "second") == "2026-03-07 23:59"
    town.do(case, "dora", "promise", promised_on="2026-03-25")
    assert town.due(case, "second") == "2026-03-25 23:59", "promised again, it binds"


EARLY = """
flows:
  case:
    label: Case
    see: [desk]
    states:
      one: {label: One}
      shut: {label: Shut, final: true}
    transitions:
      submit:
        {label: Report, from: new, to: one, by: anyone, fields: [description, excuse, consent, seen_on, unit, area],
         optional: [reporter, friend], guards: [in_time], assign: desk}
      register: {label: Register, from: new, to: one, by: desk, fields: [description, unit, area], optional: [reporter], assign: desk}
      close: {label: Close, from: one, to: shut, by: desk}
    clocks:
      raise_by: {start: seen_on, stop: submit, runs: 3 months}
guards:
  in_time: {needs: {any: [{not: {over: raise_by}}, {excuse: filled}]}, says: Too late without an excuse.}
fields:
  seen_on: {type: date, label: Seen on}
  excuse: {label: Excuse, when: {over: raise_by}}
  friend: {type: person, label: Friend}
  consent: {label: Consent, when: {friend: filled}}
"""


@pytest.mark.parametrize(("seen_on", "refused"), [("2026-01-02", []), ("2025-12-02", []), ("2025-12-01", ["excuse"])])
def test_a_clock_that_a_date_starts_is_asked_before_there_is_a_case(settle, seen_on, refused):
    town = settle(EARLY)
    try:
        town.report(seen_on=seen_on)
        found = []
    except engine.Refused as fault:
        found = [each.name for each in fault.refusals]
    assert found == ([*refused, "in_time"] if refused else [])


DATED = """
flows:
  case:
    label: Case
    see: [desk]
    states:
      one: {label: One}
      shut: {label: Shut, final: true}
    transitions:
      submit:
        {label: Report, from: new, to: one, by: anyone, fields: [description, unit, area], optional: [seen_on],
         guards: [has_happened], assign: desk}
      extend: {label: Extend, from: one, to: same, by: desk, fields: [promised_on], guards: [not_past]}
      close: {label: Close, from: one, to: shut, by: desk}
    clocks:
      since: {start: seen_on, runs: 100 years}
      promise: {start: promised_on, runs: 1 days}
guards:
  has_happened: {needs: {any: [{seen_on: empty}, {running: since}]}, says: That day has not come.}
  not_past: {needs: {not: {over: promise}}, says: That day is past.}
fields:
  seen_on: {type: date, label: Seen on}
  promised_on: {type: date, label: Promised on}
"""


@pytest.mark.parametrize(
    ("seen_on", "refused"), [("2026-03-01", []), ("2026-03-02", []), ("2026-03-03", ["has_happened"])]
)
def test_a_clock_that_a_later_date_starts_is_not_running_yet(settle, seen_on, refused):
    town = settle(DATED)  # Monday 2 March 2026, 09:00
    try:
        town.report(seen_on=seen_on)
        found = []
    except engine.Refused as fault:
        found = [each.name for each in fault.refusals]
    assert found == refused


def test_a_guard_asks_a_dated_clock_by_the_date_on_the_form(settle):
    town = settle(DATED)
    case = town.report()
    with pytest.raises(engine.Refused) as refused:
        town.do(case, "dora", "extend", promised_on="2026-02-20")
    assert [each.name for each in refused.value.refusals] == ["not_past"]
    town.session.rollback()
    town.do(case, "dora", "extend", promised_on="2026-03-20")
    town.now = town.now.replace(day=25)
    with pytest.raises(engine.Refused):
        town.do(case, "dora", "extend", promised_on="2026-03-20")
    town.session.rollback()
    town.do(case, "dora", "extend", promised_on="2026-04-20")


def test_a_question_waits_for_the_answer_it_hangs_on(settle):
    town = settle(EARLY)
    with pytest.raises(engine.Refused) as refused:
        town.report(seen_on="2026-02-01", friend=town.people["olga"])
    assert [each.name for each in refused.value.refusals] == ["consent"]
    case = town.report(seen_on="2026-02-01", friend=town.people["olga"], consent="Yes")
    assert case.answers["consent"] == "Yes"


def test_what_staff_type_in_is_nobodys_report_until_they_say_whose(settle):
    town = settle(EARLY)
    given = {"area": "teaching", "unit": "red", "description": "A letter."}
    case = engine.create(town.context, "register", actor=town.actor("dora"), answers=given)
    assert (case.reporter_id, case.entered_by_id) == (None, town.people["dora"])
    theirs = engine.create(
        town.context, "register", actor=town.actor("dora"), answers={**given, "reporter": town.people["stig"]}
    )
    assert (theirs.reporter_id, theirs.entered_by_id) == (town.people["stig"], town.people["dora"])


HOURS = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states:
      open: {label: Open, told: "Seen by {due quick}, done by {due slow}."}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
    clocks:
      quick: {start: submit, runs: 2 hours}
      slow: {start: submit, runs: 2 days}
"""


def test_the_end_of_a_clock_in_hours_is_told_with_its_time(settle):
    town = settle(HOURS)
    facts = town.facts(town.report())
    told = "Seen by 2. mars 2026 kl. 11.00, done by 4. mars 2026."
    assert mailing.fill_told(town.context, facts, "nb") == told, "in a mail"
    assert on_page(facts, "nb") == told, "on the reporter's page"


def test_a_date_answered_before_the_start_ends_a_clock_that_has_nothing_else(settle):
    town = settle(
        """
    flows:
      case:
        label: Case
        see: [reporter, desk]
        states:
          open: {label: Open}
          judged: {label: Judged}
          barred: {label: Barred}
          free: {label: Free, final: true}
        transitions:
          submit: {label: Report, from: new, to: open, by: anyone, fields: [area, unit, description], assign: desk}
          judge: {label: Judge, from: open, to: judged, by: desk, fields: [barred_until]}
          bar: {label: Bar, from: judged, to: barred, by: desk}
          release: {label: Release, from: barred, to: free, by: itself}
        clocks:
          bar_runs: {start: barred, until: barred_until, then: release}
          kept_for: {start: barred, until: barred_until, runs: 3 days}
    fields:
      barred_until: {type: date, label: Barred until}
    """
    )
    case = town.report()
    town.do(case, "dora", "judge", barred_until="2026-03-20")
    town.do(case, "dora", "bar")
    assert town.due(case, "bar_runs") == "2026-03-20 23:59"
    assert town.due(case, "kept_for") == "2026-03-05 23:59", "a promise binds the run that it was made for"
    town.go_to("2026-03-21 08:00")
    assert case.state == "free"


def test_a_clock_is_over_after_its_last_moment_and_not_in_it(town):
    case = town.report()
    town.now = town.clock(case, "whole_case").due_at
    facts = town.facts(case)
    assert [facts.clock_is("whole_case", status) for status in ("running", "over")] == [True, False]
    town.now += timedelta(seconds=1)
    facts = town.facts(case)
    assert [facts.clock_is("whole_case", status) for status in ("running", "over")] == [False, True]
    assert not facts.clock_is("no_such_clock", "running")
    assert not facts.clock_is("kept", "running")


def test_a_date_that_is_promised_again_extends_the_run_and_one_given_at_its_start_does_not(town, settle):
    case = town.do(town.report(), "dora", "take")
    row = town.clock(case, "until_promise")
    assert (row.until_counts, row.extended) == (True, False)
    town.do(case, "dora", "again")
    assert not row.extended
    town.do(case, "dora", "grade", promised_on="2026-04-20")
    assert (row.until_counts, row.extended) == (True, True)
    other = town.report()
    town.do(other, "dora", "grade", promised_on="2026-04-20")
    town.do(other, "dora", "take")
    row = town.clock(other, "until_promise")
    assert (row.until_counts, row.extended) == (False, False), "it was promised for an earlier run"
    assert town.due(other, "until_promise") == "2026-03-06 23:59"


def test_a_clock_that_starts_with_the_move_that_asks_its_date_counts_it(settle):
    town = settle(PROMISES.replace("optional: [note]", "optional: [note, promised_on]"))
    case = town.report()
    town.do(case, "dora", "go_on", promised_on="2026-03-25")
    row = town.clock(case, "second")
    assert (row.until_counts, row.extended, town.due(case, "second")) == (True, False, "2026-03-25 23:59")


def test_the_nearest_end_is_of_what_runs_here_and_in_unfinished_parts(town):
    case = town.report()
    assert clocks.nearest_due(case) == town.clock(case, "in_open").due_at
    for row in case.clocks:
        row.paused_at = town.now
    assert clocks.nearest_due(case) == NEVER
    row = town.clock(case, "whole_case")
    row.paused_at = None
    assert clocks.nearest_due(case) == row.due_at
    row.stopped_at = town.now
    assert clocks.nearest_due(case) == NEVER
    row.stopped_at, row.due_at = None, None
    assert clocks.nearest_due(case) == NEVER


def test_a_part_counts_for_its_case_until_it_is_done(settle):
    town = settle(WITH_PART)
    case = town.report()
    assert local(case.due_at) == "2026-03-12 23:59"
    part = town.add(case, "dora", description="Mend it.")
    assert local(part.due_at) == local(case.due_at) == "2026-03-04 23:59"
    town.do(part, "dora", "finish")
    assert (part.due_at, local(case.due_at)) == (NEVER, "2026-03-12 23:59")


def test_what_a_clock_ends_in_is_made_once_after_its_end(settle):
    town = settle(ENDING)
    case = town.report()
    row, facts = town.clock(case, "limit"), town.facts(case)
    clock = facts.flow.clocks["limit"]
    assert clocks.has_yet_to_end(town.session, clock, row)
    assert not clocks.has_yet_to_end(town.session, facts.flow.clocks["plain"], town.clock(case, "plain"))
    due = row.due_at
    row.due_at = None
    assert not clocks.has_yet_to_end(town.session, clock, row)
    assert clocks.next_moment(clock, row, facts) is None
    row.due_at = due
    assert clocks.next_moment(clock, row, facts) == due + timedelta(seconds=1)
    second = timedelta(seconds=1)
    other = town.report()

    def still(subject, at, name="warn", event="moved"):
        """Whether it is to be made yet, once that has happened to a case."""
        town.now = at
        subject.events += 1
        journal.write(town.context, subject, name, ITSELF, "open", {}, (), [], event=event)
        town.session.flush()
        return clocks.has_yet_to_end(town.session, clock, row)

    assert still(case, due), "it was made before the end was over"
    assert still(other, due + second), "another case made it"
    assert still(case, due + second, "note"), "another move was made"
    assert still(case, due + second, event="refused")
    assert not still(case, due + second)


def test_a_move_lets_the_worker_try_again_what_a_clock_that_is_over_could_not_do(settle):
    town = settle(ENDING)
    case = town.report()
    row, plain = town.clock(case, "limit"), town.clock(case, "plain")
    town.now = row.due_at
    town.do(case, "dora", "note", comment="Hm")
    assert row.next_at == row.due_at + timedelta(seconds=1), "it isn't over yet"
    town.now += timedelta(seconds=1)
    row.reminded_until = town.now
    town.do(case, "dora", "note", comment="Hm")
    assert (row.next_at, plain.next_at) == (town.now, None)


def test_a_case_that_is_not_there_has_no_clocks_to_settle(town):
    facts = town.context.facts_of_new("case", {})
    assert clocks.settle(facts, "submit", "open") is None
    row = clocks.begin(facts.flow.clocks["in_open"], facts, town.now, "open")
    assert (row.run, row.started_in, row.subject) == (1, "open", None)


def test_a_pause_in_hours_is_made_up_for_in_hours(settle):
    town = settle(ROUTINE.replace("runs: 5 working days, pause", "runs: 30 hours, pause"))
    case = town.do(town.report(), "dora", "take")
    assert town.due(case, "in_taken") == "2026-03-03 15:00"
    town.do(case, "dora", "ask", message="Where?")
    assert (town.clock(case, "in_taken").next_at, town.due(case, "in_taken")) == (None, "2026-03-03 15:00")
    paused = town.clock(case, "in_taken").paused_at
    town.now += timedelta(hours=3)
    town.do(case, "dora", "again")
    assert town.clock(case, "in_taken").paused_at == paused, "it stands still once"
    town.do(case, "stig", "answer", message="There.")
    row = town.clock(case, "in_taken")
    assert (row.paused_units, row.paused_at, town.due(case, "in_taken")) == (180, None, "2026-03-03 18:00")
    town.do(case, "dora", "ask", message="Where?")
    town.now += timedelta(hours=2)
    town.do(case, "stig", "answer", message="There.")
    assert town.clock(case, "in_taken").paused_units == 300, "pauses are added"


WITH_PART = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
    clocks:
      whole: {start: submit, runs: 10 days}
  job:
    label: Job
    part of: case
    states: {given: {label: Given}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: given, by: desk, fields: [description]}
      finish: {label: Finish, from: given, to: done, by: desk}
    clocks:
      job_done: {start: add, runs: 2 days}
"""
ENDING = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk}
      note: {label: Note, from: open, to: same, by: desk, fields: [comment]}
      warn: {label: Warn, from: open, to: same, by: itself}
      close: {label: Close, from: open, to: shut, by: desk}
    clocks:
      limit: {start: submit, runs: 3 days, then: warn}
      plain: {start: submit, runs: 3 days}
"""
