"""What is counted: which cases, by which fields, and how answers that are alike are counted together."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from statistics import median

import pytest
from sqlalchemy import false, select, true

from app.figures.timing import timings
from app.language.conditions import ClockIs, Is
from app.workflow import counting
from app.workflow.counting import Choice, count, lasted, timed, valued
from model import Subject

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [severity, due_on, owner, cost, hurt, kinds, note], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
    clocks:
      answer: {start: submit, runs: 3 days}
  job:
    label: Job
    part of: case
    states: {given: {label: Given}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: given, by: desk, fields: [description, owner], optional: [cost]}
      finish: {label: Finish, from: given, to: done, by: owner}
fields:
  severity: {choices: {low: Low, high: High}}
  cost: {label: Cost, type: number}
  hurt: {label: Hurt, type: tick}
  kinds: {label: Kinds, many: true, choices: {red: Red, blue: Blue}}
  note: {label: Note}
guards:
  late: {needs: {over: answer}, says: Late.}
"""
ALL = Choice(true())


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def counted(town, *names, **choice):
    found = count(town.context, names, choice=Choice(choice.pop("scope", true()), **choice))
    return [tuple(row.values()) for row in found]


def test_every_column_can_be_counted_by(town):
    rita = town.people["rita"]
    case = town.report(severity="low", due_on="2026-04-03", owner=rita)
    town.add(case, "dora", description="Mend it.", owner=rita)
    case.entered_by_id = town.people["dora"]
    town.session.commit()
    found = {name: counted(town, name) for name in counting.COLUMNS}
    assert found.pop("due_on") == [(case.due_on, 1)]
    assert found == {
        "unit": [("red", 1)],
        "area": [("teaching", 1)],
        "state": [("open", 1)],
        "severity": [("low", 1)],
        "round": [(1, 1)],
        "flow": [("case", 1)],
        "language": [("nb", 1)],
        "reporter_kind": [("student", 1)],
        "handler": [(case.handler, 1)],
        "title": [("It is cold here", 1)],
        "owner": [(rita, 1)],
        "reporter": [(town.people["stig"], 1)],
        "entered_by": [(town.people["dora"], 1)],
    }


def test_by_default_units_areas_and_states_are_counted_most_first(town):
    for unit in ("blue", "red", "red"):
        town.report(unit=unit)
    assert count(town.context, choice=ALL) == [
        {"unit": "red", "area": "teaching", "state": "open", "count": 2},
        {"unit": "blue", "area": "teaching", "state": "open", "count": 1},
    ]


def test_a_part_counts_at_its_wholes_unit_and_only_where_its_flow_is_named(town):
    case = town.report(unit="blue", area="safety")
    town.add(case, "dora", description="Mend it.", owner=town.people["rita"])
    assert counted(town, "flow", "unit", "area") == [("case", "blue", "safety", 1)]
    assert counted(town, "flow", "unit", "area", of=("job",)) == [("job", "blue", "safety", 1)]
    assert counted(town, "unit", of=("job", "case")) == [("blue", 2)]
    assert counted(town, "unit", scope=false()) == []


def test_what_was_reported_in_a_while_is_counted_from_its_start_until_its_end(town):
    town.report()
    start = town.now
    second = timedelta(seconds=1)
    assert counted(town, "state", since=start) == [("open", 1)]
    assert counted(town, "state", since=start + second) == []
    assert counted(town, "state", until=start) == []
    assert counted(town, "state", until=start + second) == [("open", 1)]


def test_a_condition_on_a_clock_is_asked_of_each_case(town):
    town.report(unit="blue")
    closed = town.report()
    town.do(closed, "dora", "close")
    town.now += timedelta(days=9)
    late = ClockIs("answer", "over")
    assert counted(town, "unit", when=late) == [("blue", 1)]
    assert counted(town, "unit", when=late, scope=Subject.id == closed.id) == []
    assert counted(town, "unit", when=late, of=("job",)) == []
    assert counted(town, "state", when=town.context.routine.guards["late"].needs) == [("open", 1)]


def test_answers_that_are_alike_are_counted_together(town):
    one = town.report(cost="10", hurt=True, kinds=["red", "blue"], note="7")
    other = town.report(cost="10.0", kinds=["red"], note="7.0")
    other.answers = {**other.answers, "kinds": ["blue", "red"], "hurt": False}
    town.report(cost="1E+1")
    town.session.commit()
    assert counted(town, "cost") == [("10", 3)]
    assert sorted(counted(town, "hurt"), key=str) == [(False, 1), (None, 1), (True, 1)]
    assert sorted(counted(town, "kinds"), key=str) == [(("blue", "red"), 2), (None, 1)]
    assert sorted(counted(town, "note"), key=str) == [("7", 1), ("7.0", 1), (None, 1)], "a text is no number"
    one.answers = {**one.answers, "kinds": []}
    other.answers = {**other.answers, "kinds": ""}
    town.session.commit()
    assert counted(town, "kinds") == [(None, 3)], "no answer is no answer"


