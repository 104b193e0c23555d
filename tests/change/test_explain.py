"""Routing and sight explained: each step says what the router did and why, and nothing tells who reported."""

from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from sqlalchemy import delete, select

from app.change.explain import explain, of_trace
from app.change.seeing import protected, sight
from app.language import plain
from model import Assignment, Away, ConfigurationVersion, Person, RoutingRow

ROUTINE = """
parties:
  crowd: [boss, {who: contact, at: own}]
flows:
  case:
    label: Case
    see: [reporter, crowd, {who: owner, of: job, only: [number, area]}, {did: submit}]
    states:
      open: {label: Open}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, description], optional: [unit, severity], assign: routing}
      take: {label: Take, from: open, to: same, by: handler, assign: me}
      drop: {label: Drop, from: open, to: same, by: handler, assign: warden}
      end: {label: End, from: open, to: shut, by: handler}
  job:
    label: Job
    part of: case
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: handler, fields: [description, owner]}
      finish: {label: Finish, from: begun, to: done, by: owner}
fields:
  severity: {choices: {low: Low, high: High}}
  owner: {choices: {who: [boss, contact, desk], at: anywhere}}
"""
TODAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@contextmanager
def english():
    """English is spoken here; the town itself knows nothing of a request."""
    app = Flask("english")
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    Babel(app)
    with app.test_request_context(), force_locale("en"):
        yield


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def changed(town):
    town.session.get_one(ConfigurationVersion, 1).version += 1
    town.session.commit()


def post(town, person):
    return town.session.scalars(select(Assignment).join(Assignment.person).where(Person.name == person)).one()


def steps(town, **answers):
    with english():
        told = explain(town.context.facts_of_new("case", answers))
    return [(each.text, each.ok) for each in (*told.steps, told.end)]


def test_every_step_is_told(town):
    assert steps(town, unit="blue", area="safety") == [
        ("Row 1: the area is Safety. Goes to: Warden, otherwise Contact, otherwise Desk.", True),
        ("Blue has no Warden.", False),
        ("Top has no Warden.", False),
        ("Blue: Contact is Bill.", True),
        ("Reserve: Contact at Blue gets the case.", True),
    ]
    assert steps(town, unit="red_lab", area="teaching") == [
        ("Row 1 is only for: the area is Safety.", None),
        ("Row 2 is for everything else. Goes to: Contact, otherwise Desk.", True),
        ("Red lab has no Contact.", False),
        ("Red: Contact is Rita. If nobody is there, Rolf steps in.", True),
        ("Contact at Red gets the case.", True),
    ]


def test_why_nobody_is_there_is_told(town):
    post(town, "bill").ends_on = date(2026, 3, 1)
    changed(town)
    assert ("Blue has no Contact. The last assignment ended 1 March 2026.", False) in steps(
        town, unit="blue", area="teaching"
    )
    post(town, "bill").starts_on, post(town, "bill").ends_on = date(2026, 4, 1), None
    changed(town)
    assert ("Blue has no Contact. The next one begins 1 April 2026.", False) in steps(
        town, unit="blue", area="teaching"
    )
    post(town, "bill").starts_on = None
    post(town, "bill").person.away = [Away(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 9))]
    changed(town)
    away = "Blue: nobody is there now as Contact. Bill is away until 9 March 2026."
    assert (away, False) in steps(town, unit="blue", area="teaching")
    post(town, "bill").person.away = [Away(starts_on=date(2026, 3, 1), ends_on=None)]
    changed(town)
    assert ("Blue: nobody is there now as Contact. Bill is away.", False) in steps(town, unit="blue", area="teaching")


def test_the_deputy_and_the_end_are_told(town):
    post(town, "rita").person.away = [Away(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 9))]
    post(town, "bill").ends_on = date(2026, 3, 20)
    changed(town)
    found = "Red: Rolf steps in as deputy for Contact. Rita is away until 9 March 2026."
    assert (found, True) in steps(town, unit="red", area="teaching")
    assert ("Blue: Contact is Bill. Ends 20 March 2026.", True) in steps(town, unit="blue", area="teaching")


def rows(town, *those):
    town.session.execute(delete(RoutingRow))
    for position, (condition, receiver) in enumerate(those):
        town.session.add(RoutingRow(position=position, condition=condition, receiver=receiver))
    changed(town)


def test_the_end_says_who_has_it(town):
    rows(town, ({"area": "safety"}, "desk"))
    assert steps(town, unit="red", area="teaching")[1:] == [
        ("No row of the routing table fits.", False),
        ("Nobody gets the case. It waits, and the administrators are told.", False),
    ]
    rows(town, (None, "anyone"))
    assert steps(town, unit="red", area="teaching")[-1] == ("Anyone may take the case.", True)
    rows(town, (None, {"who": "desk", "except": "owner"}))
    owner = town.people["dora"]
    assert steps(town, unit="red", area="teaching", owner=owner)[-1] == ("Dirk gets the case.", True)


def kept(town, trace):
    with english():
        return [each.text for each in of_trace(trace, town.context.organisation)]


def test_a_kept_trace_is_told_as_it_was(town):
    case = town.report(unit="blue", area="safety")
    assert kept(town, case.trace) == [
        "Row 1 of the routing table fits this unit and area.",
        "Blue has no warden, so we looked further.",
        "Top has no warden, so we looked further.",
        "Blue: Contact is Bill.",
    ]
    deputy = {"step": "role", "role": "contact", "unit": 0, "ok": True, "people": ["Rolf"], "deputy": True}
    others = [{"step": "no_row", "ok": False}, {"step": "row", "row": 3, "ok": None}, deputy]
    assert kept(town, others) == [
        "No row of the routing table fits.",
        "Row 3 of the routing table does not fit.",
        ": Rolf steps in as deputy for Contact.",
    ]


