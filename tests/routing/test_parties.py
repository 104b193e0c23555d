"""Finding people: up the tree, by area, deputies and absences - each step told, so that anybody can ask why."""

import json

import pytest
from sqlalchemy import select

from app.language.parties import Word
from app.language.plain import party
from app.routing import seats
from app.routing.parties import Lookup
from app.web.database import bump
from model import Assignment, Away, Person, Role, Unit
from tests.workflow.conftest import settle, sqlite_empty, sqlite_town  # noqa: F401 - a town on SQLite

ROUTINE = """
parties:
  helpers: [warden, contact]
flows:
  case:
    label: Case
    see: [reporter, desk, contact, keeper, helpers, boss]
    states: {open: {label: Open}, taken: {label: Taken}, shut: {label: Shut, final: true}}
    transitions:
      submit:
        label: Report
        from: new
        to: open
        by: anyone
        fields: [area, description]
        optional: [reporter, unit, keeper, keepers, other_unit]
        assign: routing
      take: {label: Take, from: open, to: taken, by: [desk, contact, warden, boss], assign: me}
      pass_on: {label: Pass on, from: taken, to: taken, by: [desk, contact, warden, boss], assign: {who: contact, except: me}}
      close: {label: Close, from: taken, to: shut, by: handler}
  job:
    label: Job
    part of: case
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: [handler, desk], fields: [owner]}
      finish: {label: Finish, from: begun, to: done, by: owner}
fields:
  keeper: {type: person, label: Keeper}
  keepers: {type: person, many: true, label: Keepers}
  other_unit: {type: unit, label: Another unit}
  owner: {}
"""


@pytest.fixture
def town(settle):  # noqa: F811
    return settle(ROUTINE)


def who(town, case, written, me=None):
    """The names that a party written as in the file comes to."""
    asked = party(written) if isinstance(written, str | dict | list) else written
    found = Lookup(town.facts(case), town.people.get(me)).find(asked)
    return [town.names[person] for person in found.people]


@pytest.mark.parametrize(
    ("unit", "written", "expected"),
    [
        ("red", "contact", ["rita"]),
        ("red_lab", "contact", ["rita"]),
        ("blue", "contact", ["bill"]),
        ("top", "contact", []),
        (None, "contact", []),
        (None, "desk", ["dora", "dirk"]),
        ("red_lab", "boss", ["lena"]),
        ("red", "boss", ["bess"]),
        ("red_lab", "desk", ["dora", "dirk"]),
        ("red_lab", {"who": "contact", "at": "own"}, []),
        ("red", {"who": "contact", "at": "own"}, ["rita"]),
        ("red", {"who": "boss", "at": "within"}, ["lena"]),
        ("top", {"who": "contact", "at": "within"}, ["rita", "bill"]),
        (None, {"who": "contact", "at": "within"}, ["rita", "bill"]),
        ("blue", {"who": "boss", "at": "within"}, []),
        ("blue", {"who": "boss", "at": "anywhere"}, ["bess", "lena"]),
        ("red", {"who": "contact", "at": "other_unit"}, ["bill"]),
        ("red", {"who": "contact", "at": "keeper"}, ["bill"]),
        ("red", "keeper", ["olga"]),
        ("red", "keepers", ["olga", "bess"]),
        ("red", ["contact", "desk", "contact"], ["rita", "dora", "dirk"]),
        ("red", {"who": ["contact", "desk"], "except": "contact"}, ["dora", "dirk"]),
        ("red", {"first": ["warden", "contact"]}, ["rita"]),
        ("top", {"first": ["contact", "warden", "desk"]}, ["dora", "dirk"]),
        ("red", {"who": "contact", "when": {"area": "safety"}}, []),
        ("red", {"who": "contact", "when": {"unit": "faculty"}}, ["rita"]),
        ("red_lab", {"who": "contact", "when": {"unit": "red"}}, ["rita"]),
        ("red", {"at": "own"}, ["rita", "rolf", "wanda", "lena"]),
        ("red_lab", {"at": "nearest"}, ["lena"]),
        ("red", "helpers", ["rita"]),
        ("red", "reporter", ["stig"]),
    ],
)
def test_a_party_is_these_people(settle, unit, written, expected):  # noqa: F811
    town = settle(ROUTINE.replace("helpers: [", f"asked: {json.dumps(written)}\n  helpers: ["))
    case = town.report(
        unit=unit,
        keeper=town.people["olga"],
        keepers=[town.people["olga"], town.people["bess"]],
        other_unit="blue",
    )
    assert who(town, case, town.context.routine.parties["asked"]) == expected


def test_an_assignment_with_an_area_covers_just_that_area(town):
    assert who(town, town.report(area="safety"), "warden") == ["wanda"]
    assert who(town, town.report(area="teaching"), "warden") == []
    assert who(town, town.report(area="safety", unit="red_lab"), "warden") == ["wanda"]
    assert who(town, town.report(area="safety", unit="blue"), "warden") == []


@pytest.mark.parametrize(
    ("unit", "area", "handler", "holders"),
    [
        ("red", "safety", "warden:{red}:{safety}", {"wanda"}),
        ("red_lab", "safety", "warden:{red}:{safety}", {"wanda"}),
        ("red", "teaching", "contact:{red}:", {"rita"}),
        ("red_lab", "teaching", "contact:{red}:", {"rita"}),
        ("blue", "safety", "contact:{blue}:", {"bill"}),
        ("top", "safety", "desk:{top}:", {"dora", "dirk"}),
        (None, "teaching", "desk:{top}:", {"dora", "dirk"}),
    ],
)
def test_routing_finds_a_function_and_keeps_it(town, unit, area, handler, holders):
    case = town.report(unit=unit, area=area)
    ids = dict(town.session.execute(select(Unit.name, Unit.id)).all())
    ids["safety"] = case.area_id if area == "safety" else ""
    assert case.handler == handler.format(**ids)
    assert town.handlers(case) == holders


