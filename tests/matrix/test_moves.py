"""Every move that the routine declares as somebody's is offered to them, and happens - on pages and for programs."""

import re

import pytest

from tests.matrix.declared import ACTION, CASE, MOVES
from tests.matrix.table import handler_of, is_theirs
from tests.matrix.world import ACTION_STATES, CASE_STATES, KINDS, OWNERS

OFFERED = re.compile(r'data-transition="(\w+)"')
WAITS = {
    (CASE, "received", "add"): "case_is_in_progress",
    (CASE, "at_faculty", "add"): "case_is_in_progress",
    (CASE, "with_actions", "close"): "every_action_is_settled",
}
"""Offered with the reason why not: pressed all the same, the form comes again."""
TICKS = {"help_offered": True}
PLACES = {CASE: "cases", ACTION: "actions"}


def answers(crossing, kind):
    """A good answer to each move's questions."""
    unit, area = KINDS[kind]
    people = crossing.people
    return {
        "forward": {"unit": unit, "area": area},
        "move_unit": {"unit": "mh", "area": area},
        "consult": {"comment": "We met."},
        "send_back": {"comment": "Not ours."},
        "reject": {"reason": "It belongs elsewhere.", "help_offered": "y"},
        "hand_over": {"new_handler": people["quality_iv" if kind == "other" else "hse_ie"]},
        "inform": {"recipients": [people["dean_ie"]], "message": "Please know."},
        "assess": {"severity": "high"},
        "close": {"summary": "It is done."},
        "write_to_reporter": {"conversation": "We look into it."},
        "note": {"comment": "Remember."},
        "add": {
            "description": "Do it.",
            "owner": people["head_ibm" if kind == "other" else "head_idi"],
            "due_on": "2030-05-05",
        },
        "clarify": {"comment": "Asking."},
        "decline": {"comment": "Not me."},
        "complete": {"result": "Done."},
        "reassign": {"owner": people["head_ibm" if kind == "other" else "head_iel"], "due_on": "2031-01-01"},
        "withdraw": {"comment": "Not needed."},
    }


def state_of(state):
    return "in_progress" if state == "with_actions" else state


def theirs(flow, state, relation):
    return [name for name in MOVES[flow] if is_theirs(flow, name, state_of(state), relation)]


def press(crossing, place, name, version, given):
    """Make a move on its page; put the database back. Gives the answer, and whether it was kept as it says."""
    found = crossing.post(f"/{place}/{name}", version=version, **given)
    return found, undone(crossing, done=found == "go")


def send(crossing, place, name, version, given):
    """Make a move as a program does; put the database back. Gives the answer, and whether it was kept as it says."""
    sent = {name: TICKS.get(name, value) for name, value in given.items()}
    found = crossing.send(f"/api/v1/{place}/moves/{name}", {"version": version, "answers": sent})
    return found, undone(crossing, done=found == "ok")


def undone(crossing, *, done):
    """Put the database back if anything was written; say whether that was so exactly where the move was made."""
    written = crossing.changed()
    if written:
        crossing.restore()
    return written == done


def make_all(crossing, flow, key, relation, ways):
    """Make each move that is theirs from there; give what did not come to what is declared."""
    kind, state, number = key[0], key[-1], crossing.numbers[key]
    place = f"{PLACES[flow]}/{number}"
    crossing.get(f"/{place}")
    mine, version, given = theirs(flow, state, relation), crossing.version(number), answers(crossing, kind)
    offered = set(OFFERED.findall(crossing.person.text))
    wrong = [f"{crossing.who} {key}: offered {offered}, declared {mine}"] if offered != set(mine) else []
    for way, (happened, refused) in ways.items():
        for name in mine:
            found, kept = way(crossing, place, name, version, given.get(name, {}))
            declared = refused if (flow, state, name) in WAITS else happened
            if found != declared or not kept:
                wrong.append(f"{name} of {key} by {crossing.who}: {found}, written {kept}, declared {declared}")
    return wrong


WAYS = {press: ("go", "bad"), send: ("ok", "bad")}


@pytest.mark.parametrize("kind", ["quality", "other"])
def test_every_move_of_a_case_that_is_declared_as_somebodys_happens(cross, kind):
    wrong = []
    for state in (*CASE_STATES, "with_actions"):
        wrong += make_all(cross(handler_of(kind, state)), CASE, (kind, state), "handler", WAYS)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("kind", ["quality", "other"])
def test_every_move_of_an_action_that_is_declared_as_somebodys_happens(cross, kind):
    wrong = []
    for state in ACTION_STATES:
        key = (kind, "action", state)
        wrong += make_all(cross(kind), ACTION, key, "handler", WAYS)
        if state != "declined":
            wrong += make_all(cross(OWNERS[kind]), ACTION, key, "owner", WAYS)
    assert not wrong, "\n".join(wrong)


def test_a_program_is_offered_the_moves_that_the_page_offers(cross):
    for who, keys in {
        "desk": [("quality", "received")],
        "quality": [("quality", each) for each in ("at_faculty", "in_progress", "with_actions", "closed")],
        "owner": [("quality", "with_actions"), ("quality", "action", "assigned"), ("hse", "action", "accepted")],
    }.items():
        crossing = cross(who)
        for key in keys:
            place = "actions" if "action" in key else "cases"
            crossing.get(f"/{place}/{crossing.numbers[key]}")
            offered = set(OFFERED.findall(crossing.person.text))
            assert crossing.get(f"/api/v1/{place}/{crossing.numbers[key]}") == "ok"
            assert {each["name"] for each in crossing.person.page.json["moves"]} == offered, (who, key)


def test_every_move_has_a_good_answer_here(cross):
    known = answers(cross("desk"), "quality")
    asked = {name for flow in MOVES.values() for name, move in flow.items() if move.asked and move.by != {"reporter"}}
    assert asked == set(known), "say in `answers` what is answered"
