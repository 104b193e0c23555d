"""What will be erased by itself: which clocks erase, how many cases soon and later, and the first of these."""

from datetime import timedelta

import pytest

from app.workflow import retention
from tests.workflow.town import routine

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, asked: {label: Asked}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk}
      ask: {label: Ask, from: open, to: asked, by: desk}
      erase: {label: Erase, from: any, to: same, by: itself, forget: [description]}
      lift: {label: Lift, from: open, to: same, by: itself}
      close: {label: Close, from: [open, asked], to: shut, by: desk}
    clocks:
      kept: {start: submit, stop: close, runs: 100 days, pause: {state: asked}, then: erase}
      lifted: {start: submit, runs: 10 days, then: lift}
      plain: {start: submit, runs: 10 days}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def ahead(town):
    found = [(each.clock.name, each.soon, each.later, each.cases) for each in retention.ahead(town.context)]
    assert [name for name, *_ in found] == ["kept"]
    return found[0][1:]


def test_only_what_ends_in_a_move_that_forgets_erases():
    found = list(retention.erasing(routine(ROUTINE)))
    assert [(flow.name, clock.name, declared.name) for flow, clock, declared in found] == [("case", "kept", "erase")]


def test_what_ends_within_thirty_and_within_ninety_days_is_told(town):
    cases = [town.report() for _ in range(4)]
    for case, days in zip(cases, (30, 31, 90, 91), strict=True):
        town.clock(case, "kept").due_at = town.now + timedelta(days=days)
    town.session.commit()
    soon, later, told = ahead(town)
    assert (soon, later) == (1, 3)
    assert told == tuple((case.number, town.clock(case, "kept").due_at) for case in cases[:3])
    town.clock(cases[2], "kept").due_at = town.now + timedelta(days=1)
    town.session.commit()
    assert [number for number, _ in ahead(town)[2]] == [cases[2].number, cases[0].number, cases[1].number]


def test_what_has_stopped_or_stands_still_or_is_past_is_not_told(town):
    stopped, paused, past, now = (town.report() for _ in range(4))
    for case in (stopped, paused, past, now):
        town.clock(case, "kept").due_at = town.now + timedelta(days=1)
    town.session.commit()
    assert ahead(town)[0] == 4
    town.do(stopped, "dora", "close")
    town.do(paused, "dora", "ask")
    row = town.clock(past, "kept")
    row.due_at = row.reminded_until - timedelta(seconds=1)
    town.clock(now, "kept").due_at = town.clock(now, "kept").reminded_until
    town.clock(paused, "kept").due_at = town.now + timedelta(days=1)
    town.session.commit()
    assert [number for number, _ in ahead(town)[2]] == [now.number]


def test_no_more_than_fifty_are_named(town):
    for _ in range(52):
        town.clock(town.report(), "kept").due_at = town.now + timedelta(days=1)
    town.session.commit()
    soon, later, told = ahead(town)
    assert (soon, later, len(told)) == (52, 52, 50)


def test_a_case_on_an_edition_that_erases_nothing_is_not_told(town):
    new = town.report()
    town.publish(
        ROUTINE.replace(", then: erase", "").replace(
            "      erase: {label: Erase, from: any, to: same, by: itself, forget: [description]}\n", ""
        )
    )
    assert list(retention.ahead(town.context)) == []
    old = town.report()
    town.publish(ROUTINE)
    for case in (new, old):
        town.clock(case, "kept").due_at = town.now + timedelta(days=1)
    town.session.commit()
    assert ahead(town)[2] == ((new.number, town.now + timedelta(days=1)),)
