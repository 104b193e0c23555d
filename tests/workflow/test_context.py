"""What every decision stands on: the newest edition and a case's own, and people and cases asked for by number."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from app.workflow.context import Context, Edition, NothingPublished
from model import ConfigurationVersion, Person, WorkflowEdition

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [same, weight], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk, set: {graded: ticked}}
  job:
    label: Job
    part of: case
    states: {given: {label: Given}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: given, by: desk, fields: [description]}
      finish: {label: Finish, from: given, to: done, by: desk, set: {state_of_it: fine}}
fields:
  same: {label: Same, type: case}
  weight: {label: Weight, choices: {light: Light, heavy: Heavy}, default: light}
  graded: {label: Graded, type: tick, default: ticked}
  state_of_it: {label: State of it, choices: {fine: Fine, poor: Poor}, default: poor}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def test_the_newest_edition_is_read_anew_when_the_configuration_has_changed(town):
    first = town.context.newest
    assert (first.number, first.published_at, first.routine.flows["case"].name) == (1, town.now, "case")
    assert town.context.newest is first
    town.publish(ROUTINE.replace("label: Open", "label: Opened"))
    assert town.context.newest.number == 2


def test_a_version_that_is_known_is_not_asked_for(town):
    asked = []
    town.context  # noqa: B018 - what this process keeps is filled in
    event.listen(town.database, "before_cursor_execute", lambda *told: asked.append(told[2]))
    version = town.session.get_one(ConfigurationVersion, 1).version
    asked.clear()
    Context.open(town.session, town.now, version)
    assert asked == []


def test_a_case_runs_on_its_own_edition(town):
    case = town.report()
    town.publish(ROUTINE.replace("label: Open", "label: Opened"))
    context = town.context
    assert (context.edition(case).number, context.newest.number) == (1, 2)
    assert context.edition_of(context.newest.id) is context.newest
    assert context.edition(town.journal(case)[0]).number == 1
    assert context.facts(case).flow.states["open"].label == {"en": "Open"}
    assert context.routine is context.newest.routine
    assert context.edition(case) is town.context.edition(case), "compiled once"


def test_without_a_readable_edition_nothing_goes_on(settle):
    town = settle(ROUTINE)
    town.session.add(WorkflowEdition(id=7, number=7, text="flows: {", sha256="y", published_at=town.now))
    town.session.flush()
    with pytest.raises(NothingPublished, match=r"^edition 7 can't be read: edition 7:"):
        town.context.edition_of(7)
    town.session.rollback()
    with town.sessions() as empty:
        empty.query(WorkflowEdition).delete()
        empty.get_one(ConfigurationVersion, 1).version += 1
        with pytest.raises(NothingPublished, match=r"^No workflow is published yet"):
            Context.open(empty, town.now)


def test_facts_of_one_routine_share_their_world(town):
    one, other = town.report(), town.report()
    context = town.context
    assert context.facts(one).world is context.facts(other).world
    assert context.facts(one).world is not town.context.facts(one).world, "another moment"
    assert context.facts(one, {"area": "safety"}).value("area") == "safety"


def test_people_are_known_by_their_names_and_homes(town):
    guest = Person(name="guest", label="", mail="guest@else.example", guest=True)
    named = Person(name="named", label="Named", mail="named@else.example", guest=True)
    town.session.add_all([guest, named])
    town.session.flush()
    context = town.context
    world = context.facts(town.report()).world
    assert (world.person(town.people["rita"]), world.person(9999)) == ("Rita", "")
    assert world.home(town.people["rita"]) == context.organisation.unit_by_name["red"].id
    assert world.home(9999) is None
    assert [world.address(each) for each in (guest.id, named.id, town.people["rita"], 9999)] == [
        "guest@else.example",
        *("", "", ""),
    ]


def test_names_that_were_read_at_once_are_not_asked_for_again(town):
    context = town.context
    world = context.facts(town.report()).world
    town.session.expunge_all()
    asked = []
    context.know([town.people[who] for who in ("rita", "bill")])
    event.listen(town.database, "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert [world.person(town.people[who]) for who in ("rita", "bill")] == ["Rita", "Bill"]
    assert world.address(town.people["rita"]) == ""
    context.know([])
    assert asked == []
    assert world.person(town.people["dora"]) == "Dora"
    assert len(asked) == 1


def test_a_case_is_found_by_its_number_and_opened_by_whoever_sees_it(town):
    case = town.report()
    part = town.add(case, "dora", description="Mend it.")
    world = town.facts(case).world
    assert world.case(case.number).subject is case
    assert world.case(case.number).subject is case, "once more"
    assert world.case("2026-9999") is world.case(part.number) is None
    assert world.opens(case.number, town.people["dora"])
    assert world.opens(case.number, town.people["stig"])
    assert not world.opens(case.number, town.people["rita"])
    assert not world.opens(case.number, None)
    assert not world.opens("2026-9999", town.people["dora"])
    assert not world.opens(part.number, town.people["dora"])


def test_a_new_case_starts_with_defaults_under_the_newest_edition_and_a_part_under_its_wholes(town):
    case = town.report()
    old = town.context.newest
    town.publish(ROUTINE.replace("label: Open", "label: Opened"))
    context = town.context
    new = context.facts_of_new("case", {"area": "safety"})
    assert (new.subject, new.routine, new.answers) == (None, context.routine, {"graded": True, "area": "safety"})
    part = context.facts_of_new("job", {"description": "x"}, case)
    assert part.routine is old.routine
    assert (part.whole.subject, part.answers) == (case, {"description": "x"})


def test_somebody_looks_at_the_day_of_the_moment(town):
    context = town.context
    viewer = context.viewer(town.people["dora"])
    assert (viewer.person, viewer.today) == (town.people["dora"], context.organisation.worktime.day_of(town.now))
    assert context.viewer(None).person is None
    later = Context.open(town.session, town.now + timedelta(days=1))
    assert later.viewer(None).today == viewer.today + timedelta(days=1)
    lookup = context.lookup(context.facts(town.report()), town.people["dora"])
    assert lookup.me == town.people["dora"]


def test_an_edition_says_which_it_is(town):
    assert isinstance(town.context.newest, Edition)
    assert town.context.newest.id == town.session.query(WorkflowEdition).one().id
