"""The coverage grid says what the router does, where nobody is there, and which routing rows are of no use."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from app.change import coverage as covering
from app.change.coverage import coverage, holes, new_holes
from app.change.reach import new_case
from app.change.routing_rows import closed_areas, row_faults
from app.language import plain
from app.language.conditions import ALWAYS, holds
from app.language.parties import InRole
from app.routing.organisation import AreaCopy, Organisation, Row, UnitCopy
from app.routing.parties import Lookup
from app.workflow.context import Context
from model import Area, Assignment, Away, ConfigurationVersion, Person, Role, RoutingRow, Unit
from tests.workflow.town import routine

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, boss, desk]
    states:
      open: {label: Open}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, description], optional: [unit, severity], assign: routing}
      end: {label: End, from: open, to: shut, by: handler}
fields:
  severity: {choices: {low: Low, high: High}}
  colours: {type: choice, many: true, label: Colours, choices: {green: Green, black: Black}}
  note: {type: text, label: Note}
guards:
  grave: {needs: {severity: high}, says: It is grave.}
"""
TODAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def changed(town):
    town.session.get_one(ConfigurationVersion, 1).version += 1
    town.session.commit()


def grid_of(town, now=TODAY):
    context = town.context
    return coverage(context.organisation, context.routine, now)


def told(town, now=TODAY):
    """(unit, area) -> kind and the function's unit."""
    grid = grid_of(town, now)
    units = grid.organisation.units
    return {
        (cell.unit.name, cell.area.name): (cell.kind, cell.role, units[cell.at].name if cell.at else None)
        for cell in grid.cells.values()
    }


def test_every_cell_is_what_the_router_says(town):
    context = town.context
    grid = covering.of(context)
    assert [unit.name for unit in grid.units] == ["top", "red", "red_lab", "blue"]
    assert [grid.levels[unit.id] for unit in grid.units] == [0, 1, 2, 1]
    for unit, area in product(grid.units, grid.areas):
        facts = context.facts_of_new("case", {"unit": unit.name, "area": area.name})
        assert grid.cell(unit.id, area.id).found == Lookup(facts).find(covering.ROUTING)
    assert [cell.area.name for cell in grid.row(grid.units[0].id)] == ["teaching", "safety"]


def test_each_kind_of_cell(town):
    found = told(town)
    assert found["red", "teaching"] == ("covered", "contact", "red")
    assert found["red_lab", "teaching"] == ("inherited", "contact", "red")
    assert found["blue", "teaching"] == ("warning", "contact", "blue")
    assert found["blue", "safety"] == ("fallen", "contact", "blue")
    assert found["top", "safety"] == ("fallen", "desk", "top")
    town.session.execute(delete(Assignment))
    changed(town)
    assert set(told(town).values()) == {("hole", "", None)}


def cell(town, unit, area, now=TODAY):
    grid = grid_of(town, now)
    organisation = grid.organisation
    return grid.cell(organisation.unit_by_name[unit].id, organisation.area_by_name[area].id)


def assignment(town, person):
    return town.session.scalars(select(Assignment).join(Assignment.person).where(Person.name == person)).one()


def test_somebody_alone_is_a_warning_and_two_are_not(town):
    assert [each.why for each in cell(town, "blue", "teaching").worries] == ["alone"]
    assert cell(town, "red", "teaching").worries == ()
    assert cell(town, "red", "teaching").stand_ins == 1
    assignment(town, "rolf").deputy = False
    changed(town)
    assert cell(town, "red", "teaching").worries == ()
    assert (len(cell(town, "red", "teaching").holders), cell(town, "red", "teaching").stand_ins) == (2, 0)


@pytest.mark.parametrize(("days", "warned"), [(0, True), (29, True), (30, False), (400, False)])
def test_an_end_within_thirty_days_is_a_warning(town, days, warned):
    last = TODAY.date() + timedelta(days=days)
    for name in ("rita", "rolf"):
        assignment(town, name).ends_on = last
    changed(town)
    found = [(each.why, each.on) for each in cell(town, "red", "teaching").worries]
    assert found == ([("ends", last + timedelta(days=1))] if warned else [])


def test_an_end_is_no_warning_while_somebody_is_left(town):
    assignment(town, "rita").ends_on = TODAY.date() + timedelta(days=3)
    changed(town)
    assert cell(town, "red", "teaching").worries == ()


