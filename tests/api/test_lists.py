from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from app.web.database import db
from app.workflow import finding
from app.workflow.context import Context
from model import Case, Part, Person
from tests.house import session_of
from tests.matrix.world import SECRETS


def all_of(program, path, **query):
    """The numbers of every page, forwards and then back again."""
    program.get(path, **query)
    numbers = [[row["number"] for row in program.json["rows"]]]
    while program.json["next"]:
        program.get(program.json["next"].removeprefix("/api/v1"))
        numbers.append([row["number"] for row in program.json["rows"]])
    for page in reversed(numbers[:-1]):
        program.get(program.json["previous"].removeprefix("/api/v1"))
        assert [row["number"] for row in program.json["rows"]] == page
    return [number for page in numbers for number in page]


@pytest.mark.parametrize("sort", ["due_at", "-due_at", "submitted_at", "-number"])
def test_pages_follow_one_another_without_gap_or_repetition(program, sort):
    quality = program("quality_ie")
    whole = all_of(quality, "/cases", sort=sort, size=100)
    assert len(whole) == len(set(whole)) == 4
    assert all_of(quality, "/cases", sort=sort, size=1) == whole
    assert all_of(quality, "/cases", sort=sort, size=3) == whole


def test_a_page_says_how_many_there_are(program):
    quality = program("quality_ie")
    quality.get("/cases", size=1)
    assert (quality.json["count"], quality.json["count_is_exact"], quality.json["previous"]) == (4, True, None)


def test_the_list_is_narrowed_as_the_page_is(program):
    quality = program("quality_ie")
    assert {quality.get("/cases", state="closed"), len(quality.json["rows"])} == {200, 1}
    assert {quality.get("/cases", tab="mine"), len(quality.json["rows"])} == {200, 3}
    assert {quality.get("/cases", q="no such word"), len(quality.json["rows"])} == {200, 0}


@pytest.mark.parametrize(
    "query",
    [
        {"size": "0"},
        {"size": "101"},
        {"size": "-1"},
        {"size": "1e3"},
        {"after": "x"},
        {"before": "9" * 20},
        {"sort": "title"},
        {"sort": "password"},
        {"tab": "nobody"},
        {"unit": "no_such_unit"},
        {"area": "no_such_area\0"},
        {"handler": "1"},
        {"lang": "xx"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused_and_not_answered_without_it(program, query):
    quality = program("quality_ie")
    assert quality.get("/cases", **query) == 400
    assert next(iter(query)) in quality.json["detail"]


def test_the_list_is_narrowed_by_the_routines_own_fields(program):
    quality = program("quality_ie")
    assert {quality.get("/cases", **{"field.severity": "low"}), len(quality.json["rows"])} == {200, 3}
    assert {quality.get("/cases", **{"field.severity": "high"}), len(quality.json["rows"])} == {200, 0}
    assert quality.get("/cases", **{"field.severity": "enormous"}) == 400
    assert quality.get("/cases", **{"field.no_such_field": "x"}) == 400
    told = quality.document()["paths"]["/api/v1/cases"]["get"]["parameters"]
    assert {"q", "tab", "field.severity"} <= {each["name"] for each in told}


def test_another_units_cases_are_in_no_list(program):
    other = program("quality_iv")
    for query in ({}, {"q": "sentence"}, {"unit": "ie"}, {"state": "closed"}, {"size": 100}):
        other.get("/cases", **query)
        assert SECRETS["quality"] not in other.answer.text
    assert other.get("/cases", unit="ie") == 200
    assert not other.json["rows"]


def test_one_held_to_some_fields_reads_those_alone(program, numbers):
    owner = program("head_idi")
    owner.get("/cases")
    [row] = owner.json["rows"]
    assert row["number"] == numbers["quality", "with_actions"]
    assert set(row["fields"]) == {"unit", "area"}
    assert [row[name] for name in ("title", "handler", "next_step", "due_at", "submitted_at")] == [None] * 5


def test_who_reported_is_in_no_answer(program):
    for who in ("quality_ie", "desk"):
        program(who).get("/cases")
    quality = program("quality_ie")
    quality.get("/cases")
    assert not [row for row in quality.json["rows"] if "reporter" in row["fields"] or "entered_by" in row["fields"]]
    assert "student" not in quality.answer.text


def test_actions_are_listed_with_the_case_one_sees(program, numbers):
    owner = program("head_idi")
    owner.get("/actions", tab="mine")
    assert {row["state"]["name"] for row in owner.json["rows"]} == {"assigned", "accepted", "clarifying"}
    assert {row["case"] for row in owner.json["rows"]} == {numbers["quality", "with_actions"]}
    owner.get("/actions", q=numbers["quality", "action", "completed"])
    assert [row["fields"]["result"]["value"] for row in owner.json["rows"]] == ["Done."]


def test_the_lists_scope_can_be_asked_without_a_request(full_house, program):
    quality = program("quality_ie")
    with session_of(full_house) as session:
        here = Context.open(session, datetime.now(UTC))
        me = session.query(Person).filter_by(name="quality_ie").one().id
        found = {kind: finding.numbers(here, here.viewer(me), kind) for kind in (Case, Part)}
    assert found[Case] == set(all_of(quality, "/cases"))
    assert found[Part] == set(all_of(quality, "/actions"))


@pytest.mark.parametrize("path", ["/cases", "/actions"])
def test_a_list_costs_the_same_however_many_rows_it_has(full_house, program, path):
    quality, costs = program("quality_ie"), []
    asked = []
    with full_house.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    quality.get(path, size=100)
    for size in (2, 100):
        asked.clear()
        quality.get(path, size=size)
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 6
