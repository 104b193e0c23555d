"""F26: what a form doesn't ask is left alone, whoever sends it with the form, and the log tells of it."""

import logging

import pytest

from tests.matrix.test_moves import answers
from tests.matrix.world import PEOPLE

SECRET = "Somebody typed this"
FORGED = {
    "state": "closed",
    "finished": "1",
    "unit_id": "1",
    "handler": "@1",
    "events": "99",
    "id": "1",
    "number": "1999-0001",
    "reporter_id": "1",
    "entered_by": "1",
    "submit_key": "x",
    "excluded": ",1,",
    "roles": "1",
    "edition_id": "9",
    SECRET: SECRET,
}
"""Columns that nobody fills in by a form of a case, and a name that somebody has made up."""
NOTED = set(FORGED) - {SECRET}


@pytest.fixture
def noted(caplog):
    """The log's lines about what was left alone: [{names}]. None of them may tell an answer or a made-up name."""
    caplog.set_level(logging.WARNING)

    def lines():
        found = [each.getMessage() for each in caplog.records if "left alone" in each.getMessage()]
        assert not [each for each in found if SECRET in each or "1999-0001" in each or "student" in each]
        return [set(each.split(": ", 1)[1].split(" at ")[0].split(", ")) for each in found]

    return lines


def changes(before, after):
    return {name for name in before if before[name] != after[name]}


def test_f26_a_move_takes_nothing_besides_its_questions(world, noted):
    crossing = world("quality")
    number = crossing.numbers["quality", "in_progress"]
    before = crossing.row(number)
    assert crossing.post(f"/cases/{number}/note", version=before["version"], comment="A note.", **FORGED) == "go"
    after = crossing.row(number)
    assert changes(before, after) <= {"version", "events", "changed_at", "answers", "done", "next_step"}
    assert "A note." in str(after["answers"])
    assert SECRET not in str(after)
    assert noted() == [NOTED]


def test_f26_every_move_on_its_own_page_leaves_alone_what_it_does_not_ask(world, noted):
    crossing = world("quality")
    number = crossing.numbers["quality", "in_progress"]
    version, given = crossing.version(number), answers(crossing, "quality")
    forged = {"excluded": ",1,", "number": "1999-0001", "submit_key": "x", "events": "99", "finished": "1"}
    for name in ("write_to_reporter", "assess", "inform", "hand_over", "move_unit", "add", "close"):
        before = crossing.row(number)
        assert crossing.post(f"/cases/{number}/{name}", version=version, **{**forged, **given[name]}) == "go"
        after = world.rows("SELECT * FROM subject WHERE id = ?", before["id"])[0]
        assert (after["number"], after["excluded"], after["submit_key"]) == (number, "", before["submit_key"])
        assert bool(after["finished"]) == (name == "close")
        assert set(forged) <= noted()[-1] | {"events"}
        world.restore()


def test_f26_an_owners_answer_takes_no_owner_day_or_case(world, noted):
    crossing = world("owner")
    number = crossing.numbers["quality", "action", "accepted"]
    before = crossing.row(number)
    forged = {"owner": "1", "due_on": "2099-01-01", "whole_id": "1", "description": SECRET}
    assert crossing.post(f"/actions/{number}/complete", version=before["version"], result="Done.", **forged) == "go"
    after = crossing.row(number)
    for name in ("owner_id", "due_on", "whole_id", "description", "title"):
        assert after[name] == before[name], name
    assert noted() == [set(forged)]


def test_f26_a_report_takes_no_state_handler_or_number_from_its_sender(world, noted):
    crossing = world("student")
    given = {
        "area": "education_quality",
        "unit": "ie",
        "description": "A forged one.",
        "tried_first": "tried",
        "no_personal_data": "y",
    }
    crossing.person.get("/")
    crossing.person.post("/", **{**FORGED, "reporter": "1", "severity": "high", **given})
    assert crossing.person.status == 303, crossing.person.text
    found = crossing.newest()
    assert (found["state"], found["finished"], found["severity"]) == ("received", 0, None)
    assert found["number"] != FORGED["number"]
    assert found["handler"].startswith("intake:")
    assert found["reporter_id"] == int(crossing.people["student_idi"])
    assert SECRET not in str(found)
    assert noted() == [NOTED | {"reporter", "severity"}]


