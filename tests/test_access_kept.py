"""Sight is worked out once and kept: never for anybody, any day, organisation, routine or database but its own."""

import gc
import shutil
import weakref
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.access import Viewer
from app.change.changes import Change
from app.change.whatif import what_if
from app.language.parties import InField, InRole
from app.routing import organisation
from model import Assignment, Away, Person, Role, Subject, Unit
from tests.house import Person as Visitor
from tests.house import make_app, session_of
from tests.test_queries import furnish
from tests.workflow.conftest import settle, sqlite_empty, sqlite_town  # noqa: F401 - towns
from tests.workflow.town import HEAD, Town, database

ROUTINE = """
flows:
  case:
    label: Case
    see: SEE
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [description], optional: [area, unit, severity, place_of], assign: routing}
      close: {label: Close, from: open, to: shut, by: handler}
fields:
  severity: {choices: {low: Low, high: High}, see: contact}
  place_of: {type: unit, label: Another unit}
"""
BOSS, WARDEN = ROUTINE.replace("SEE", "boss"), ROUTINE.replace("SEE", "warden")


def seen(town, who, context=None, **wanted):
    """Numbers of the cases that somebody finds."""
    viewer = (context or town.context).viewer(town.people[who])
    return list(town.session.scalars(select(Subject.number).where(viewer.visible(**wanted)).order_by(Subject.id)))


def found(town, clause):
    return list(town.session.scalars(select(Subject.number).where(clause).order_by(Subject.id)))


def posts(town, who):
    return town.session.scalars(select(Assignment).where(Assignment.person_id == town.people[who])).all()


def give(town, who, role, unit, **dates):
    """Give somebody a role at a unit."""
    roles, units = (
        town.session.scalars(select(table).where(table.name == name)).one()
        for table, name in ((Role, role), (Unit, unit))
    )
    town.session.add(Assignment(person_id=town.people[who], role=roles, unit=units, **dates))
    town.session.commit()


@pytest.fixture
def town(settle):  # noqa: F811
    """Two cases, one with rita at red and one with bill at blue; bess is the boss of all."""
    made = settle(BOSS)
    made.red, made.blue = made.report(severity="high").number, made.report(unit="blue").number
    assert (seen(made, "rita"), seen(made, "bill")) == ([made.red], [made.blue])
    assert seen(made, "bess") == [made.red, made.blue]
    return made


def test_each_person_has_their_own(town):
    here = town.context
    assert seen(town, "rita", here) == [town.red]
    assert seen(town, "bill", here) == [town.blue]
    assert seen(town, "stig", here) == []
    assert here.viewer(town.people["rita"]).seats().isdisjoint(here.viewer(town.people["bill"]).seats())
    assert found(town, here.viewer(None).visible()) == []


def test_a_visitor_who_may_see_is_told_from_one_who_has_logged_in(settle):  # noqa: F811
    town = settle(ROUTINE.replace("SEE", "me"))
    case, here = town.report(), town.context
    assert found(town, here.viewer(town.people["stig"]).visible()) == [case.number]
    assert found(town, here.viewer(None).visible()) == []


def test_what_is_asked_is_part_of_it(town):
    here = town.context
    rita, bess = (here.viewer(town.people[who]) for who in ("rita", "bess"))
    assert found(town, rita.granted(InRole("contact"))) == [town.red]
    assert found(town, rita.granted(InRole("boss"))) == []
    assert found(town, rita.granted(InField("reporter"))) == []
    assert found(town, bess.reads("description")) == [town.red, town.blue]
    assert found(town, bess.reads("severity")) == []
    assert found(town, bess.reads("description", [])) == []


def test_full_sight_and_sight_of_some_fields_are_kept_apart(settle):  # noqa: F811
    town = settle(ROUTINE.replace("SEE", "{who: boss, only: [number]}"))
    case = town.report()
    assert seen(town, "bess") == [case.number]
    assert seen(town, "bess", full=True) == []
    assert seen(town, "bess") == [case.number]


def test_a_role_that_is_taken_away_takes_sight_with_it(town):
    for post in posts(town, "rita"):
        town.session.delete(post)
    town.session.commit()
    assert seen(town, "rita") == []
    give(town, "rita", "contact", "blue")
    assert seen(town, "rita") == [town.blue]


def test_a_role_that_ends_takes_sight_with_it_from_the_next_day(town):
    today = town.now.date()
    [post] = posts(town, "rita")
    post.ends_on = today
    give(town, "stig", "contact", "red", starts_on=today + timedelta(days=1))
    assert (seen(town, "rita"), seen(town, "stig")) == ([town.red], [])
    before = town.context
    town.now += timedelta(days=1)
    after = town.context
    assert before.organisation is after.organisation, "nothing but the day has changed"
    assert (seen(town, "rita", after), seen(town, "stig", after)) == ([], [town.red])
    assert (seen(town, "rita", before), seen(town, "stig", before)) == ([town.red], [])


def test_a_deputy_sees_as_long_as_the_other_is_away(town):
    today = town.now.date()
    town.session.add(Away(person_id=town.people["rita"], starts_on=today, ends_on=today))
    town.session.commit()
    assert (seen(town, "rita"), seen(town, "rolf")) == ([], [town.red])
    town.now += timedelta(days=1)
    assert (seen(town, "rita"), seen(town, "rolf")) == ([town.red], [])


