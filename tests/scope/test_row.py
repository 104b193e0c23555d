"""Where the database keeps each answer of each kind of row, and what it finds by it."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased

from app.scope import row
from app.scope.row import Undecidable, below, isnt
from model import Person, Subject

FLOWS = ["case", "wish", "job", "errand"]
TEXTS = ["number", "state", "round", "handler", "due_on", "title", "description", "severity", "language"]
TEXTS += ["reporter_kind", "topic", "note", "mark", "amount", "seen_on", "like"]


def answers(both, flow, field):
    """What each row of the flow answers, by its id."""
    return {row.id: both.facts[row.id].value(field) for row in both.rows if row.flow == flow}


def kept(both, flow, column):
    return dict(both.session.execute(select(Subject.id, column).where(Subject.flow == flow)).tuples().all())


@pytest.mark.parametrize("field", TEXTS)
def test_an_answer_is_kept_as_text_by_the_row_itself_or_by_its_whole(both, field):
    some = set()
    for flow in FLOWS:
        found = {key: value or None for key, value in kept(both, flow, both.row(flow).text(field)).items()}
        assert found == {key: value or None for key, value in answers(both, flow, field).items()}
        some.update(found.values())
    assert some != {None}


@pytest.mark.parametrize("field", ["kinds", "witnesses", "elsewhere", "alike"])
def test_several_answers_are_kept_as_a_list(both, field):
    found = {flow: kept(both, flow, both.row(flow).text(field)) for flow in FLOWS}
    for flow in FLOWS:
        assert {key: json.loads(value or "null") for key, value in found[flow].items()} == answers(both, flow, field)
    assert any(found["job"].values())


@pytest.mark.parametrize("field", ["reporter", "entered_by", "owner"])
def test_people_with_a_column_of_their_own_are_kept_by_their_ids(both, field):
    for flow in FLOWS:
        assert kept(both, flow, both.row(flow).column(field)) == answers(both, flow, field)


@pytest.mark.parametrize(("field", "names"), [("unit", "units"), ("area", "areas")])
def test_units_and_areas_are_kept_by_their_ids(both, field, names):
    called = {None: None, **{key: each.name for key, each in getattr(both.organisation, names).items()}}
    for flow in FLOWS:
        found = kept(both, flow, both.row(flow).column(field))
        assert {key: called[value] for key, value in found.items()} == answers(both, flow, field)


def test_a_number_is_read_from_the_answer(both):
    found = [value for flow in FLOWS for value in kept(both, flow, both.row(flow).number("amount")).values()]
    assert set(found) == {None, 2.0, 2.5}
    for flow in FLOWS:
        assert not any(kept(both, flow, both.row(flow).number("topic")).values())


def test_when_it_was_reported_is_a_day_that_no_column_tells(both):
    with pytest.raises(Undecidable):
        both.row("case").column("submitted_on")


@pytest.mark.parametrize("field", ["keeper", "witnesses", "reporter", "owner"])
def test_rows_are_found_by_what_the_people_in_them_are_called(both, field):
    several = [[name] for name in both.town.people] + [["olga", "bess"], ["dora", "rita", "stig"], []]
    everything = set()
    for names in several:
        people = {both.town.people[name] for name in names}
        for flow in FLOWS:
            found = both.found(both.row(flow).names_person(field, Person.id, Person.name.in_(names)))
            those = {key for key in both.of_flow(flow) if people.intersection(both.facts[key].people_in(field))}
            assert found & both.of_flow(flow) == those, (names, flow)
            everything |= those
    assert everything


def test_an_answer_is_found_from_within_another_question(both):
    """What a part has from its whole is its own whole's, however deep in a question the part is asked about."""
    part, person = aliased(Subject), aliased(Person)
    row = both.row("job", part)
    asked = select(person.id).where(row.holds_one("severity", {"high"})).exists()
    found = set(both.session.scalars(select(part.id).where(part.flow == "job", asked)))
    assert found == {key for key, value in answers(both, "job", "severity").items() if value == "high"}
    assert found not in (set(), both.of_flow("job"))


@pytest.mark.parametrize(("field", "cast"), [("round", True), ("due_on", True), ("severity", False)])
def test_what_is_no_text_is_compared_as_text(both, field, cast):
    """PostgreSQL compares nothing else with one; SQLite would."""
    asked = both.row("job").holds_one(field, {"2"}).compile(dialect=postgresql.dialect())
    assert ("CAST" in str(asked)) is cast


def test_none_of_no_values_is_the_answer(both):
    assert both.found(both.row("case").holds_one("severity", set())) == set()
    assert both.found(isnt(both.row("case").holds_one("severity", set()))) == {row.id for row in both.rows}


def test_what_is_no_id_is_no_unit(both):
    assert both.found(both.row("case").holds_one("unit", {"red", "-1"})) == set()


def test_what_is_missing_does_not_hold(both):
    high = both.row("case").holds_one("severity", {"high"})
    every = {row.id for row in both.rows}
    assert (
        both.found(isnt(high)) == every - both.found(high) > both.found(both.row("case").holds_one("severity", {"low"}))
    )


def test_cases_are_joined_by_the_field_that_names_them_alone(both):
    for field in ("like", "alike"):
        for key in both.of_flow("case"):
            query = both.row("case").joined(field, lambda other: other.table.number.is_not(None))
            named = both.facts[key].value(field) or []
            ids = set(both.session.scalars(query.where(Subject.id == key)))
            numbers = {named} if isinstance(named, str) else set(named)
            assert {row.number for row in both.rows if row.id in ids} == numbers


def test_what_a_query_calls_its_rows_is_made_once_and_another_within_it():
    whole = below(Subject, Subject, "above")
    assert below(Subject, Subject, "above") is whole
    assert len({whole, below(whole, Subject, "above"), below(Subject, Subject, "joined"), Subject}) == 4


def test_who_sees_what_is_asked_by_names_that_are_there(both, monkeypatch):
    """SQLAlchemy takes a millisecond for a new one: dozens of them were most of a reader's first page."""
    people = list(both.town.people.values())
    both.town.context.viewer(people[0]).visible()
    monkeypatch.setattr(row, "aliased", lambda _model: pytest.fail("made anew"))
    for person in people:
        both.town.context.viewer(person).visible()