def test_f26_a_reporters_answer_takes_nothing_besides(world, noted):
    crossing = world("visitor")
    number = crossing.numbers["quality", "in_progress"]
    before, token = crossing.row(number), world.token_of(number)
    sent = {**FORGED, "severity": "high", "version": before["version"], "conversation": "And then?"}
    assert crossing.post(f"/follow/{token}/reply", **sent) == "go"
    assert changes(before, crossing.row(number)) <= {"version", "events", "changed_at", "answers", "done", "next_step"}
    assert noted() == [NOTED | {"severity"}]


@pytest.mark.parametrize("forged", ["state", "unit_id", "handler", "roles", "reporter_id"])
def test_f26_a_program_that_sends_more_is_refused(world, noted, forged):
    crossing = world("quality")
    number = crossing.numbers["quality", "in_progress"]
    path, version = f"/api/v1/cases/{number}/moves/note", crossing.version(number)
    assert crossing.send(path, {"version": version, "answers": {"comment": "A note.", forged: "1"}}) == "bad"
    assert crossing.send(path, {"version": version, "answers": {"comment": "A note."}, forged: "1"}) == "bad"
    report = {"answers": {"area": "hse", "description": "One.", forged: "1"}}
    assert crossing.send("/api/v1/cases", report) == "bad"
    assert not crossing.changed()
    assert noted() == [{forged}] * 3


def test_f26_ones_own_account_takes_no_roles_from_its_owner(world, noted):
    crossing = world("quality")
    forged = {"roles": "1", "active": "1", "username": "x", "email": "x@ntnu.example", "password": SECRET}
    query = "SELECT username, email, password, active FROM ab_user WHERE username = 'quality_ie'"
    before = world.rows(query)
    crossing.post("/userinfoeditview/form", first_name="New", last_name="Name", **forged)
    assert world.rows(query) == before
    assert crossing.get("/users/list/") == "no"
    assert crossing.get("/studio/") == "no"
    assert noted() == [set(forged)]


def test_f26_no_password_or_count_of_an_account_is_set_by_the_screen_for_accounts(world, noted):
    crossing = world("admin")
    pk = world.rows("SELECT id FROM ab_user WHERE username = ?", PEOPLE["quality"])[0]["id"]
    before = world.rows("SELECT * FROM ab_user WHERE id = ?", pk)[0]
    roles = [str(row["role_id"]) for row in world.rows("SELECT role_id FROM ab_user_role WHERE user_id = ?", pk)]
    asked = {
        "first_name": "New",
        "last_name": "",
        "username": before["username"],
        "email": before["email"],
        "active": "y",
        "roles": roles,
    }
    crossing.get(f"/users/edit/{pk}")
    forged = {"password": SECRET, "login_count": "99", "created_on": "2001-01-01", "person": "1", "id": "1"}
    asked |= crossing.person.hidden()
    assert crossing.post(f"/users/edit/{pk}?_flt_0_login_count=9", **asked, **forged) == "go"
    after = world.rows("SELECT * FROM ab_user WHERE id = ?", pk)[0]
    assert changes(before, after) <= {"first_name", "changed_on", "changed_by_fk"}
    assert noted() == [set(forged)]


def test_f26_a_setting_takes_no_name_or_key_once_it_is_there(world, noted):
    crossing = world("admin")
    crossing.get("/studio/person/edit/?id=1")
    hidden = crossing.person.hidden()
    before = world.rows("SELECT * FROM person WHERE id = 1")[0]
    sent = {"label": "Another", "mail": "another@ntnu.example", "language": "nb", "save": "now", **hidden}
    crossing.post("/studio/person/edit/?id=1", **sent, name="x", user_id="1", guest="1", id="7")
    after = world.rows("SELECT * FROM person WHERE id = 1")[0]
    assert (after["name"], after["user_id"], after["guest"]) == (before["name"], before["user_id"], before["guest"])
    assert noted()[0] >= {"name", "user_id", "guest", "id"}


def test_f26_nothing_is_noted_of_what_is_asked(world, noted):
    crossing = world("quality")
    number = crossing.numbers["quality", "in_progress"]
    for name, given in answers(crossing, "quality").items():
        crossing.person.get(f"/cases/{number}/{name}")
        if crossing.person.status == 200:
            crossing.person.post(f"/cases/{number}/{name}", preview="1", **given)
            crossing.person.post(f"/cases/{number}/{name}", **given)
            world.restore()
    crossing.person.get("/userinfoeditview/form")
    crossing.person.post("/userinfoeditview/form", first_name="New", last_name="Name")
    student = world("student")
    student.person.get("/")
    student.person.post("/", area="education_quality", unit="ie", description="One.", nameless="y", tried_first="tried")
    assert noted() == []
