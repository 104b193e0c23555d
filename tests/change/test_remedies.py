"""Each reason why a case is stuck is a sentence about this case, and names what the routine has no longer by its name."""

from datetime import date
from textwrap import dedent

import pytest

from app.change import remedies
from app.language.load import load
from model import Assignment, Person
from tests.change.test_radar import ROUTINE, changed, reasons
from tests.workflow.town import HEAD


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def say(town, reason, flow="case"):
    routine = load(HEAD + dedent(ROUTINE)).routine
    return remedies.told(reason, routine, flow, town.context.organisation, {7: "Rita"})


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ({"why": "no_handler"}, "Nobody has the case."),
        ({"why": "no_holder", "role": "contact", "unit": None}, "Nobody has the role “Contact”."),
        ({"why": "no_holder", "role": "gone", "unit": 999}, "Nobody has the role “gone”."),
        ({"why": "inactive", "person": 7}, "Rita has the task, but the account is switched off."),
        ({"why": "inactive", "person": 8}, "Somebody has the task, but the account is switched off."),
        ({"why": "all_excluded"}, "Everybody who could have done it is left out of this case."),
        ({"why": "no_state", "state": "gone"}, "The routine no longer has the state it is in."),
        ({"why": "no_way", "state": "open"}, "Nothing leads on from “Open”."),
        ({"why": "no_way", "state": "gone"}, "Nothing leads on from “gone”."),
        ({"why": "guard", "transition": "end", "guard": "told"}, "“End” is stopped: Tell them first."),
        ({"why": "guard", "transition": "gone", "guard": "lost"}, "“gone” is stopped: lost"),
        ({"why": "empty", "field": "owner"}, "“Tiltaksansvarlig” names nobody."),
        ({"why": "empty", "field": "gone"}, "“gone” names nobody."),
        ({"why": "no_clock", "transition": "expire"}, "“Expire” happens by itself when a deadline is over, and none"),
        ({"why": "nobody", "transition": "wait"}, "Nobody who may open it can do “Wait”."),
        ({"why": "something new"}, "Nobody who may open it can do “”."),
    ],
)
def test_each_reason_is_a_sentence(town, reason, sentence):
    assert sentence in say(town, reason)


def test_a_flow_that_is_gone_breaks_nothing(town):
    assert say(town, {"why": "no_way", "state": "open"}, flow="gone") == "Nothing leads on from “open”."


def test_when_the_assignment_ended_is_told(town):
    case = town.report()
    for row in town.session.query(Assignment).join(Person).filter(Person.name.in_(["rita", "rolf", "bess"])):
        row.ends_on = date(2026, 2, 1)
    changed(town)
    first = reasons(town.context, town.facts(case))[0]
    assert say(town, first) == "Nobody has the role “Contact” at Red. The assignment ended on 1. februar 2026."


def test_the_most_telling_reason_comes_first():
    told = [{"why": why} for why in ("nobody", "guard", "something new", "no_holder")]
    assert [each["why"] for each in remedies.worst_first(told)] == ["no_holder", "guard", "nobody", "something new"]