def test_the_way_there_is_told_step_by_step(town):
    case = town.report(unit="red_lab", area="teaching")
    told = [(step["step"], step.get("row") or step.get("role"), step["ok"]) for step in case.trace]
    assert told == [("row", 1, None), ("row", 2, True), ("role", "contact", None), ("role", "contact", True)]
    assert [step["people"] for step in case.trace if step["step"] == "role"] == [[], ["Rita"]]
    assert town.journal(case)[0].trace == case.trace


def change(town, statement=None):
    """Let everybody see what has been changed in the organisation."""
    if statement is not None:
        town.session.add(statement)
    town.session.flush()
    bump(town.session)
    town.session.commit()


def away(town, name, first, last):
    row = Away(person_id=town.people[name], starts_on=first, ends_on=last)
    change(town, row)


def test_a_deputy_steps_in_only_while_everybody_is_away(town):
    case = town.report()
    day = town.now.date()
    assert town.handlers(case) == {"rita"}
    away(town, "rita", day, day)
    assert town.handlers(case) == {"rolf"}
    town.now = town.now.replace(day=town.now.day + 1)
    assert town.handlers(case) == {"rita"}


def test_with_the_deputy_away_too_it_goes_up_the_tree(town):
    case = town.report(unit="red_lab")
    day = town.now.date()
    away(town, "rita", day, None)
    away(town, "rolf", day, None)
    assert who(town, case, "contact") == []
    assert who(town, case, {"first": ["contact", "desk"]}) == ["dora", "dirk"]


def test_one_of_two_away_leaves_the_other_and_no_deputy(town):
    day = town.now.date()
    role = town.session.scalars(select(Role).where(Role.name == "desk")).one()
    unit = town.session.scalars(select(Unit).where(Unit.name == "top")).one()
    change(town, Assignment(person_id=town.people["olga"], role=role, unit=unit, deputy=True))
    case = town.report(unit="top")
    away(town, "dora", day, day)
    assert town.handlers(case) == {"dirk"}
    away(town, "dirk", day, day)
    assert town.handlers(case) == {"olga"}


def test_an_assignment_counts_between_its_dates_both_included(town):
    from datetime import timedelta  # noqa: PLC0415 - only here

    day = town.now.date()
    row = town.session.scalars(select(Assignment).join(Person).where(Person.name == "bill")).one()
    row.starts_on, row.ends_on = day + timedelta(days=1), day + timedelta(days=2)
    change(town)
    case = town.report(unit="blue")
    found = []
    for _ in range(4):
        found.append(bool(who(town, case, "contact")))
        town.now += timedelta(days=1)
    assert found == [False, True, True, False]


def test_whoever_gets_the_role_gets_its_cases(town):
    case = town.report()
    row = town.session.scalars(select(Assignment).join(Person).where(Person.name == "rita")).one()
    row.person_id = town.people["olga"]
    change(town)
    assert town.handlers(case) == {"olga"}
    assert "take" in town.may(case, "olga")
    assert town.may(case, "rita") == []


def test_did_of_and_me(town):
    case = town.report()
    assert who(town, case, {"did": "take"}) == []
    town.do(case, "rita", "take")
    assert who(town, case, {"did": "take"}) == ["rita"]
    assert who(town, case, {"did": "anything"}) == ["stig", "rita"]
    part = town.add(case, "dora", owner=town.people["olga"])
    assert who(town, case, {"who": "owner", "of": "job"}) == ["olga"]
    assert who(town, part, {"who": "handler", "of": "whole"}) == ["rita"]
    assert who(town, case, {"who": "handler", "of": "whole"}) == []
    assert who(town, part, "handler") == ["rita"], "what a part's flow never assigns it has from its whole"
    assert who(town, case, "me", me="bess") == ["bess"]
    assert who(town, case, "me") == []


def test_a_narrowed_role_is_given_to_who_is_left(settle):  # noqa: F811
    town = settle(ROUTINE.replace("assign: {who: contact, except: me}", "assign: {who: desk, except: me}"))
    case = town.do(town.report(), "dora", "take")
    town.do(case, "dora", "pass_on")
    assert town.handlers(case) == {"dirk"}


@pytest.mark.parametrize("text", ["@7", "desk::", "desk:1:", "desk:1:2", "desk::2"])
def test_a_seat_reads_as_it_is_written(text):
    assert str(seats.read(text)) == text


def test_everybodys_seats_are_those_they_are_found_in(town):
    today = town.facts(town.report()).today
    organisation = town.context.organisation
    for name, person in town.people.items():
        mine = seats.seats_of(person, organisation, today)
        assert f"@{person}" in mine
        for seat in mine - {f"@{person}"}:
            assert person in {h.person for h in seats.holders(seats.read(seat), organisation, today)}, (name, seat)


def test_nobody_is_a_visitor_and_anyone_is_everybody(town):
    case = town.report()
    lookup = Lookup(town.facts(case))
    assert lookup.includes(Word("anyone"), None)
    assert not lookup.includes(party("contact"), None)
    assert not lookup.includes(None, town.people["rita"])