def test_an_end_that_never_comes_is_no_warning(town):
    assignment(town, "rita").ends_on = date.max
    changed(town)
    assert cell(town, "red", "teaching").worries == ()


def test_everybody_away_soon_is_a_warning(town):
    away = TODAY.date() + timedelta(days=5)
    for name in ("rita", "rolf"):
        assignment(town, name).person.away = [Away(starts_on=away, ends_on=away)]
    changed(town)
    assert [(each.why, each.on) for each in cell(town, "red", "teaching").worries] == [("away", away)]


def test_another_day_is_another_grid(town):
    assignment(town, "bill").ends_on = TODAY.date()
    changed(town)
    assert told(town)["blue", "teaching"] == ("warning", "contact", "blue")
    assert told(town, TODAY + timedelta(days=1))["blue", "teaching"] == ("fallen", "desk", "top")


def test_a_person_by_name_covers(town):
    town.session.execute(delete(RoutingRow))
    town.session.add(RoutingRow(position=1, receiver={"who": "contact", "except": "desk"}))
    town.session.add(
        Assignment(person=assignment(town, "rita").person, role=_role(town, "desk"), unit=_unit(town, "red"))
    )
    changed(town)
    assert cell(town, "red", "teaching").kind == "hole"
    assignment(town, "rolf").deputy = False
    changed(town)
    assert (cell(town, "red", "teaching").kind, cell(town, "red", "teaching").role) == ("covered", "")


def _role(town, name):
    return town.session.scalars(select(Role).where(Role.name == name)).one()


def _unit(town, name):
    return town.session.scalars(select(Unit).where(Unit.name == name)).one()


def test_what_is_retired_is_left_out(town):
    _unit(town, "blue").retired = True
    town.session.scalars(select(Area).where(Area.name == "safety")).one().retired = True
    changed(town)
    grid = grid_of(town)
    assert [unit.name for unit in grid.units] == ["top", "red", "red_lab"]
    assert [area.name for area in grid.areas] == ["teaching"]


def test_a_row_that_names_what_the_routine_lacks_is_a_hole(town):
    town.session.execute(delete(RoutingRow))
    town.session.add(RoutingRow(position=1, condition="gone", receiver="desk"))
    changed(town)
    assert {kind for kind, _, _ in told(town).values()} == {"hole"}


# -- holes ---------------------------------------------------------------------


def test_holes_are_where_cases_come_from(settle):
    kinds = ROUTINE.replace("fields:\n", "fields:\n  unit: {choices: faculty}\n")
    town = settle(kinds)
    grid = grid_of(town)
    assert {grid.organisation.units[each].name for each in grid.possible} == {"red", "blue"}
    assert [(hole.unit, hole.area, hole.kind) for hole in holes(grid)] == [("blue", "safety", "fallen")]


def test_a_kind_that_no_unit_has_leaves_every_unit(settle):
    town = settle(ROUTINE.replace("fields:\n", "fields:\n  unit: {choices: castle}\n"))
    assert len(grid_of(town).possible) == 4


def test_only_new_holes_are_told(town):
    before = town.context
    assert new_holes(before, before) == []
    town.session.delete(assignment(town, "wanda"))
    changed(town)
    after = Context.open(town.session, TODAY)
    found = {(hole.unit, hole.area, hole.kind) for hole in new_holes(before, after)}
    assert found == {("red", "safety", "fallen"), ("red_lab", "safety", "fallen")}
    town.session.execute(delete(Assignment))
    changed(town)
    empty = town.context
    assert len(new_holes(after, empty)) == 8
    assert new_holes(empty, empty) == []
    assert new_holes(empty, after) == []


def test_a_door_closes_an_area(settle):
    town = settle(
        ROUTINE.replace("assign: routing}", "guards: [taught], assign: routing}").replace(
            "guards:\n  grave", "guards:\n  taught: {needs: {not: {area: safety}}, says: Ring.}\n  grave"
        )
    )
    grid = grid_of(town)
    assert [grid.organisation.areas[each].name for each in grid.closed] == ["safety"]
    assert all(hole.area != "safety" for hole in holes(grid))
    assert not grid.cell(grid.units[0].id, next(iter(grid.closed))).matters


