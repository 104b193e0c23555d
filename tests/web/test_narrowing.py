"""Filters, search, columns and order by a routine's own fields: what they find, and that they tell nothing hidden."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import with_expression

from app.web import narrowing
from app.web.extras import PREFIX, Extras
from app.workflow import finding
from model import Case, Part, Subject
from tests.workflow.conftest import (  # noqa: F401 - towns on each kind of database
    postgresql_empties,
    postgresql_empty,
    postgresql_town,
    settle_on_both,
    sqlite_empty,
    sqlite_town,
)
from tests.workflow.town import DATA

ALL_AREAS = DATA.replace(", area: safety", "")

ROUTINE = """
parties: {handlers: [handler, {who: contact, when: {state: shut}}]}
flows:
  case:
    label: Case
    see: [reporter, contact, keeper, {who: warden, at: anywhere, only: [number, cause, amount]}, {who: boss, at: anywhere, only: [number]}]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit:
        label: Report
        from: new
        to: open
        by: anyone
        fields: [area, description]
        optional: [unit, severity, cause, kinds, hurt, place_of, elsewhere, keeper, witnesses, amount, seen_on, like, words, hush]
        assign: desk
      close: {label: Close, from: open, to: shut, by: handler}
  job:
    label: Job
    part of: case
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: handler, fields: [owner, description, effort], optional: [due_on]}
      finish: {label: Finish, from: begun, to: done, by: owner}
fields:
  severity: {choices: {low: Low, high: High}, see: SEE}
  cause: {label: Cause, choices: {people: {label: People, choices: {trained: Trained, tired: Tired}}, machine: Machine}, see: SEE}
  kinds: {label: Kinds, many: true, choices: {red: Red, reddish: Reddish, blue: Blue}, see: SEE}
  hurt: {label: Somebody is hurt, type: tick, see: SEE}
  place_of: {label: Place, type: unit, see: SEE}
  elsewhere: {label: Elsewhere, type: unit, many: true, see: SEE}
  keeper: {label: Keeper, type: person, see: SEE}
  witnesses: {label: Witnesses, type: person, many: true, see: SEE}
  amount: {label: Amount, type: number, see: SEE}
  seen_on: {label: Seen, type: date, see: SEE}
  like: {label: Like, type: case, see: SEE}
  words: {label: Words, see: SEE}
  hush: {label: Hush, see: handler}
  effort: {label: Effort, type: number}
