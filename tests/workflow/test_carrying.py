"""Clocks of a case that goes on under other rules: which go on, which stop, which start, and from when."""

from datetime import timedelta

import pytest

from app.workflow import carrying, migrating
from app.workflow.carrying import names, same_clocks
from tests.workflow.town import local, routine

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states:
      open: {label: Open}
      held: {label: Held}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [severity], assign: desk}
      hold: {label: Hold, from: open, to: held, by: desk}
      note: {label: Note, from: [open, held], to: same, by: desk, fields: [comment]}
      go_on: {label: Go on, from: held, to: open, by: desk}
      lift: {label: Lift, from: [open, held], to: shut, by: itself, guards: [never]}
      close: {label: Close, from: [open, held], to: shut, by: desk}
    clocks:
      answer: {start: submit, runs: 3 days}
CLOCKS
guards:
  never: {needs: {severity: never}, says: Never.}
fields:
  severity: {choices: {never: Never, low: Low}}
  by_then: {label: By then, type: date}
"""
KNOWN = "      answer: {start: submit, runs: 3 days}\n"


def with_clocks(*lines):
    return ROUTINE.replace(KNOWN, "").replace("CLOCKS\n", "".join(f"      {line}\n" for line in lines))


OLD = ROUTINE.replace("CLOCKS\n", "")


@pytest.fixture
def town(settle):
    return settle(OLD)


def carried(town, case, *lines, states=None):
    """The case under an edition with these clocks."""
    town.publish(with_clocks(*lines))
    migrating.migrate(town.context, case, states or {})
    town.session.commit()


ANSWER = "answer: {start: submit, runs: 3 days}"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (ANSWER, True),
        ("answer: {start: hold, runs: 3 days}", True),
        ("answer: {start: submit, runs: 4 days}", False),
        ("answer: {start: submit, runs: 3 days, until: by_then}", False),
        ("answer: {start: submit, runs: 3 days, pause: {state: held}}", False),
        ("answer: {start: submit, runs: 3 days, when: {severity: low}}", False),
        ("answer: {start: submit, runs: 3 days, remind: {desk: due}}", False),
        ("answer: {start: submit, runs: 3 days, then: lift}", False),
        ("other: {start: submit, runs: 3 days}", False),
    ],
)
def test_a_clock_runs_by_the_same_rules_if_all_but_its_beginning_is_alike(other, same):
    old, new = routine(OLD).flows["case"], routine(with_clocks(other)).flows["case"]
    assert same_clocks(old, new) == ({"answer"} if same else frozenset())


def test_what_runs_on_by_the_same_rules_is_left_as_it_is(town):
    case = town.report()
    row = town.clock(case, "answer")
    row.due_at += timedelta(hours=5)
    case.due_at = due = row.due_at
    carried(town, case, ANSWER)
    assert (row.due_at, case.due_at) == (due, due), "somebody moved it by hand"
    carried(town, case, ANSWER, "other: {start: hold, runs: 1 days}")
    assert row.due_at == due
    carried(town, case, "answer: {start: submit, runs: 4 days}")
    assert town.due(case, "answer") == "2026-03-06 23:59"
    assert local(case.due_at) == "2026-03-06 23:59"


def test_what_the_edition_lacks_stops_and_what_has_stopped_keeps_its_moment(town):
    case = town.report()
    stopped = town.now
    carried(town, case, "other: {start: hold, runs: 1 days}")
    row = town.clock(case, "answer")
    assert (row.stopped_at, row.next_at) == (stopped, None)
    town.now += timedelta(days=1)
    carried(town, case, "third: {start: hold, runs: 1 days}")
    assert row.stopped_at == stopped
    carried(town, case, ANSWER)
    assert (row.stopped_at, row.run) == (stopped, 1), "it isn't begun anew"
    carried(town, case, "answer: {start: submit, runs: 9 days}")
    assert town.clock(case, "answer").due_at == row.due_at
    assert town.due(case, "answer") is None


def test_a_new_clock_counts_from_what_started_it(town):
    case = town.report()
    town.now += timedelta(days=1)
    town.do(case, "dora", "hold")
    town.now += timedelta(days=1)
    carried(
        town,
        case,
        ANSWER,
        "since_report: {start: submit, runs: 9 days}",
        "since_open: {start: open, runs: 9 days}",
        "since_held: {start: held, runs: 9 days}",
        "until_held: {start: submit, stop: held, runs: 9 days}",
        "over_held: {start: open, stop: close, runs: 9 days}",
        "after_hold: {start: hold, runs: 9 days}",
        "after_note: {start: note, runs: 9 days}",
        "restarted: {start: [submit, hold], stop: close, runs: 9 days}",
        "never: {start: submit, runs: 9 days, when: {severity: low}}",
    )
    started = {each.name: (local(each.started_at), each.started_in) for each in case.clocks if each.stopped_at is None}
    assert started == {
        "answer": ("2026-03-02 09:00", ""),
        "since_report": ("2026-03-02 09:00", ""),
        "since_held": ("2026-03-03 09:00", "held"),
        "over_held": ("2026-03-02 09:00", "open"),
        "after_hold": ("2026-03-03 09:00", ""),
        "restarted": ("2026-03-03 09:00", ""),
    }
    assert town.due(case, "since_held") == "2026-03-12 23:59"
    assert local(case.due_at) == "2026-03-05 23:59"


def test_a_finished_case_begins_no_clock(town):
    case = town.do(town.report(), "dora", "close")
    carried(town, case, ANSWER, "since_report: {start: submit, runs: 9 days}")
    assert town.clock(case, "since_report") is None


def test_a_state_that_is_called_otherwise_keeps_its_clock(town):
    lines = ("in_held: {start: held, runs: 5 days}",)
    town.publish(with_clocks(*lines))
    case = town.do(town.report(), "dora", "hold")
    row = town.clock(case, "in_held")
    renamed = with_clocks(*lines).replace("held", "kept")
    town.publish(renamed.replace("in_kept", "in_held"))
    migrating.migrate(town.context, case, {"case": {"held": "kept"}})
    town.session.commit()
    assert (row.started_in, row.run, row.stopped_at) == ("kept", 1, None)
    town.do(case, "dora", "go_on")
    assert row.stopped_at is not None


def test_a_state_that_is_left_stops_its_clock_and_one_that_is_entered_starts_its_own(town):
    lines = (
        "in_open: {start: open, runs: 5 days}",
        "in_held: {start: held, runs: 5 days}",
        "from_open: {start: open, stop: close, runs: 5 days}",
        "whole: {start: submit, runs: 5 days}",
    )
    town.publish(with_clocks(*lines))
    case = town.report()
    town.now += timedelta(days=1)
    carried(town, case, *lines, states={"case": {"open": "held"}})
    running = {each.name: local(each.started_at) for each in case.clocks if each.stopped_at is None}
    assert running == {
        "in_held": "2026-03-03 09:00",
        "from_open": "2026-03-02 09:00",
        "whole": "2026-03-02 09:00",
    }
    assert town.clock(case, "in_open").stopped_at == town.now
    assert town.clock(case, "in_open").next_at is None


@pytest.mark.parametrize(
    ("told", "known"),
    [
        (("submit", None, "open"), {"submit", "open"}),
        (("note", "open", "open"), {"note"}),
        ((None, "open", "held"), {"", "held"}),
    ],
)
def test_by_which_names_a_clock_knows_what_has_happened(told, known):
    assert names(*told) == known


def test_a_case_that_is_not_there_carries_nothing(town):
    facts = town.context.facts_of_new("case", {})
    assert carrying.carry_clocks(facts, facts.flow, {}, None, list) is None


def test_a_clock_that_is_begun_late_counts_the_date_that_was_answered(town):
    case = town.report()
    town.now += timedelta(days=1)
    town.publish(with_clocks(ANSWER).replace("fields: [comment]", "fields: [comment], optional: [by_then]"))
    migrating.migrate(town.context, case, {})
    town.do(case, "dora", "note", comment="Hm", by_then="2026-05-01")
    carried(
        town, case, ANSWER, "promised: {start: submit, runs: 9 days, until: by_then, remind: {desk: [1 days before]}}"
    )
    row = town.clock(case, "promised")
    assert (row.until_counts, row.extended, row.run, row.paused_units) == (True, False, 1, 0)
    assert row.reminded_until == town.now
    assert town.due(case, "promised") == "2026-05-01 23:59"
    assert local(row.next_at) == "2026-04-30 07:00"
