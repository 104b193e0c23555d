"""What a row in hand answers: by its columns, its answers, its whole, its unit - and over all of them what is given."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.routing.facts import case_fields, starting
from model import Part
from tests.routing.samples import ANN, BEN, BLUE, CAT, LAB, RED, SAFETY, TOP, facts, holding, organisation, subject
from tests.workflow.town import routine

TEXT = """
flows:
  case:
    label: Case
    when: {kind_of: here}
    see: desk
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description, chosen], optional: [unit, severity, topic, keeper, keepers, elsewhere, like, alike, mark], assign: desk}
      judge: {label: Judge, from: open, to: same, by: desk, set: {judged: ticked, judged_as: good}}
      close: {label: Close, from: open, to: shut, by: desk}
  job:
    label: Job
    part of: case
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: desk, fields: [owner, note]}
      finish: {label: Finish, from: begun, to: done, by: owner}
guards:
  is_grave: {needs: {severity: high}, says: It isn't grave.}
fields:
  severity: {choices: {low: Low, high: High}}
  topic: {label: Topic, choices: {conduct: {label: Conduct, choices: {driver: Driver, check: Check}}, late: Late}}
  kind_of: {label: Where, choices: {here: Here, there: There}, default: here}
  judged: {type: tick, label: Judged, default: ticked}
  judged_as: {label: Judged as, choices: {good: Good, bad: Bad}, default: bad}
  chosen: {label: Chosen, choices: {one: One, two: Two}, default: one}
  elsewhere: {type: unit, many: true, label: Other units}
  keeper: {type: person, label: Keeper}
  keepers: {type: person, many: true, label: Keepers}
  like: {type: case, label: Like}
  alike: {type: case, many: true, label: Alike}
  wait: {type: length, label: Wait, of: unit, default: 7 days}
  mark: {label: Mark}
  note: {label: Note}
  owner: {}
"""
ROUTINE = routine(TEXT)
PLACE = organisation(holding(ANN, "contact", LAB))


def known(**row):
    others = row.pop("others", ())
    return facts(ROUTINE, PLACE, subject(**row), answers=row.pop("given", None), others=others)


def given(over, **row):
    return facts(ROUTINE, PLACE, subject(**row), answers=over)


@pytest.mark.parametrize(
    ("field", "row", "value"),
    [
        ("unit", {"unit_id": RED}, "red"),
        ("unit", {}, None),
        ("area", {"area_id": SAFETY}, "safety"),
        ("area", {}, None),
        ("title", {"title": "Cold"}, "Cold"),
        ("title", {}, None),
        ("description", {"description": "It is cold."}, "It is cold."),
        ("severity", {"severity": "high", "answers": {"severity": "low"}}, "high"),
        ("language", {"language": "nn"}, "nn"),
        ("reporter_kind", {"reporter_kind": "student"}, "student"),
        ("reporter", {"reporter_id": ANN}, ANN),
        ("entered_by", {"entered_by_id": BEN}, BEN),
        ("owner", {"owner_id": CAT}, CAT),
        ("due_on", {"due_on": date(2026, 4, 1)}, "2026-04-01"),
        ("due_on", {}, None),
        ("state", {}, "open"),
        ("handler", {"handler": "desk::"}, "desk::"),
        ("number", {}, "2026-7"),
        ("round", {"round": 3}, "3"),
        ("submitted_on", {"submitted_at": datetime(2026, 3, 1, 23, 30, tzinfo=UTC)}, "2026-03-02"),
        ("mark", {"answers": {"mark": "x"}}, "x"),
        ("mark", {}, None),
        ("wait", {"unit_id": LAB}, "2 days"),
        ("wait", {"unit_id": BLUE, "answers": {"wait": "1 day"}}, "9 days"),
        ("wait", {}, "9 days"),
    ],
)
def test_an_answer_is_where_its_field_is_kept(field, row, value):
    assert known(**row).value(field) == value
    part = facts(ROUTINE, PLACE, subject(Part, flow="job", state="begun", number="2026-7-1", whole=subject(**row)))
    own = {"state": "begun", "number": "2026-7-1", "round": "1", "owner": None, "submitted_on": None}
    if field != "submitted_on":
        assert part.value(field) == own.get(field, value)


def test_what_is_given_lies_over_what_is_kept():
    case = given({"unit": "blue", "severity": None, "mark": "y"}, unit_id=RED, severity="high", answers={"mark": "x"})
    assert [case.value(name) for name in ("unit", "severity", "mark", "wait")] == ["blue", None, "y", "9 days"]
    assert case.unit_id == BLUE
    more = case.with_answers({"mark": "z", "area": "safety"})
    assert [more.value(name) for name in ("unit", "mark", "area")] == ["blue", "z", "safety"]
    assert (more.area_id, case.area_id, case.value("mark")) == (SAFETY, None, "y")
    assert more.subject is case.subject
    assert given({"unit": "nowhere", "area": "nothing"}).unit_id is given({"area": "nothing"}).area_id is None


def test_before_there_is_a_case_only_what_is_given_is_known():
    new = facts(ROUTINE, PLACE, answers={"severity": "high"})
    assert [new.value(name) for name in ("severity", "state", "unit", "owner", "round")] == [
        "high",
        None,
        None,
        None,
        None,
    ]
    assert (new.state, new.finished, new.whole, new.unit_id) == ("", False, None, None)
    assert new.shut_out == frozenset()
    assert not new.has_done("submit", None)
    assert not new.shuts_out(ANN)
    part = known(severity="low", answers={"mark": "x"}).new_part("job")
    assert (part.value("severity"), part.value("mark"), part.value("note"), part.state) == ("low", "x", None, "")


def test_a_state_is_final_as_the_flow_says_or_else_as_the_row_does():
    assert [known(state=state).finished for state in ("open", "shut")] == [False, True]
    assert [known(state="of before", finished=so).finished for so in (True, False)] == [True, False]
    assert known(state="open", finished=True).finished is False


@pytest.mark.parametrize(
    ("field", "row", "names", "so"),
    [
        ("unit", {"unit_id": LAB}, {"lab"}, True),
        ("unit", {"unit_id": LAB}, {"red"}, True),
        ("unit", {"unit_id": LAB}, {"faculty"}, True),
        ("unit", {"unit_id": LAB}, {"blue"}, False),
        ("unit", {"unit_id": RED}, {"lab"}, False),
        ("unit", {}, {"top"}, False),
        ("elsewhere", {"answers": {"elsewhere": ["blue", "lab"]}}, {"department"}, True),
        ("elsewhere", {"answers": {"elsewhere": ["blue", "of before"]}}, {"of before"}, True),
        ("elsewhere", {"answers": {"elsewhere": ["blue"]}}, {"red"}, False),
        ("mark", {"answers": {"mark": "lab"}}, {"red"}, False),
        ("mark", {"answers": {"mark": "lab"}}, {"lab"}, True),
        ("topic", {"answers": {"topic": "driver"}}, {"conduct"}, True),
        ("topic", {"answers": {"topic": "driver"}}, {"check", "late"}, False),
        ("topic", {}, {"None"}, False),
        ("owner", {"owner_id": CAT}, {str(CAT)}, True),
        ("keepers", {"answers": {"keepers": [ANN, BEN]}}, {str(BEN)}, True),
        ("severity", {"severity": "high"}, {"low"}, False),
        ("nothing", {"answers": {"nothing": "x"}}, {"x"}, True),
    ],
)
def test_an_answer_counts_as_what_lies_above_it(field, row, names, so):
    assert known(**row).is_one_of(field, frozenset(names)) is so


def test_people_are_one_or_several_and_at_home_where_the_first_is():
    case = known(answers={"keeper": ANN, "keepers": [BEN, ANN]}, owner_id=CAT)
    assert [case.people_in(name) for name in ("keeper", "keepers", "owner", "reporter")] == [
        (ANN,),
        (BEN, ANN),
        (CAT,),
        (),
    ]
    assert [case.home_of(name) for name in ("keeper", "keepers", "owner", "reporter")] == [RED, BLUE, None, None]
    assert known(answers={"keeper": str(ANN)}).people_in("keeper") == (ANN,)


def test_joined_cases_are_those_that_there_are():
    first, second = subject(number="2026-8"), subject(number="2026-9", severity="high")
    case = known(answers={"like": "2026-8", "alike": ["2026-9", "2026-1", "2026-8"]}, others=(first, second))
    assert [each.subject for each in case.parts("like")] == [first]
    assert [each.subject for each in case.parts("alike")] == [second, first]
    assert list(known(others=(first,)).parts("like")) == []
    assert next(case.parts("alike")).value("severity") == "high"


def test_a_joined_case_is_seen_by_the_routine_in_hand_unless_it_lacks_the_flow():
    other = subject(number="2026-8")
    joining = known(answers={"like": "2026-8"}, others=(other,))
    theirs = joining.world.case("2026-8")
    assert next(joining.parts("like")) is not theirs
    assert next(joining.parts("like")).subject is other
    lacks = replace(
        joining.routine, flows={name: flow for name, flow in joining.routine.flows.items() if name == "job"}
    )
    part = facts(lacks, PLACE, subject(Part, flow="job", answers={}, state="begun"))
    part.answers, part.world = {"like": "2026-8"}, replace(part.world, case=joining.world.case)
    assert next(part.parts("like")) is theirs


def test_a_part_is_no_case_and_a_case_no_part():
    part = subject(Part, flow="job", state="begun")
    case = subject(parts=[part, subject(Part, flow="errand", state="begun")])
    inside = list(facts(ROUTINE, PLACE, case).parts("job"))
    assert [each.subject for each in inside] == [part]
    assert inside[0].whole.subject is case
    of_part = facts(ROUTINE, PLACE, part)
    assert list(of_part.parts("job")) == []
    assert of_part.whole is of_part.whole
    assert (of_part.whole.subject, of_part.whole.flow.name) == (case, "case")


DONE = {"submit": {"at": 1, "by": [ANN]}, "judge": {"at": 4, "by": [BEN, ANN]}, "close": {"at": None, "by": [CAT]}}


@pytest.mark.parametrize(
    ("transition", "since", "so"),
    [
        ("submit", None, True),
        ("close", None, False),
        ("never", None, False),
        ("judge", "submit", True),
        ("submit", "judge", False),
        ("judge", "judge", False),
        ("judge", "close", True),
        ("judge", "never", True),
        ("close", "submit", False),
    ],
)
def test_what_was_done_after_what(transition, since, so):
    assert known(done=DONE).has_done(transition, since) is so


def test_who_did_it_each_once():
    case = known(done=DONE)
    assert case.made("judge") == (BEN, ANN)
    assert case.made("anything") == (ANN, BEN, CAT)
    assert case.made("never") == facts(ROUTINE, PLACE).made("submit") == ()


def test_who_is_shut_out_of_a_case_is_so_of_its_new_parts():
    case = known(excluded=f",contact~{TOP},@{BEN},")
    assert case.shut_out == {f"contact~{TOP}", f"@{BEN}"}
    assert [case.shuts_out(who) for who in (ANN, BEN, CAT, None)] == [True, True, False, False]
    assert case.new_part("job").shuts_out(BEN)
    part = facts(ROUTINE, PLACE, subject(Part, flow="job", state="begun", excluded=f",@{CAT},", whole=case.subject))
    assert [part.shuts_out(who) for who in (BEN, CAT)] == [False, True]
    assert not known().shuts_out(ANN)


def test_a_flow_starts_with_the_defaults_that_it_sets_or_tests_and_nobody_asks_for():
    assert starting(ROUTINE, "case") == {"kind_of": "here", "judged": True, "judged_as": "bad"}
    assert starting(ROUTINE, "job") == {}
    assert case_fields(ROUTINE) == ("like", "alike")
    assert known().guard("is_grave") == ROUTINE.guards["is_grave"].needs
    assert known().today == date(2026, 3, 2)
