"""What is said of sight without looking at any row, what a reporter is shown, and sight where somebody is shut out."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.access import ALWAYS_SHOWN, Viewer
from app.language.parties import InRole, NamedParty, Query, Several
from app.routing import exclusion
from model import Subject
from tests.test_access import SIGHTS
from tests.workflow.conftest import settle, sqlite_empty, sqlite_town  # noqa: F401 - a town on SQLite
from tests.workflow.town import routine


class Nowhere:
    """An organisation that keeps nothing."""

    @staticmethod
    def kept(function, *given, **named):
        return function(*given, **named)


JOBS = "guards:\n  has_jobs: {needs: {any: [{severity: high}, {some: job, state: final}]}, says: It has none.}\n"
NAMED = "parties:\n  shy: [reporter]\n  known: [reporter, contact]\n"


def written(see, part="owner", field=None):
    text = SIGHTS.replace("guards:\n", JOBS).replace("parties:\n", NAMED).replace("SIGHT", see).replace("PART", part)
    return text if field is None else text.replace("high: High}}", f"high: High}}, see: {field}}}")


def viewer(see, part="owner", person=1, field=None):
    return Viewer(person, routine(written(see, part, field)), Nowhere(), date(2026, 3, 2))


@pytest.mark.parametrize(
    ("see", "so"),
    [
        ("contact", False),
        ("handler", False),
        ("{who: owner, of: job}", True),
        ("[desk, {who: owner, of: job}]", True),
        ("{first: [{who: owner, of: job}, desk]}", True),
        ("{who: [contact, boss], except: {who: owner, of: job}}", True),
        ("{who: owner, of: job, only: [number]}", False),
        ("{who: contact, when: {some: job, state: final}}", True),
        ("{who: contact, when: {severity: high}}", False),
        ("{who: contact, when: has_jobs}", True),
        ("{who: reporter, when: {some: job, state: final}}", False),
    ],
)
def test_whether_full_sight_hangs_on_parts(see, so):
    assert viewer(see).asks_parts() == so


def test_who_sees_a_part_does_not_make_a_case_hang_on_parts():
    assert not viewer("contact", "{who: handler, of: whole}").asks_parts()


@pytest.mark.parametrize(
    ("see", "so"),
    [
        ("contact", False),
        ("[contact, desk]", False),
        ("[contact, reporter]", True),
        ("shy", True),
        ("{who: contact, only: [number]}", True),
        ("[desk, {who: contact, only: [number]}]", True),
        ("{who: reporter, when: {severity: high}}", True),
        ("{who: contact, when: {severity: high}}", False),
        ("{who: [contact, desk], when: {severity: high}}", False),
        ("{who: [reporter, desk], when: {severity: high}}", False),
        ("{who: shy, when: {severity: high}}", True),
        ("{who: known, when: {severity: high}}", False),
        ("{who: {who: contact, when: {area: safety}}, when: {severity: high}}", False),
        ("{first: [contact, desk]}", False),
        ("{did: take}", False),
    ],
)
def test_whether_somebody_is_held_to_some_fields(see, so):
    asked = viewer(see)
    assert asked.limits("case") == so
    assert not asked.limits("job")
    assert not asked.limits("a flow of before")


def test_fields_of_like_sight_are_those_that_the_same_people_read():
    asked = viewer("[desk, {who: boss, only: [severity, keeper]}]")
    assert asked.sight("severity") == asked.sight("keeper") != asked.sight("witnesses")
    assert asked.sight("witnesses") == asked.sight("place_of")
    assert asked.sight("no_field") != asked.sight("witnesses")
    held = viewer("desk", field="contact")
    assert held.sight("severity") != held.sight("keeper")


NAMES = ("number", "area", "severity", "keeper", "witnesses")


@pytest.mark.parametrize(
    ("see", "field", "shown"),
    [
        ("reporter", None, ()),
        ("reporter", "reporter", ("severity",)),
        ("reporter", "[contact, {who: reporter, when: {severity: high}}]", ("severity",)),
        ("reporter", "{who: reporter, when: {severity: low}}", ()),
        ("reporter", "{did: submit}", ()),
        ("reporter", "contact", ()),
        ("{who: reporter, only: [keeper]}", "reporter", ("keeper",)),
        ("[{who: reporter, only: [keeper]}, {who: reporter, only: [area]}]", None, ("area", "keeper")),
        ("[{who: contact, only: [witnesses]}, {who: reporter, only: [keeper]}]", None, ("keeper",)),
        ("[reporter, {who: reporter, only: [keeper]}]", "reporter", ("severity",)),
        ("[contact, {who: reporter, only: [keeper]}]", "reporter", ("keeper",)),
    ],
)
def test_what_a_reporter_is_shown_by_their_code(settle, see, field, shown):  # noqa: F811
    town = settle(written(see, field=field))
    facts = town.facts(town.report(severity="high"))
    unknown = town.context.viewer(None)
    assert tuple(name for name in NAMES if unknown.shows(name, facts, as_reporter=True)) == ("number", *shown)


def seen(town, who, **options):
    return set(town.session.scalars(select(Subject.id).where(town.context.viewer(town.people[who]).visible(**options))))


@pytest.mark.parametrize(
    ("see", "sees"),
    [
        ("[desk, reporter]", True),
        ("[reporter, contact]", True),
        ("{who: [contact, reporter], when: {area: teaching}}", True),
        ("[desk, contact]", False),
    ],
)
def test_who_reported_sees_it_though_they_are_shut_out_but_by_no_other_right(settle, see, sees):  # noqa: F811
    town = settle(written(see, part="[owner, contact]"))
    case = town.report("rita", reporter=town.people["rita"])
    part = town.add(case, "dora", owner=town.people["olga"])
    for each in (case, part):
        each.excluded = exclusion.written([exclusion.person(town.people["rita"])])
    town.session.commit()
    rita = town.context.viewer(town.people["rita"])
    assert seen(town, "rita") == ({case.id} if sees else set())
    assert seen(town, "rita", full=True) == set()
    assert (rita.sees(town.facts(case)), rita.fully(town.facts(case))) == (sees, False)
    assert not rita.sees(town.facts(part))
    assert seen(town, "olga") == {part.id}


def test_parts_are_left_out_where_only_cases_are_asked_for(settle):  # noqa: F811
    town = settle(written("contact"))
    case = town.report()
    part = town.add(case, "dora", owner=town.people["olga"])
    assert seen(town, "rita") == seen(town, "rita", parts=True) == {case.id, part.id}
    assert seen(town, "rita", parts=False) == {case.id}
    assert seen(town, "olga", parts=False) == set()
    assert seen(town, "dora", parts=False) == {case.id}, "who has a case sees it, part or not"


def test_fields_are_named_in_the_order_in_which_they_are_granted(settle):  # noqa: F811
    town = settle(written("[{who: contact, only: [keeper, area]}, {who: boss, at: anywhere, only: [number, keeper]}]"))
    facts = town.facts(town.report())
    held = {who: town.context.viewer(town.people[who]).held(facts) for who in ("rita", "bess", "olga")}
    assert held == {"rita": ("keeper", "area"), "bess": ("number", "keeper"), "olga": ()}
    rita = town.context.viewer(town.people["rita"])
    assert rita.fields(facts) == rita.listed(facts) == ALWAYS_SHOWN | {"keeper", "area"}
    assert rita.readable(NAMES, facts, rita.fields(facts)) == ["number", "area", "keeper"]


def test_what_an_edition_says_of_a_field_that_the_newest_lacks_still_counts(settle):  # noqa: F811
    old = written("contact").replace(
        "keeper: {type: person, label: Keeper}", "keeper: {type: person, label: Keeper, see: boss}"
    )
    town = settle(old)
    facts = town.facts(town.report(keeper=town.people["olga"]))
    newest = routine(
        written("contact")
        .replace(", keeper, witnesses", ", witnesses")
        .replace("  keeper: {type: person, label: Keeper}\n", "")
        .replace("  keepers: {who: keeper, when: {severity: high}}\n", "")
        .replace("[keepers, witnesses]", "[witnesses]")
    )
    asked = {who: Viewer(town.people[who], newest, town.context.organisation, facts.today) for who in ("rita", "bess")}
    assert {who: each.shows("keeper", facts) for who, each in asked.items()} == {"rita": False, "bess": False}
    assert asked["rita"].shows("witnesses", facts)
    boss = {who: each.readable(("keeper", "witnesses"), facts, None) for who, each in asked.items()}
    assert boss == {"rita": ["witnesses"], "bess": ["keeper", "witnesses"]}


def test_a_case_of_a_flow_that_is_no_more_is_seen_by_who_has_it_alone(settle):  # noqa: F811
    town = settle(written("contact"))
    facts = town.facts(town.report())
    newest = routine(written("contact").replace("\n  case:", "\n  other:").replace("part of: case", "part of: other"))
    asked = {who: Viewer(town.people[who], newest, town.context.organisation, facts.today) for who in ("dora", "rita")}
    assert {who: each.sees(facts) for who, each in asked.items()} == {"dora": True, "rita": False}
    assert {who: each.fully(facts) for who, each in asked.items()} == {"dora": True, "rita": False}


def test_one_of_those_who_are_held_to_a_field_reads_it(settle):  # noqa: F811
    town = settle(
        written("[{who: contact, only: [severity]}, {who: boss, at: anywhere, only: [severity]}]", field="desk")
    )
    case = town.report(severity="high")

    def found(who):
        viewer = town.context.viewer(town.people[who])
        rows = town.session.scalars(select(Subject.id).where(viewer.reads("severity"))).all()
        assert viewer.shows("severity", town.facts(case)) == bool(rows)
        return rows

    assert {who: found(who) for who in ("rita", "bess", "bill")} == {"rita": [case.id], "bess": [case.id], "bill": []}


def test_where_rows_cannot_tell_who_sees_all_a_field_is_found_by_nobody(settle):  # noqa: F811
    clock = "    clocks: {slow: {start: submit, stop: close, runs: 1 day}}\n  job:"
    text = written("contact", field="desk").replace("  job:", clock, 1)
    town = settle(text.replace("parties:\n", "parties:\n  late_ones: {who: contact, when: {over: slow}}\n", 1))
    case, viewer = town.report(severity="high"), town.context.viewer(town.people["rita"])
    held = Query(who=InRole("contact"), only=("severity",))

    def found(*see):
        flow = replace(viewer.routine.flows["case"], see=Several(see))
        routine = replace(viewer.routine, flows={**viewer.routine.flows, "case": flow})
        return town.session.scalars(select(Subject.id).where(replace(viewer, routine=routine).reads("severity"))).all()

    assert found(held) == [case.id]
    assert found(NamedParty("late_ones"), held) == []
    assert found(NamedParty("late_ones")) == []


def test_a_field_that_no_edition_knows_is_read_nowhere(settle):  # noqa: F811
    town = settle(written("contact"))
    facts = town.facts(town.report())
    rita = town.context.viewer(town.people["rita"])
    assert rita.sees(facts)
    assert town.session.scalars(select(Subject.id).where(rita.reads("no_field"))).all() == []
    assert town.session.scalars(select(Subject.id).where(rita.reads("keeper", ()))).all() == []


def test_the_seats_of_a_visitor_are_none(settle):  # noqa: F811
    town = settle(written("contact"))
    unit = town.context.organisation.unit_by_name["red"].id
    assert town.context.viewer(None).seats() == frozenset()
    assert {f"@{town.people['rita']}", f"contact:{unit}:"} <= town.context.viewer(town.people["rita"]).seats()