def test_an_area_that_is_never_passed_on_is_closed(settle):
    text = """
flows:
  case:
    label: Case
    when: {area: [teaching, safety]}
    see: [reporter, desk]
    states:
      open: {label: Open}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, description], optional: [unit], assign: desk}
      pass_on: {label: Pass on, from: open, to: same, by: handler, guards: [taught], assign: routing}
      end: {label: End, from: open, to: shut, by: handler}
guards:
  taught: {needs: {area: teaching}, says: Not ours.}
"""
    context = settle(text).context
    assert closed_areas(context.organisation, context.routine) == {"safety"}
    context = settle(text.replace("assign: routing", "assign: boss")).context
    assert closed_areas(context.organisation, context.routine) == frozenset()
    context = settle(
        text.replace("[teaching, safety]", "[teaching]").replace("assign: routing", "assign: boss")
    ).context
    assert closed_areas(context.organisation, context.routine) == {"safety"}


# -- rows ----------------------------------------------------------------------


def organisation(*rows, roles=("desk", "boss"), **more):
    """Two units under a top one, three areas, and these rows as (condition, role)."""
    units = {
        1: UnitCopy(1, "top", "", {}, "top", None, {}),
        2: UnitCopy(2, "red", "", {}, "faculty", 1, {}),
        3: UnitCopy(3, "blue", "", {}, "faculty", 1, {}, retired=True),
    }
    areas = {n: AreaCopy(n, name, {}, {}, {}, {}, "", name == "past") for n, name in enumerate(("a", "b", "past"), 1)}
    kept = tuple(
        Row(
            at,
            ALWAYS if when is None else plain.condition(when),
            InRole(to) if isinstance(to, str) else plain.party(to),
        )
        for at, (when, to) in enumerate(rows)
    )
    return Organisation(1, units, areas, {role: {"en": role} for role in roles}, (), kept, None, **more)


RULES = routine(ROUTINE)


def faults(*rows, **more):
    return [(fault.row, fault.why, fault.name) for fault in row_faults(organisation(*rows, **more), RULES)]


def test_a_sound_table_has_no_faults():
    assert faults(({"area": "a"}, "desk"), (None, "boss")) == []
    assert faults(({"area": ["a", "b"]}, "desk"), ({"unit": "faculty"}, "desk"), (None, "boss")) == []


@pytest.mark.parametrize(
    ("rows", "dead"),
    [
        ([None, None], 2),
        ([None, {"area": "a"}, None], 2),
        ([{"area": ["a", "b"]}, {"area": "a"}, None], 2),
        ([{"area": "a"}, {"area": "b"}, {"area": ["a", "b"]}, None], 3),
        ([{"unit": "top"}, {"unit": "red"}, None], 2),
        ([{"unit": "faculty"}, {"all": [{"unit": "red"}, {"area": "a"}]}, None], 2),
        ([{"severity": "low"}, {"severity": "high"}, {"severity": "filled"}, None], 3),
        ([{"severity": "filled"}, {"not": {"severity": "empty"}}, None], 2),
        ([{"note": "filled"}, {"note": "empty"}, {"area": "a"}, None], 3),
        ([{"severity": "high"}, "grave", None], 2),
        ([{"colours": ["green", "black"]}, {"colours": "green"}, None], 2),
        ([{"done": "end"}, {"all": [{"done": "end"}, {"area": "a"}]}, None], 2),
        ([{"all": [{"area": "a"}, {"not": {"area": "a"}}]}, None], 1),
        ([{"area": "a"}, {"any": [{"area": "a"}, {"all": [{"severity": "low"}, {"severity": "high"}]}]}, None], 2),
    ],
)
def test_a_row_that_nothing_is_left_for_is_found(rows, dead):
    found = faults(*((row, "desk") for row in rows))
    assert (dead, "never", "") in found
    assert [fault for fault in found if fault[1] == "never" and fault[0] < dead] == []


@pytest.mark.parametrize(
    "rows",
    [
        [{"colours": "green"}, {"colours": "black"}, {"colours": "filled"}, None],
        [{"note": "filled"}, {"area": "a"}, None],
        [{"unit": "red"}, {"unit": "top"}, None],
        [{"area": "a"}, {"area": "b"}, {"area": "past"}, {"area": "empty"}, None],
        [{"done": "end"}, {"done": "submit"}, None],
        ["gone", {"area": "a"}, None],
        [{"every": "job", "area": "a"}, {"area": "a"}, None],
    ],
)
def test_a_row_that_something_may_be_left_for_is_left_alone(rows):
    assert [fault for fault in faults(*((row, "desk") for row in rows)) if fault[1] == "never"] == []


