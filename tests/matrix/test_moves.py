"""Every move in every state by everybody: what the page offers and what the press answers, as declared here."""

import re

import pytest

from tests.matrix.world import ACTION_STATES, CASE_STATES, KINDS, PEOPLE

OFFERED = re.compile(r'data-transition="(\w+)"')
UNFINISHED = ("received", "at_faculty", "in_progress", "with_actions")

CASE_MOVES = {
    "forward": (["received"], "handler"),
    "consult": (["received", "at_faculty"], "handler"),
    "reject": (["received", "at_faculty"], "handler"),
    "send_back": (["at_faculty"], "handler"),
    "accept": (["at_faculty"], "handler"),
    "hand_over": (["at_faculty", "in_progress", "with_actions"], "handler"),
    "move_unit": (["at_faculty", "in_progress", "with_actions"], "handler"),
    "inform": (["at_faculty", "in_progress", "with_actions"], "handler"),
    "assess": (["in_progress", "with_actions"], "handler"),
    "close": (["in_progress", "with_actions"], "handler"),
    "write_to_reporter": (UNFINISHED, "handler"),
    "note": (UNFINISHED, "handler"),
    "add": (UNFINISHED, "handler"),
    "reply": ([], "nobody: the reporter answers on the follow page"),
    "submit": ([], "nobody: there is a case already"),
    "no_such_move": ([], "nobody"),
    "resume": ([], "nobody: it is an action's"),
}
"""Move -> the states it leaves and who may make it. In `received` and `rejected` the handler is the desk."""

ACTION_MOVES = {
    "accept": (["assigned"], "owner"),
    "clarify": (["assigned", "accepted"], "owner"),
    "resume": (["clarifying"], "owner"),
    "decline": (["assigned", "accepted", "clarifying"], "owner"),
    "complete": (["accepted"], "owner"),
    "reassign": (["assigned", "accepted", "clarifying", "declined"], "handler"),
    "withdraw": (["assigned", "accepted", "clarifying", "declined"], "handler"),
    "add": ([], "nobody: it is there already"),
    "close": ([], "nobody: it is the case's"),
}

NOT_YET = {
    ("received", "add"): "case_is_in_progress",
    ("at_faculty", "add"): "case_is_in_progress",
    ("with_actions", "close"): "every_action_is_settled",
}
"""Offered with the reason why not: pressed all the same, the form comes again."""


def handler_of(kind, state):
    return "desk" if state in ("received", "rejected") else kind


def sees_case(who, kind, state):
    return who == handler_of(kind, state) or (who == "owner" and state == "with_actions" and kind != "other")


def roles_in_action(who, kind, state):
    """What somebody is in an action of that kind: one who declined has nothing more to do with it."""
    found = {"handler"} if who == kind else set()
    return found | ({"owner"} if who == "owner" and kind != "other" and state != "declined" else set())


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
        "reply": {"conversation": "Thanks."},
        "note": {"comment": "Remember."},
        "add": {"description": "Do it.", "owner": people["head_ibm" if kind == "other" else "head_idi"]},
        "clarify": {"comment": "Asking."},
        "decline": {"comment": "Not me."},
        "complete": {"result": "Done."},
        "reassign": {"owner": people["head_ibm" if kind == "other" else "head_iel"], "due_on": "2031-01-01"},
        "withdraw": {"comment": "Not needed."},
    }


def leaving(moves, state):
    """Moves that somebody could make in that state: those worth trying for one who may not see it."""
    return [name for name, (states, _) in moves.items() if state in states] or ["add"]


def denied(who):
    """What those get who may not use the screens at all; None for the others."""
    return {"visitor": "login", "student": "no"}.get(who)


def press(crossing, path, version, given):
    """Open a move and make it; put the database back. Gives both answers."""
    opened = crossing.get(path)
    assert not crossing.changed(), f"opening {path} wrote to the database"
    pressed = crossing.post(path, version=version, **given)
    if crossing.changed():
        assert pressed == "go", f"{path} answered {pressed} and wrote to the database"
        crossing.restore()
    return opened, pressed


def declared(who, sees, fits, waits):
    """The answers to opening and pressing a move."""
    refused = denied(who)
    if refused:
        return refused, refused
    if not (sees and fits):
        return "none", "none"
    return "ok", "bad" if waits else "go"


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("state", [*CASE_STATES, "with_actions"])
def test_a_case_offers_and_answers_what_is_declared(crossing, kind, state):
    who, number = crossing.who, crossing.numbers[kind, state]
    sees, handles = sees_case(who, kind, state), who == handler_of(kind, state)
    mine = {name for name, (states, by) in CASE_MOVES.items() if handles and by == "handler" and state in states}
    assert crossing.get(f"/cases/{number}") == (denied(who) or ("ok" if sees else "none"))
    assert set(OFFERED.findall(crossing.person.text)) == mine
    version = crossing.version(number)
    for name in CASE_MOVES if sees else leaving(CASE_MOVES, state):
        given = {"due_on": "2030-05-05", **answers(crossing, kind).get(name, {})}
        found = press(crossing, f"/cases/{number}/{name}", version, given)
        assert found == declared(who, sees, name in mine, (state, name) in NOT_YET), f"{name} by {who}"


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("state", ACTION_STATES)
def test_an_action_offers_and_answers_what_is_declared(crossing, kind, state):
    who, number = crossing.who, crossing.numbers[kind, "action", state]
    roles = roles_in_action(who, kind, state)
    mine = {name for name, (states, by) in ACTION_MOVES.items() if by in roles and state in states}
    assert crossing.get(f"/actions/{number}") == (denied(who) or ("ok" if roles else "none"))
    assert set(OFFERED.findall(crossing.person.text)) == mine
    version = crossing.version(number)
    for name in ACTION_MOVES if roles else leaving(ACTION_MOVES, state):
        found = press(crossing, f"/actions/{number}/{name}", version, answers(crossing, kind).get(name, {}))
        assert found == declared(who, bool(roles), name in mine, waits=False), f"{name} by {who}"


def test_the_tables_name_every_state_and_role():
    states = {state for moves, _ in CASE_MOVES.values() for state in moves}
    assert states == set(UNFINISHED)
    assert {state for moves, _ in ACTION_MOVES.values() for state in moves} < set(ACTION_STATES)
    assert {"quality", "hse", "other"} <= set(PEOPLE)
