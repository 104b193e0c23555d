"""Programs are told what pages tell: the same cases, the same moves, and the same answers to them."""

import pytest

from tests.matrix.test_foreign import NUMBERS
from tests.matrix.test_moves import (
    ACTION_MOVES,
    CASE_MOVES,
    NOT_YET,
    OFFERED,
    answers,
    handler_of,
    leaving,
    roles_in_action,
    sees_case,
)
from tests.matrix.world import ACTION_STATES, CASE_STATES, KINDS, SECRETS

KEYS = {"visitor": "key", "student": "no"}
"""What those get who may not use the screens at all."""
TICKS = {"help_offered": True}


def json_of(crossing):
    return crossing.person.page.json


def given(crossing, kind, name):
    """A good answer to a move's questions, as JSON."""
    found = {**answers(crossing, kind).get(name, {})}
    return {each: TICKS.get(each, value) for each, value in found.items()}


def make(crossing, path, version, sent):
    """Make a move; put the database back. Gives the answer."""
    found = crossing.send(path, {"version": version, "answers": sent})
    if crossing.changed():
        assert found == "ok", f"{path} answered {found} and wrote to the database"
        crossing.restore()
    return found


def test_a_program_lists_what_the_page_lists(crossing):
    if crossing.who in KEYS:
        assert crossing.get("/api/v1/cases") == KEYS[crossing.who]
        assert crossing.get("/api/v1/actions") == KEYS[crossing.who]
        return
    for asked in ("tab=all", "tab=mine", "tab=unit", "tab=all&state=closed", "tab=all&q=sentence", "tab=all&unit=ie"):
        crossing.get(f"/cases/?{asked}&size=100")
        shown = NUMBERS.findall(crossing.person.page.get_data(as_text=True))
        assert crossing.get(f"/api/v1/cases?{asked}&size=100") == "ok"
        assert [row["number"] for row in json_of(crossing)["rows"]] == shown, asked
    assert not crossing.changed()


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_program_is_offered_the_moves_that_the_page_offers(crossing, kind):
    who = crossing.who
    for state in (*CASE_STATES, "with_actions"):
        number = crossing.numbers[kind, state]
        page = crossing.get(f"/cases/{number}")
        offered = set(OFFERED.findall(crossing.person.text))
        found = crossing.get(f"/api/v1/cases/{number}")
        assert found == KEYS.get(who, page)
        if found == "ok":
            assert {each["name"] for each in json_of(crossing)["moves"]} == offered, f"{number} by {who}"
        elif kind != who:
            assert SECRETS[kind] not in crossing.person.text
    for state in ACTION_STATES:
        number = crossing.numbers[kind, "action", state]
        page = crossing.get(f"/actions/{number}")
        offered = set(OFFERED.findall(crossing.person.text))
        found = crossing.get(f"/api/v1/actions/{number}")
        assert found == KEYS.get(who, page)
        if found == "ok":
            assert {each["name"] for each in json_of(crossing)["moves"]} == offered, f"{number} by {who}"
    assert not crossing.changed()


@pytest.mark.parametrize("kind", ["quality", "other"])
@pytest.mark.parametrize("state", ["received", "at_faculty", "with_actions"])
def test_a_case_answers_a_programs_move_as_declared(crossing, kind, state):
    who, number = crossing.who, crossing.numbers[kind, state]
    sees, handles = sees_case(who, kind, state), who == handler_of(kind, state)
    mine = {name for name, (states, by) in CASE_MOVES.items() if handles and by == "handler" and state in states}
    version = crossing.version(number)
    for name in CASE_MOVES if sees else leaving(CASE_MOVES, state):
        found = make(
            crossing, f"/api/v1/cases/{number}/moves/{name}", version, {**due(name), **given(crossing, kind, name)}
        )
        assert found == declared(who, sees, name in mine, (state, name) in NOT_YET, name not in NOT_HERE[0]), (
            f"{name} by {who}"
        )


@pytest.mark.parametrize("kind", ["quality", "other"])
@pytest.mark.parametrize("state", ["assigned", "accepted"])
def test_an_action_answers_a_programs_move_as_declared(crossing, kind, state):
    who, number = crossing.who, crossing.numbers[kind, "action", state]
    roles = roles_in_action(who, kind, state)
    mine = {name for name, (states, by) in ACTION_MOVES.items() if by in roles and state in states}
    version = crossing.version(number)
    for name in ACTION_MOVES if roles else leaving(ACTION_MOVES, state):
        found = make(crossing, f"/api/v1/actions/{number}/moves/{name}", version, given(crossing, kind, name))
        assert found == declared(who, bool(roles), name in mine, False, name not in NOT_HERE[1]), f"{name} by {who}"


def due(name):
    return {"due_on": "2030-05-05"} if name == "add" else {}


NOT_HERE = {"submit", "no_such_move", "resume"}, {"add", "close"}
"""Moves that no case, and no action, has."""


def declared(who, sees, fits, waits, there):
    """The answer to a program's move: one that is there but not theirs from here is refused with the reason."""
    if who in KEYS:
        return KEYS[who]
    if not (sees and there):
        return "none"
    return "ok" if fits and not waits else "422"