def test_a_table_too_tangled_to_judge_is_left_alone():
    """The second row says the same as the first, with what never holds before it to lead the search astray."""
    pairs = [{"all": [{f"here_{n}": "filled"}, {f"there_{n}": "filled"}]} for n in range(12)]
    never = {"all": [*({f"here_{n}": "filled"} for n in range(12)), {"here_0": "empty"}]}
    found = faults(({"any": pairs}, "desk"), ({"any": [never, *pairs]}, "desk"), (None, "desk"))
    assert [fault for fault in found if fault[1] == "never"] == []


def test_the_last_row_must_always_hold():
    assert faults(({"area": "a"}, "desk")) == [(1, "open", "")]
    assert faults() == [(0, "open", "")]


def test_names_that_are_gone_or_retired_are_told():
    assert faults(({"area": ["a", "past"]}, "desk"), (None, "desk")) == [(1, "retired", "past")]
    assert faults(({"unit": ["blue", "red", "faculty"]}, "desk"), (None, "desk")) == [(1, "retired", "blue")]
    assert faults(({"unit": "green"}, "desk"), (None, "desk"))[0] == (1, "unknown", "green")
    assert faults(({"colour": "green"}, "desk"), (None, "desk")) == [(1, "unknown", "colour")]
    assert faults(("gone", "desk"), (None, "desk")) == [(1, "unknown", "gone")]
    assert faults((None, "king")) == [(1, "unknown", "king")]
    assert faults((None, "desk"), retired_roles=frozenset({"desk"})) == [(1, "retired", "desk")]
    assert faults((None, {"first": ["king", "desk"]})) == [(1, "unknown", "king")]
    assert faults((None, {"who": "desk", "when": {"area": "past"}})) == [(1, "retired", "past")]


def test_unknown_parties_and_fields_are_told():
    from app.language.parties import InField, NamedParty, Several  # noqa: PLC0415 - only here

    copy = organisation((None, "desk"))
    odd = replace(copy, rows=(Row(1, ALWAYS, Several((InField("ghost"), NamedParty("crowd"), InField("owner")))),))
    assert [(f.why, f.name) for f in row_faults(odd, RULES)] == [("unknown", "ghost"), ("unknown", "crowd")]


def test_faults_are_told_in_words():
    found = row_faults(organisation(({"area": "past"}, "king"), ({"area": "past"}, "desk")), RULES)
    assert len({str(fault) for fault in found}) == 4
    assert "“king”" in " ".join(map(str, found))


AREAS = st.lists(st.sampled_from(["a", "b", "past"]), min_size=1, max_size=3, unique=True)
UNITS = st.lists(st.sampled_from(["top", "red", "blue", "faculty"]), min_size=1, max_size=2, unique=True)
LEVELS = st.sampled_from(["low", "high", "filled", "empty"])
CONDITIONS = st.recursive(
    st.one_of(
        AREAS.map(lambda names: {"area": names}),
        UNITS.map(lambda names: {"unit": names}),
        LEVELS.map(lambda name: {"severity": name}),
        st.just("grave"),
    ),
    lambda inner: st.one_of(
        inner.map(lambda each: {"not": each}),
        st.lists(inner, min_size=1, max_size=3).map(lambda those: {"all": those}),
        st.lists(inner, min_size=1, max_size=3).map(lambda those: {"any": those}),
    ),
    max_leaves=5,
)


@given(st.lists(CONDITIONS, min_size=1, max_size=6))
def test_dead_rows_are_those_that_no_case_ever_comes_to(conditions):
    copy = organisation(*((each, "desk") for each in conditions), (None, "boss"))
    reached = set()
    answers = product([None, *copy.unit_by_name], [None, *copy.area_by_name], [None, "low", "high"])
    for unit, area, severity in answers:
        facts = new_case(copy, RULES, TODAY).with_answers({"unit": unit, "area": area, "severity": severity})
        reached.add(next(number for number, row in enumerate(copy.rows, 1) if holds(row.when, facts)))
    dead = {fault.row for fault in row_faults(copy, RULES) if fault.why == "never"}
    assert dead == set(range(1, len(conditions) + 1)) - reached