def test_the_day_is_the_institutions(town):
    [post] = posts(town, "rita")
    post.ends_on = date(2026, 3, 2)
    town.session.commit()
    town.now = town.now.replace(hour=22, minute=59)
    assert seen(town, "rita") == [town.red]
    town.now = town.now.replace(hour=23, minute=1)
    assert seen(town, "rita") == [], "where the institution is, midnight has passed"


def test_who_is_shut_out_by_a_function_is_shut_out_with_it(town):
    case = town.session.scalars(select(Subject).where(Subject.number == town.red)).one()
    unit = town.session.scalars(select(Unit.id).where(Unit.name == "red")).one()
    case.excluded = f",contact:{unit},"
    town.session.commit()
    assert seen(town, "rita") == []
    case.excluded = f",warden:{unit},"
    town.session.commit()
    assert seen(town, "rita") == [town.red]
    give(town, "rita", "warden", "red", starts_on=town.now.date() + timedelta(days=1))
    assert seen(town, "rita") == [town.red]
    town.now += timedelta(days=1)
    assert seen(town, "rita") == []


def test_another_edition_has_another_sight(town):
    earlier = town.context
    town.publish(WARDEN)
    later = town.context
    assert seen(town, "bess", later) == []
    assert seen(town, "wanda", later) == []
    assert seen(town, "bess", earlier) == [town.red, town.blue]


def test_one_organisation_under_two_routines_has_two_sights(town):
    before, person = town.context, town.people["bess"]
    trial = what_if(town.session, town.now, text=HEAD + WARDEN).edition.routine
    new = Viewer.at(person, trial, before.organisation, town.now)
    assert found(town, before.viewer(person).visible()) == [town.red, town.blue]
    assert found(town, new.visible()) == []
    assert found(town, before.viewer(person).visible()) == [town.red, town.blue]


def test_what_would_be_is_never_taken_for_what_is(town):
    """Every trial's copy has the same version: only the copy itself tells them apart."""
    person = town.people["stig"]
    trials = []
    for unit in ("red", "blue"):
        row = {"person": person, "role": "contact", "unit": unit}
        trials.append(what_if(town.session, town.now, changes=[Change("assignment", "new", "add", row)]))
    assert trials[0].organisation.version == trials[1].organisation.version
    sights = [found(town, each.context(town.session, town.now).viewer(person).visible()) for each in trials]
    assert sights == [[town.red], [town.blue]]
    assert seen(town, "stig") == []


def test_two_databases_of_one_process_know_nothing_of_each_other(sqlite_empty, tmp_path):  # noqa: F811
    """The same people, units and versions; in one of them rita and bill have changed places."""
    towns = []
    for name in ("here", "there"):
        shutil.copy(sqlite_empty, tmp_path / f"{name}.db")
        towns.append(Town(database(f"sqlite:///{tmp_path / name}.db"), BOSS))
    here, there = towns
    for town in towns:
        [rita], [bill] = posts(town, "rita"), posts(town, "bill")
        rita.starts_on = bill.starts_on = town.now.date()
        if town is there:
            rita.person_id, bill.person_id = bill.person_id, rita.person_id
        town.session.commit()
        town.numbers = {unit: town.report(unit=unit).number for unit in ("red", "blue")}
    assert here.people == there.people
    assert here.context.organisation.version == there.context.organisation.version
    assert (seen(here, "rita"), seen(there, "rita")) == ([here.numbers["red"]], [there.numbers["blue"]])
    assert (seen(here, "bill"), seen(there, "bill")) == ([here.numbers["blue"]], [there.numbers["red"]])
    for town in towns:
        town.session.close()
        town.database.dispose()


def test_it_goes_when_the_configuration_changes(town):
    seen(town, "rita")
    kept = weakref.ref(town.context.organisation)
    give(town, "stig", "boss", "red")
    assert town.context.organisation is not kept()
    gc.collect()
    assert kept() is None


def test_no_more_is_kept_than_a_number_of_answers(town, monkeypatch):
    monkeypatch.setattr(organisation, "MOST_KEPT", 3)
    copy = organisation.load(town.session, version=-1)
    here = Viewer.at(None, town.context.routine, copy, town.now)
    for person in town.people.values():
        Viewer.at(person, here.routine, copy, town.now).seats()
    assert copy.kept.cache_info().currsize == 3


def test_pages_follow_what_their_reader_loses(house):
    """Two applications in one process, on one database; the change is made through one of them."""
    other = make_app(house.config["DATABASE_URL"], house.config["VAR"])
    _, number = furnish(house)
    readers = [Visitor(house, "quality_ie"), Visitor(other, "quality_ie")]
    for reader in readers:
        assert number in reader.get("/cases/?tab=all").get_data(as_text=True)
        assert reader.get(f"/cases/{number}").status_code == 200
    with session_of(house) as session:
        for post in session.scalars(select(Assignment).join(Person).where(Person.name == "quality_ie")):
            session.delete(post)
        session.commit()
    for reader in readers:
        assert number not in reader.get("/cases/?tab=all").get_data(as_text=True)
        assert reader.get(f"/cases/{number}").status_code == 404