"""
SIGHTS = ["[handler, contact]", "handlers", "[keeper, {who: contact, when: {severity: high}}]"]
OPEN = ROUTINE.replace(", see: SEE", "")


def fill(town):
    """Cases with different answers to everything."""
    pick = town.people
    given = [
        {"severity": "high", "cause": "trained", "kinds": ["red", "blue"], "hurt": True, "amount": "9.5"},
        {"severity": "low", "cause": "machine", "kinds": ["reddish"], "amount": "10", "seen_on": "2026-02-28"},
        {"cause": "people", "place_of": "red_lab", "elsewhere": ["blue"], "seen_on": "2026-03-01", "amount": "-3"},
        {"place_of": "red", "keeper": pick["rita"], "witnesses": [pick["lena"], pick["bill"]], "amount": "1E+3"},
        {"keeper": pick["bill"], "unit": "blue", "words": "Åpen ventil", "hush": "Ventil", "hurt": True},
    ]
    made = [town.report(**answers) for answers in given]
    made.append(town.report(like=made[0].number, unit="blue", severity="high", amount="10.25"))
    town.do(made[1], "dora", "close")
    return made


def extras(town, who, *, parts=False):
    return Extras(town.context.viewer(town.people[who]), parts, town.context)


def asked(town, who, *, parts=False):
    """The filters that somebody has, by their names in the address."""
    return {
        each.name.removeprefix(PREFIX): each
        for each in narrowing.filters(town.context.viewer(town.people[who]), parts=parts)
    }


def found(town, who, name, value, *, parts=False):
    """Numbers of what the filter finds, within what the person may open."""
    clause = asked(town, who, parts=parts)[name].clause(value)
    assert clause is not None
    viewer, table = town.context.viewer(town.people[who]), Part if parts else Case
    return set(town.session.scalars(select(table.number).where(viewer.visible(), clause)))


@pytest.fixture
def town(settle_on_both):  # noqa: F811
    return settle_on_both(OPEN)


EVERY = [
    ("severity", "high", [0, 5]),
    ("cause", "people", [0, 2]),
    ("cause", "tired", []),
    ("kinds", "red", [0]),
    ("kinds", "reddish", [1]),
    ("hurt", "1", [0, 4]),
    ("hurt", "0", [1, 2, 3, 5]),
    ("place_of", "red", [2, 3]),
    ("place_of", "red_lab", [2]),
    ("elsewhere", "top", [2]),
    ("keeper", "rit", [3]),
    ("witnesses", "BILL", [3]),
    ("witnesses", "town.example", []),
    ("amount.from", "10", [1, 3, 5]),
    ("amount.from", "9,6", [1, 3, 5]),
    ("amount.to", "9.5", [0, 2]),
    ("seen_on.from", "2026-03-01", [2]),
    ("seen_on.to", "2026-02-28", [1]),
]


def test_each_kind_of_field_has_a_filter_that_finds_its_answers(town):
    made = fill(town)
    for name, value, which in EVERY:
        assert found(town, "dora", name, value) == {made[at].number for at in which}, (name, value)
    assert found(town, "dora", "like", made[0].number) == {made[5].number}


def test_what_means_nothing_is_left_out(town):
    filters = asked(town, "dora")
    for name, value in {
        "severity": "nothing",
        "cause": "' or 1=1",
        "hurt": "maybe",
        "place_of": "nowhere",
        "amount.from": "1e999999",
        "amount.to": "nan",
        "seen_on.from": "2026-02-30",
        "seen_on.to": "20260201",
    }.items():
        assert filters[name].clause(value) is None, name


def test_what_was_answered_when_a_field_was_of_another_type_breaks_nothing(town):
    case = town.report()
    odd = {"amount": "a dozen", "seen_on": "yesterday", "keeper": "Rita", "kinds": "red", "hurt": "x", "cause": 7}
    case.answers = {**case.answers, **odd}
    town.session.commit()
    assert found(town, "dora", "amount.from", "-1") == set()
    for name, value, _ in EVERY:
        found(town, "dora", name, value)
    assert [shown(town, "dora", case, name) for name in ("amount", "seen_on", "keeper")] == [
        "a dozen",
        "yesterday",
        "Rita",
    ]


def test_choices_are_told_with_the_branches_they_stand_on(town):
    filters = asked(town, "dora")
    assert ("tired", "People – Tired") in filters["cause"].choices()
    assert filters["cause"].shown("tired") == "Cause: People – Tired"
    assert [name for name, _ in filters["place_of"].choices()] == ["top", "red", "red_lab", "blue"]
    assert "reporter" not in filters


def test_parts_are_found_by_their_own_fields_only(town):
    case = fill(town)[0]
    ones = [
        town.add(case, "dora", owner=town.people[who], effort=n, description="Do")
        for who, n in (("rita", "2"), ("olga", "5"))
    ]
    assert set(asked(town, "dora", parts=True)) == {"owner", "effort.from", "effort.to", "due_on.from", "due_on.to"}
    assert found(town, "dora", "effort.from", "3", parts=True) == {ones[1].number}
    assert found(town, "dora", "owner", "olga", parts=True) == {ones[1].number}
    assert found(town, "rita", "effort.from", "1", parts=True) == {ones[0].number, ones[1].number}
    assert found(town, "olga", "effort.from", "1", parts=True) == {ones[1].number}


# -- nothing hidden is told ------------------------------------------------------


def readable(town, who, name):
    viewer = town.context.viewer(town.people[who])
    cases = (case for case in town.cases() if viewer.sees(town.facts(case)))
    return {case.number for case in cases if viewer.shows(name.partition(".")[0], town.facts(case))}


@pytest.mark.parametrize("see", SIGHTS)
def test_a_filter_finds_only_cases_in_which_one_may_read_its_field(settle_on_both, see):  # noqa: F811
    town = settle_on_both(ROUTINE.replace("SEE", see))
    made = fill(town)
    every = [*EVERY, ("like", made[0].number, [5])]
    for who in town.people:
        for name, value, which in every:
            may = readable(town, who, name)
            assert found(town, who, name, value) == {made[at].number for at in which} & may, (who, name, value)


def test_who_is_held_to_some_fields_finds_by_those(settle_on_both):  # noqa: F811
    town = settle_on_both(OPEN, data=ALL_AREAS)
    made = fill(town)
    assert found(town, "wanda", "cause", "people") == {made[0].number, made[2].number}
    assert found(town, "wanda", "amount.from", "0") == {made[at].number for at in (0, 1, 3, 5)}
    assert found(town, "wanda", "severity", "high") == found(town, "bess", "cause", "people") == set()
    assert found(town, "wanda", "hurt", "0") == found(town, "stig", "hurt", "0") == set()


def searched(town, who, text):
    clause = finding.searched(town.context, town.context.viewer(town.people[who]), Case, text)
    viewer = town.context.viewer(town.people[who])
    return set(town.session.scalars(select(Case.number).where(viewer.visible(parts=False), clause)))


def test_the_search_reads_no_more_than_the_reader(settle_on_both):  # noqa: F811
    town = settle_on_both(
        ROUTINE.replace(", see: SEE", "").replace("label: Words", "label: Words, see: [contact, handler]"),
        data=ALL_AREAS,
    )
    case = fill(town)[4]
    assert searched(town, "dora", "ventil Åpen cold") == {case.number}
    assert searched(town, "bill", "Åpen ventil") == {case.number}
    assert searched(town, "dora", "ventil " * 40) == {case.number}
    town.report(unit="blue", hush="Kran")
    assert len(searched(town, "dora", "kran")) == 1
    assert searched(town, "bill", "kran") == set(), "its own `see` leaves the contact out"
    assert searched(town, "stig", "cold") == set(), "the reporter has a page of their own"
    assert searched(town, "wanda", "cold") == set()
    assert searched(town, "wanda", case.number) == {case.number}
    assert searched(town, "dora", "%") == searched(town, "dora", "_") - {each.number for each in town.cases()} == set()


def rows(town, who, *names):
    """Cases that somebody may open, each with what they may read there."""
    own = extras(town, who)
    query = select(Case).where(own.viewer.visible(parts=False)).order_by(Case.id)
    query = query.options(with_expression(Case.readable, own.readable(names))).execution_options(populate_existing=True)
    return own, town.session.scalars(query).all()


def shown(town, who, case, name):
    own, cases = rows(town, who, name)
    return next(own.value(row, name) for row in cases if row.number == case.number)


def test_a_column_shows_answers_as_what_they_are_and_nothing_hidden(settle_on_both):  # noqa: F811
    town = settle_on_both(OPEN, data=ALL_AREAS)
    made = fill(town)
    assert shown(town, "dora", made[0], "amount") == Decimal("9.5")
    assert shown(town, "dora", made[1], "seen_on") == date(2026, 2, 28)
    assert shown(town, "dora", made[0], "kinds") == "Red, Blue"
    assert shown(town, "dora", made[3], "witnesses") == "Lena, Bill"
    assert shown(town, "dora", made[2], "place_of") == "Red lab"
    assert str(shown(town, "dora", made[4], "words")) == "Åpen ventil"
    assert shown(town, "wanda", made[0], "cause") == "Trained"
    assert [shown(town, "wanda", made[0], name) for name in ("severity", "kinds", "hurt")] == ["", "", ""]
    assert shown(town, "bill", made[4], "hush") == ""


def order(town, who, name):
    own = extras(town, who)
    found = select(Subject.number).where(own.viewer.visible(parts=False)).order_by(own.key(name), Subject.id)
    return town.session.scalars(found).all()


def test_an_order_tells_nothing_of_what_is_hidden(settle_on_both):  # noqa: F811
    town = settle_on_both(ROUTINE.replace("SEE", "handler"), data=ALL_AREAS)
    made = fill(town)
    numbers = [case.number for case in made]
    assert order(town, "dora", "amount") == [numbers[at] for at in (4, 2, 0, 1, 5, 3)]
    assert order(town, "dora", "seen_on")[-2:] == [numbers[1], numbers[2]]
    for name in ("words", "seen_on"):
        assert order(town, "wanda", name) == order(town, "bess", name) == numbers
    assert order(town, "bess", "amount") == numbers
    assert order(town, "bill", "amount") == sorted(order(town, "bill", "amount"))