@pytest.mark.parametrize(
    ("value", "read"), [(None, None), ("", ""), ("10", "10"), ("10.50", "10.5"), ("1E+3", "1000"), ("much", "much")]
)
def test_a_number_is_counted_as_it_is_said(value, read):
    assert counting._number(value) == read


@pytest.mark.parametrize(
    ("value", "read"), [("true", True), ("1", True), ("false", False), ("0", False), (None, None), ("x", None)]
)
def test_a_tick_is_read_as_any_database_writes_it(value, read):
    assert counting._tick(value) is read


@pytest.mark.parametrize(
    ("value", "read"),
    [(None, None), ("", None), ("[]", None), ("one", "one"), ('["b", "a"]', ("a", "b")), ("[2, 10]", (10, 2))],
)
def test_several_answers_are_one_combination(value, read):
    assert counting._several(value) == read


def test_each_run_of_a_clock_is_given_with_the_answers(town):
    case = town.report(hurt=True)
    town.report(unit="blue")
    start = town.now
    town.now += timedelta(days=1)
    town.do(case, "dora", "close")
    case.clocks[0].extended = True
    town.session.commit()
    found = dict(timed(town.context, ["unit", "hurt"], "answer", ALL))
    assert found.keys() == {("red", True), ("blue", None)}
    run = found["red", True]
    assert (run.started, run.due, run.stopped, run.extended) == (start, case.clocks[0].due_at, town.now, True)
    other = found["blue", None]
    assert (other.stopped, other.extended) == (None, False)
    assert list(timed(town.context, ["unit"], "no such clock", ALL)) == []
    assert next(timed(town.context, ["unit"], "answer", Choice(Subject.id == case.id)))[0] == ("red",)


def test_each_answer_is_given_with_the_answers_beside_it(town):
    town.report(cost="10.0", hurt=True)
    town.report(unit="blue", cost="", hurt=None)
    assert list(valued(town.context, ["unit"], "cost", ALL)) == [(("red",), "10")]
    assert list(valued(town.context, ["unit", "area"], "hurt", ALL)) == [(("red", "teaching"), True)]
    assert [Decimal(value) for _, value in valued(town.context, [], "cost", ALL)] == [Decimal(10)]
    other = town.report()
    other.answers = {**other.answers, "hurt": False}
    town.session.commit()
    assert len(list(valued(town.context, ["unit"], "hurt", ALL))) == 1, "what isn't ticked is no answer"


def test_what_is_chosen_is_narrowed_to_the_condition(town):
    town.report(severity="low")
    high = town.report(severity="high")
    when = town.context.routine.flows["case"].when
    assert (
        len(town.session.scalars(counting.chosen(select(Subject), town.context, Choice(true(), when=when))).all()) == 2
    )
    only = Choice(true(), when=Is("severity", frozenset({"high"})))
    assert town.session.scalars(counting.chosen(select(Subject), town.context, only)).all() == [high]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("of", [(), ("case",)])
def test_runs_counted_by_the_database_are_those_counted_one_by_one(settle_on_both, seed, of):
    """How many were in time, late, are overdue or still run; and how long the middle one took."""
    town = settle_on_both(ROUTINE)
    chance, now = Random(seed), town.context.now  # noqa: S311 - nothing secret
    for _ in range(chance.randrange(1, 9)):
        [clock] = town.report(severity="low").clocks
        clock.started_at = now - timedelta(days=chance.randrange(20, 40), seconds=chance.randrange(86_400))
        clock.due_at = now + timedelta(days=chance.randrange(-9, 9)) if chance.random() < 0.8 else None
        clock.stopped_at = now - timedelta(days=chance.randrange(0, 15)) if chance.random() < 0.7 else None
        clock.extended = chance.random() < 0.3
    town.session.commit()
    choice = Choice(true(), of)
    runs = [run for _, run in timed(town.context, (), "answer", choice)]
    ended = [run for run in runs if run.stopped]
    late = [run for run in runs if run.due and (run.stopped or now) > run.due]
    [told] = timings({"answer": "Answer"}, lasted(town.context, ["answer"], choice))
    finished_late = sum(run.stopped is not None for run in late)
    assert (told.in_time, told.late) == (len(ended) - finished_late, finished_late)
    assert (told.overdue, told.all) == (len(late) - finished_late, len(runs))
    assert told.extended == sum(run.extended for run in runs)
    days = [(run.stopped - run.started) / timedelta(days=1) for run in ended]
    assert told.days == (pytest.approx(median(days), abs=1 / 24) if days else None)
