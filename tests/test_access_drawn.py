"""Lists and pages agree, whichever sights are drawn for cases, wishes and their parts."""

from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import select

from app.language.parties import Query
from model import Subject
from tests.scope.conftest import both  # noqa: F401 - a town full of cases
from tests.scope.world import PARTIES

PEOPLE = ("rita", "olga", None)
FIELDS = ("severity", "keeper", "area", "note")
LIMITS = (("severity", "note"), ("number", "keeper"), ("area", "due_on", "state"))
SIGHTS = [each for each in PARTIES if each not in ("anyone", {"at": "anywhere"})]


def drawn(both, seed):  # noqa: F811
    """Give each flow and some fields a sight of their own."""
    chance = Random(seed)  # noqa: S311 - a draw, not a secret

    def party():
        return both.party(chance.choice(SIGHTS))

    def members():
        found = [party() for _ in range(chance.randrange(1, 3))]
        held = [Query(who=party(), only=chance.choice(LIMITS)) for _ in range(chance.randrange(3))]
        return type(both.routine.parties["helpers"])((*found, *held))

    flows = {name: replace(flow, see=members()) for name, flow in both.routine.flows.items()}
    seen = {name: replace(both.routine.fields[name], see=party()) for name in chance.sample(FIELDS, 2)}
    return replace(both.routine, flows=flows, fields={**both.routine.fields, **seen})


@pytest.mark.parametrize("seed", range(6))
def test_a_list_finds_what_a_page_shows_and_a_filter_what_it_shows_of_a_field(both, seed):  # noqa: F811
    routine = drawn(both, seed)
    for who in PEOPLE:
        person = both.town.people[who] if who else None
        viewer = replace(both.context.viewer(person), routine=routine)
        sees = {key for key, facts in both.facts.items() if viewer.sees(facts)}
        assert both.found(viewer.visible()) == sees
        assert both.found(viewer.visible(full=True)) == {
            key for key, facts in both.facts.items() if viewer.fully(facts)
        }
        for field in FIELDS:
            shown = {key for key in sees if viewer.shows(field, both.facts[key])}
            assert both.found(viewer.visible() & viewer.reads(field)) == shown, (who, field)


@pytest.mark.parametrize(
    "party", [{"who": "owner", "of": "errand"}, "contact", "keeper", {"did": "take"}, "routing"], ids=str
)
def test_whom_a_party_grants_a_row_it_grants_its_parts(both, party):  # noqa: F811
    asked = both.party(party)
    for who in PEOPLE:
        person = both.town.people[who] if who else None
        here = {flow: both.said_in(party, who, flow) for flow in both.routine.flows}
        wholes = here["case"] | here["wish"]
        inside = {row.id for row in both.rows if row.whole_id in wholes}
        viewer = both.context.viewer(person)
        assert set(both.session.scalars(select(Subject.id).where(viewer.granted(asked)))) == inside.union(
            *here.values()
        )