# -- sight ---------------------------------------------------------------------


def seen(town, person, subject):
    viewer = town.context.viewer(town.people[person])
    with english():
        return sight(viewer, person.title(), town.facts(subject))


def texts(found):
    return [(each.text, each.ok) for each in found.steps]


def test_the_handler_sees_the_whole_case(town):
    case = town.report(unit="blue", area="teaching")
    found = seen(town, "bill", case)
    assert (found.much, found.verdict) == ("whole", "Bill sees the whole case.")
    assert texts(found)[0] == ("The case is with Contact at Blue, and that is Bill.", True)


def test_every_way_is_answered_for_somebody_else(town):
    case = town.report(unit="blue", area="teaching")
    found = seen(town, "rita", case)
    assert (found.much, found.verdict) == ("none", "Rita does not see the case.")
    told = texts(found)
    assert told[:2] == [
        ("The case is with Contact at Blue, and that is not Rita.", False),
        ("Rita is Contact at Red.", None),
    ]
    assert ("Rita is not among: Boss.", False) in told
    assert [ok for text, ok in told if text.startswith("This way isn't answered")] == [None, None]
    assert seen(town, "bess", case).much == "whole"
    assert ("Bess is not Contact anywhere.", None) in texts(seen(town, "bess", case))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ends_on": date(2026, 3, 1)}, "Rita is Contact at Blue. It ended 1 March 2026."),
        ({"starts_on": date(2026, 3, 9)}, "Rita is Contact at Blue. It begins 9 March 2026."),
        ({"deputy": True}, "Rita is Contact at Blue. As a deputy, so only while nobody else is there."),
        ({"area_id": 2}, "Rita is Contact at Blue. That is only for the area Safety."),
    ],
)
def test_why_a_role_does_not_help_is_told(town, change, told):
    case = town.report(unit="blue", area="teaching")
    held = post(town, "rita")
    held.unit_id = post(town, "bill").unit_id
    for name, value in change.items():
        setattr(held, name, value)
    changed(town)
    assert (told, None) in texts(seen(town, "rita", case))


def test_who_is_away_is_told(town):
    case = town.report(unit="blue", area="teaching")
    held = post(town, "rita")
    held.unit_id = post(town, "bill").unit_id
    held.person.away = [Away(starts_on=date(2026, 3, 1), ends_on=None)]
    changed(town)
    assert ("Rita is Contact at Blue. But Rita is away now.", None) in texts(seen(town, "rita", case))


def test_a_person_by_name_and_nobody_are_told(town):
    case = town.report(unit="blue", area="teaching")
    town.do(case, "bill", "take")
    assert texts(seen(town, "rita", case))[0] == ("The case is with Bill, and that is not Rita.", False)
    assert texts(seen(town, "bill", case))[0][1] is True
    town.do(case, "bill", "drop")
    assert texts(seen(town, "rita", case))[0] == ("Nobody handles the case now.", False)


def test_who_is_held_to_some_fields_is_told(town):
    case = town.report(unit="blue", area="teaching")
    part = town.add(case, "bill", description="A job", owner=town.people["dora"])
    found = seen(town, "dora", case)
    assert (found.much, found.verdict) == ("some", "Dora sees only some of the case: Case number and Area.")
    assert [ok for text, ok in texts(found) if "sees only" in text] == [True]
    assert seen(town, "dora", part).much == "whole"
    assert ("Dora does not see the whole case that it belongs to.", False) in texts(seen(town, "dora", part))
    assert ("Bill sees the whole case that it belongs to.", True) in texts(seen(town, "bill", part))


def test_nothing_tells_who_reported(town):
    """Somebody who reported looks the same as somebody who didn't, in every word."""
    towns = {
        who: town.report(who=who, unit="blue", area="teaching", reporter=town.people[who]) for who in ("rolf", "wanda")
    }
    for person in ("rolf", "wanda"):
        found = [seen(town, person, case) for case in towns.values()]
        assert found[0] == found[1]
        assert found[0].much == "none"
        assert town.context.viewer(town.people[person]).sees(town.facts(towns[person]))


@pytest.mark.parametrize(
    ("party", "hidden"),
    [
        ("reporter", True),
        ("handler", False),
        ("desk", False),
        ({"did": "submit"}, True),
        ({"did": "take"}, False),
        ({"did": "anything"}, True),
        ({"who": "desk", "except": "reporter"}, True),
        ("crowd", False),
        ("owner", False),
    ],
)
def test_ways_that_may_tell_who_reported_are_protected(town, party, hidden):
    routine = town.context.routine
    found = plain.party(party, fields=set(routine.fields), parties=routine.parties)
    assert protected(found, routine) is hidden


def test_a_field_with_a_sight_of_its_own_is_protected(settle):
    town = settle(ROUTINE.replace("  owner: {choices", "  owner: {see: handler, choices"))
    routine = town.context.routine
    assert protected(plain.party("owner", fields={"owner"}), routine)


def test_explaining_says_what_is_so(town):
    """The verdict is the product's own, for everybody who hasn't reported."""
    case = town.report(unit="red", area="teaching")
    part = town.add(case, "rita", description="A job", owner=town.people["dora"])
    for subject in (case, part):
        for person in town.people:
            if person != "stig":
                viewer = town.context.viewer(town.people[person])
                assert (seen(town, person, subject).much != "none") == viewer.sees(town.facts(subject)), person
