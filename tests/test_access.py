"""The row scope that the database is asked with, and the rule that a page asks: for everybody, on every row, the same."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from app import access
from app.access import ALWAYS_SHOWN
from app.language.parties import InField, InRole
from app.web.database import db
from app.workflow.context import Context
from model import Case, ConfigurationVersion, Part, Person, Subject
from tests.matrix.world import build
from tests.workflow.conftest import (  # noqa: F401 - towns on each kind of database
    postgresql_empties,
    postgresql_empty,
    postgresql_town,
    settle,
    settle_on_both,
    sqlite_empty,
    sqlite_town,
)

SIGHTS = """
parties:
  keepers: {who: keeper, when: {severity: high}}
  all_of_them: [keepers, witnesses]
flows:
  case:
    label: Case
    see: SIGHT
    states: {open: {label: Open}, taken: {label: Taken}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [reporter, unit, severity, keeper, witnesses, place_of], assign: desk}
      take: {label: Take, from: open, to: taken, by: handler, assign: {first: [warden, contact, desk]}}
      close: {label: Close, from: taken, to: shut, by: handler}
  job:
    label: Job
    part of: case
    see: PART
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: handler, fields: [owner]}
      finish: {label: Finish, from: begun, to: done, by: owner}
guards:
  is_grave: {needs: {severity: high}, says: It isn't grave.}
fields:
  severity: {choices: {low: Low, high: High}}
  keeper: {type: person, label: Keeper}
  witnesses: {type: person, many: true, label: Witnesses}
  place_of: {type: unit, label: Another unit}
  owner: {}
"""

PARTIES = [
    "reporter",
    "keeper",
    "witnesses",
    "all_of_them",
    "contact",
    "[desk, warden]",
    "boss",
    "anyone",
    "{who: contact, when: {severity: high}}",
    "{who: contact, when: {not: {severity: high}}}",
    "{who: contact, when: {any: [{area: safety}, {severity: filled}]}}",
    "{who: contact, when: {severity: empty}}",
    "{who: contact, when: {unit: red}}",
    "{who: contact, when: {unit: faculty}}",
    "{who: contact, when: {state: final}}",
    "{who: contact, when: {not: {state: final}}}",
    "{who: contact, when: {keeper: filled}}",
    "{who: contact, when: {not: {handler: empty}}}",
    "{who: contact, when: {some: job, state: final}}",
    "{who: contact, when: {not: {done: take}}}",
    "{who: contact, at: own}",
    "{who: boss, at: within}",
    "{who: boss, at: anywhere}",
    "{who: contact, at: place_of}",
    "{who: [contact, boss], except: keeper}",
    "{who: [contact, desk], except: {did: take}}",
    "{did: take}",
    "{did: anything}",
    "{first: [warden, contact]}",
    "{first: [keeper, contact, desk]}",
    "{who: owner, of: job}",
    "{who: owner, of: job, only: [number]}",
    "{at: within}",
    "handler",
    "me",
    "itself",
    "routing",
    "{first: [handler, desk]}",
    "{first: [{who: [handler, keeper], when: {severity: high}}, {did: close}, desk]}",
    "{first: [me, desk]}",
    "{who: contact, at: keeper}",
    "{at: keeper}",
    "{at: own}",
    "{at: anywhere}",
    "{who: contact, when: {severity: high, area: safety}}",
    "{who: contact, when: is_grave}",
    "{who: contact, when: {done: close, since: take}}",
    "{who: contact, when: {done: take, since: close}}",
    "{who: contact, when: {every: job, state: final}}",
    "{who: [contact, desk], except: anyone}",
    "{who: [contact, boss], except: {who: [boss, handler], when: {area: safety}}}",
]


def disagreements(session, context, people):
    """(person, number, what the list says, what the page says) wherever they differ."""
    rows = session.scalars(select(Subject).order_by(Subject.id)).all()
    found = []
    for name, person in people.items():
        viewer = context.viewer(person)
        listed = set(session.scalars(select(Subject.id).where(viewer.visible())))
        wholly = set(session.scalars(select(Subject.id).where(viewer.visible(full=True))))
        apart = [pk for piece in viewer.apart() for pk in session.scalars(select(Case.id).where(piece))]
        if len(apart) != len(set(apart)) or set(apart) != listed & {row.id for row in rows if isinstance(row, Case)}:
            found.append((name, "in pieces", sorted(apart), sorted(listed)))
        for row in rows:
            facts = context.facts(row)
            for list_, page in (((row.id in listed), viewer.sees(facts)), ((row.id in wholly), viewer.fully(facts))):
                if list_ != page:
                    found.append((name, row.number, list_, page))
    return found


def misread(session, context, people):
    """(person, number, field, what a filter finds, what the page shows) wherever they differ."""
    rows = session.scalars(select(Subject).order_by(Subject.id)).all()
    found = []
    for name, person in people.items():
        viewer = context.viewer(person)
        for field in ("area", "severity", "keeper", "witnesses", "place_of", "owner", "state"):
            those = set(session.scalars(select(Subject.id).where(viewer.visible(), viewer.reads(field))))
            for row in rows:
                facts = context.facts(row)
                shown = viewer.sees(facts) and viewer.shows(field, facts)
                if (row.id in those) != shown:
                    found.append((name, row.number, field, row.id in those, shown))
    return found


def people_town(town):
    """Cases of every kind of unit, area, state and person, some with parts."""
    pick = town.people
    for unit in ("red", "red_lab", "blue", "top", None):
        for area, severity in (("teaching", "high"), ("safety", None), ("safety", "low")):
            case = town.report(
                who="stig" if area == "teaching" else "bill",
                unit=unit,
                area=area,
                severity=severity,
                keeper=pick["rita"] if unit == "red" else pick["olga"] if unit == "blue" else None,
                witnesses=[pick["bill"], pick["lena"]] if severity == "low" else None,
                place_of="blue" if severity else None,
            )
            if severity != "low":
                part = town.add(case, "dora", owner=pick["wanda" if area == "safety" else "olga"])
                town.do(case, "dora", "take")
                if area == "safety":
                    town.do(part, "wanda", "finish")
            if unit == "blue" and severity == "high":
                town.do(case, "bill", "close")


def test_a_sight_with_too_many_ways_stays_in_one_piece(settle_on_both, monkeypatch):  # noqa: F811
    monkeypatch.setattr(access, "MOST_PIECES", 1)
    town = settle_on_both(SIGHTS.replace("SIGHT", "[reporter, contact, desk]").replace("PART", "owner"))
    people_town(town)
    assert disagreements(town.session, town.context, town.people) == []
    assert len(town.context.viewer(town.people["dora"]).apart()) == 1


@pytest.mark.parametrize("see", ["desk", "contact", "{who: contact, at: keeper}", "{who: owner, of: job}"])
def test_a_report_of_cases_counts_those_of_any_report(settle_on_both, see):  # noqa: F811
    """Whoever counts cases alone needn't ask about parts, and finds the same cases."""
    town = settle_on_both(SIGHTS.replace("SIGHT", see).replace("PART", "owner"))
    people_town(town)
    party, seen = town.context.routine.flows["case"].see, 0
    for person in town.people.values():
        viewer = town.context.viewer(person)
        several, cases = viewer.granted(party), viewer.granted(party, parts=False)
        found = [set(town.session.scalars(select(Case.id).where(each))) for each in (several, cases)]
        assert found[0] == found[1], person
        assert town.session.scalars(select(Part.id).where(cases)).first() is None
        seen += len(found[0])
    assert seen


@pytest.mark.parametrize("see", PARTIES)
def test_list_and_page_agree_whatever_the_party(settle_on_both, see):  # noqa: F811
    town = settle_on_both(SIGHTS.replace("SIGHT", see).replace("PART", "owner"))
    people_town(town)
    assert disagreements(town.session, town.context, {**town.people, "visitor": None}) == []


@pytest.mark.parametrize(
    ("see", "own"),
    [
        ("[reporter, contact, boss]", "contact"),
        ("[reporter, contact, {who: boss, at: anywhere, only: [number, severity]}]", "[contact, keeper]"),
        (
            "[{who: contact, only: [number, severity]}, {who: keeper, only: [keeper]}, desk]",
            "{who: desk, when: {state: open}}",
        ),
        ("[{who: contact, when: {severity: high}}, {who: contact, only: [severity]}]", "handler"),
        ("[{who: owner, of: job, only: [number, severity]}, boss]", "[reporter, {did: take}]"),
        ("[boss, {who: owner, of: job}]", "{who: [boss, owner], except: {did: take}}"),
    ],
)
def test_a_filter_finds_what_a_page_would_show_field_by_field(settle_on_both, see, own):  # noqa: F811
    text = SIGHTS.replace("SIGHT", see).replace("PART", "owner")
    town = settle_on_both(text.replace("high: High}", f"high: High}}, see: {own}"))
    people_town(town)
    assert misread(town.session, town.context, {**town.people, "visitor": None}) == []


def test_where_rows_cannot_tell_a_filter_finds_nothing_rather_than_too_much(settle_on_both):  # noqa: F811
    see = "[contact, {who: boss, only: [severity]}]"
    held = "high: High}, see: [desk, {who: contact, when: {over: slow}}]"
    text = SIGHTS.replace("SIGHT", see).replace("PART", "owner").replace("high: High}", held)
    clock = "    clocks: {slow: {start: submit, stop: close, runs: 1 day}}\n  job:"
    town = settle_on_both(text.replace("  job:", clock, 1))
    people_town(town)
    town.now = town.now.replace(day=20)
    found = misread(town.session, town.context, town.people)
    assert [each for each in found if each[3]] == []


@pytest.mark.parametrize(
    "see",
    [
        "reporter",
        "contact",
        "keeper",
        "[desk, owner]",
        "{who: contact, when: {severity: high}}",
        "{who: contact, when: {whole: {severity: high}}}",
        "{who: contact, when: {not: {whole: {state: taken}}}}",
        "{who: contact, at: keeper}",
    ],
)
def test_list_and_page_agree_about_parts(settle_on_both, see):  # noqa: F811
    town = settle_on_both(SIGHTS.replace("SIGHT", "[reporter, {who: boss, only: [number]}]").replace("PART", see))
    people_town(town)
    assert disagreements(town.session, town.context, {**town.people, "visitor": None}) == []


def test_sight_follows_the_newest_edition(settle_on_both):  # noqa: F811
    town = settle_on_both(SIGHTS.replace("SIGHT", "[reporter, contact]").replace("PART", "owner"))
    people_town(town)
    before = len(seen_by(town, "rita"))
    town.session.execute(update(ConfigurationVersion).values(version=ConfigurationVersion.version + 1))
    town.publish(SIGHTS.replace("SIGHT", "reporter").replace("PART", "owner") + "migrate: {case: stay, job: stay}\n")
    assert len(seen_by(town, "rita")) < before
    assert disagreements(town.session, town.context, town.people) == []


def sights(town, who):
    """What somebody sees of each of the cases and parts: nothing, some fields, or all."""
    viewer = town.context.viewer(town.people[who])
    found = {}
    for row in town.subjects():
        facts = town.facts(row)
        found[row.number] = "all" if viewer.fully(facts) else "some" if viewer.sees(facts) else "nothing"
    return found


def test_who_reports_or_is_held_to_some_fields_sees_neither_all_nor_the_parts(settle_on_both):  # noqa: F811
    see = "[reporter, {who: boss, at: anywhere, only: [number, area]}, {who: owner, of: job, only: [number]}]"
    town = settle_on_both(SIGHTS.replace("SIGHT", see).replace("PART", "owner"))
    case = town.report(reporter=town.people["stig"])
    first = town.add(case, "dora", owner=town.people["olga"])
    second = town.add(case, "dora", owner=town.people["wanda"])
    all_of_it = dict.fromkeys((case.number, first.number, second.number), "all")
    nothing = dict.fromkeys(all_of_it, "nothing")
    assert sights(town, "dora") == all_of_it, "whoever has it sees it with its parts"
    assert sights(town, "stig") == {**nothing, case.number: "some"}
    assert sights(town, "bess") == {**nothing, case.number: "some"}
    assert sights(town, "olga") == {case.number: "some", first.number: "all", second.number: "nothing"}
    assert sights(town, "bill") == nothing
    viewer = town.context.viewer(town.people["bess"])
    assert viewer.fields(town.facts(case)) == {"number", "state", "told", "area"}
    assert viewer.shows("area", town.facts(case))
    assert not viewer.shows("description", town.facts(case))
    assert disagreements(town.session, town.context, town.people) == []


def seen_by(town, who):
    viewer = town.context.viewer(town.people[who])
    return town.session.scalars(select(Subject.id).where(viewer.visible())).all()


def test_they_agree_for_the_whole_organisation_in_every_state(house):
    build(house)
    with house.app_context():
        session = db.session()
        people = {name or str(pk): pk for pk, name in session.execute(select(Person.id, Person.name))}
        assert len(people) > 100
        assert disagreements(session, Context.open(session, datetime.now(UTC)), people) == []
        db.session.remove()


def test_a_report_counts_what_its_party_has_and_the_parts_of_it(settle_on_both):  # noqa: F811
    see = "[boss, contact]"
    clock = "    clocks: {slow: {start: submit, stop: close, runs: 1 day}}\n  job:"
    parties = "parties:\n  late_ones: {who: contact, when: {over: slow}}\n"
    text = SIGHTS.replace("SIGHT", see).replace("PART", "owner").replace("  job:", clock, 1)
    town = settle_on_both(text.replace("parties:\n", parties, 1))
    red, blue = town.report(unit="red"), town.report(unit="blue")
    for case in (red, blue):
        town.add(case, "dora", owner=town.people["olga"])
    named = town.context.routine.parties["late_ones"]

    def counted(who, see):
        rows = select(Subject.number).where(town.context.viewer(town.people[who]).granted(see))
        return sorted(town.session.scalars(rows))

    assert counted("rita", InRole("contact")) == [red.number, f"{red.number}-1"]
    assert counted("bill", InRole("contact")) == [blue.number, f"{blue.number}-1"]
    assert counted("olga", InRole("contact")) == []
    assert counted("olga", InField("owner")) == [f"{red.number}-1", f"{blue.number}-1"]
    assert counted("rita", None) == []
    town.now = town.now.replace(day=20)
    assert counted("rita", named) == [], "rows can't tell of a clock, and nothing is counted that may be nobody's"


def test_in_a_list_nobody_is_shown_more_than_all_may_see_of_whom_it_cannot_tell(settle):  # noqa: F811
    see = "[{who: boss, at: anywhere, only: [number, severity]}, {who: owner, of: job, only: [number, keeper]}, desk]"
    town = settle(SIGHTS.replace("SIGHT", see).replace("PART", "owner"))
    case = town.report()
    town.add(case, "dora", owner=town.people["olga"])
    facts = town.facts(case)
    shown = {who: town.context.viewer(town.people[who]).listed(facts) for who in ("dora", "bess", "olga", "bill")}
    assert shown["dora"] is None
    assert shown["bess"] == ALWAYS_SHOWN | {"severity"}
    assert shown["olga"] == shown["bill"] == ALWAYS_SHOWN | {"keeper"}
