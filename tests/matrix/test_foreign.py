"""Somebody else's case: not there - on no page, in no list, search, filter, count, order or file - and not to be changed."""

import io
import re
import zipfile

import pytest

from tests.matrix.world import SECRETS

NUMBERS = re.compile(r'data-case="([^"]+)"')
COUNTS = re.compile(r"\((\d+\+?)\)")
STATES = ("received", "at_faculty", "in_progress", "closed", "rejected", "with_actions")


def foreign(crossing, kind):
    return {number for key, number in crossing.numbers.items() if key[0] == kind and len(key) == 2}


def shown(crossing, path):
    """Numbers of the rows that the list shows."""
    crossing.get(path)
    assert crossing.person.status == 200
    return set(NUMBERS.findall(crossing.person.page.get_data(as_text=True)))


def counts(crossing, path="/cases/"):
    crossing.get(path)
    return COUNTS.findall(crossing.person.text)


def words_of(page):
    """An export's text: a workbook is unpacked."""
    data = page.get_data()
    if data[:2] != b"PK":
        return data.decode("utf-8")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(book.read(name).decode("utf-8") for name in book.namelist() if name.endswith(".xml"))


@pytest.mark.parametrize("who", ["other", "hse", "admin"])
def test_no_list_filter_search_or_count_shows_it(cross, who):
    crossing = cross(who)
    theirs = foreign(crossing, "quality")
    number = crossing.numbers["quality", "in_progress"]
    asked = [
        *(f"/cases/?tab={tab}" for tab in ("mine", "unit", "others", "all")),
        *(f"/cases/?tab=all&state={state}" for state in STATES),
        *(
            f"/cases/?tab=all&sort={order}"
            for order in ("due_at", "-due_at", "submitted_at", "-submitted_at", "number")
        ),
        "/cases/?tab=all&unit=ie",
        "/cases/?tab=all&unit=ntnu",
        "/cases/?tab=all&area=education_quality",
        f"/cases/?tab=all&q={number}",
        "/cases/?tab=all&q=sentence",
        "/cases/?tab=all&q=%25",
        "/actions/?tab=all",
        "/actions/?tab=all&q=group",
    ]
    for path in asked:
        assert not shown(crossing, path) & theirs, path
        assert SECRETS["quality"] not in crossing.person.text, path
        assert f"{number}-" not in crossing.person.text, path


@pytest.mark.parametrize("who", ["other", "hse", "owner", "admin"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_file_holds_it(cross, who, kind):
    crossing = cross(who)
    for path in (
        f"/cases/export/{kind}?tab=all",
        f"/actions/export/{kind}?tab=all",
        f"/cases/export/{kind}?q=sentence",
    ):
        crossing.get(path)
        text = words_of(crossing.person.page)
        assert SECRETS["quality"] not in text, path
        for state in ("at_faculty", "in_progress", "closed"):
            assert crossing.numbers["quality", state] not in text, path


def test_a_file_holds_what_its_list_shows(cross):
    crossing = cross("quality")
    rows = shown(crossing, "/cases/?tab=all")
    for kind in ("csv", "xlsx"):
        crossing.get(f"/cases/export/{kind}?tab=all")
        text = words_of(crossing.person.page)
        assert all(number in text for number in rows)
        assert SECRETS["other"] not in text


def test_counts_are_ones_own(cross):
    before = {who: counts(cross(who)) for who in ("other", "quality")}
    # Mine, of my unit, waiting for others, all: at_faculty, in_progress and with_actions are open; closed is the fourth.
    assert before["other"] == ["3", "3", "0", "4"]
    assert before["quality"] == ["3", "3", "0", "4"]


@pytest.mark.parametrize("argument", ["after", "before"])
def test_the_place_of_a_foreign_row_tells_no_more_than_one_that_never_was(cross, argument):
    crossing = cross("other")
    theirs = crossing.pks("quality")
    never = shown(crossing, f"/cases/?tab=all&{argument}=999999")
    for pk in theirs:
        assert shown(crossing, f"/cases/?tab=all&{argument}={pk}") == never


@pytest.mark.parametrize("mark", ["x", "-1", "1e3", "99999999999999999999", "", "%00", "1;drop", "٣"])
def test_a_place_that_is_no_number_is_no_fault(cross, mark):
    crossing = cross("other")
    for argument in ("after", "before", "size", "sort", "tab", "unit", "state"):
        crossing.get(f"/cases/?{argument}={mark}")
        assert crossing.person.status in (200, 400), argument


def test_no_move_look_up_or_page_of_it_answers(cross):
    crossing = cross("other")
    for state in STATES:
        number = crossing.numbers["quality", state]
        for path in (number, f"{number}/close", f"{number}/forward", f"{number}/add", f"{number}/note", f"{number}/x"):
            assert crossing.get(f"/cases/{path}") == "none"
            assert crossing.post(f"/cases/{path}", version=crossing.version(number)) in ("none", "not")
        assert crossing.post(f"/cases/{number}/reporter") == "none"
    assert not crossing.changed()


def test_the_owner_of_an_action_sees_where_and_what_about_and_no_more(cross):
    crossing = cross("owner")
    number = crossing.numbers["quality", "with_actions"]
    assert shown(crossing, "/cases/?tab=all") == {number, crossing.numbers["hse", "with_actions"]}
    assert SECRETS["quality"] not in crossing.person.text, "the title is the reporter's first sentence"
    assert "sentence" not in crossing.person.text
    assert shown(crossing, "/cases/?tab=all&q=sentence") == set(), "nor may a search tell what it says"
    assert shown(crossing, f"/cases/?tab=all&q={number}") == {number}
    assert crossing.get(f"/cases/{number}") == "ok"
    text = crossing.person.text
    assert "Utdanningskvalitet" in text
    for hidden in (SECRETS["quality"], "student_idi", "student.idi", "Student IDI", "Kvalitetskontakt IE"):
        assert hidden not in text, hidden
    assert crossing.post(f"/cases/{number}/reporter") == "none"
    assert crossing.post(f"/cases/{number}/close", version="1", summary="x") == "none", "no stale form to read either"
    assert crossing.get("/actions/?tab=all") == "ok"
    assert not crossing.changed()


def test_who_reported_is_shown_on_request_and_the_look_is_in_the_journal(cross):
    crossing = cross("quality")
    number = crossing.numbers["quality", "in_progress"]
    crossing.get(f"/cases/{number}")
    assert "student.idi" not in crossing.person.text
    assert crossing.post(f"/cases/{number}/reporter") == "ok"
    assert "student.idi" in crossing.person.text
    crossing.get(f"/cases/{number}")
    assert "student.idi" not in crossing.person.text
    assert crossing.journal(number)[-1] == ("looked_up", crossing.people["quality_ie"])


FORGED = {
    "state": "closed",
    "finished": "1",
    "unit_id": "1",
    "handler": "@1",
    "events": "99",
    "id": "1",
    "number": "1999-0001",
    "reporter": "1",
    "reporter_id": "1",
    "entered_by": "1",
    "submit_key": "x",
    "severity": "high",
    "roles": "1",
    "edition_id": "9",
}


def test_what_the_form_does_not_ask_is_ignored(cross):
    crossing = cross("quality")
    number = crossing.numbers["quality", "in_progress"]
    before = crossing.row(number)
    assert crossing.post(f"/cases/{number}/note", version=before["version"], comment="A note.", **FORGED) == "go"
    after = crossing.row(number)
    moved = {name for name in before if before[name] != after[name]}
    assert moved <= {"version", "events", "changed_at", "answers", "done", "next_step"}
    assert after["version"] == before["version"] + 1
    assert "A note." in after["answers"]
    assert not set(FORGED) & set(re.findall(r'"(\w+)":', after["answers"]))


def test_a_report_takes_no_state_handler_or_number_from_its_sender(cross):
    crossing = cross("student")
    given = {
        "area": "education_quality",
        "unit": "ie",
        "description": "A forged one.",
        "tried_first": "tried",
        "no_personal_data": "y",
    }
    crossing.person.get("/")
    crossing.person.post("/", **{**FORGED, **given})
    assert crossing.person.status == 303, crossing.person.text
    found = crossing.newest()
    assert (found["state"], found["finished"], found["severity"]) == ("received", 0, None)
    assert found["number"] != FORGED["number"]
    assert found["handler"].startswith("intake:")
    assert found["reporter_id"] == int(crossing.people["student_idi"])


def test_ones_own_account_takes_no_roles_from_its_owner(cross):
    crossing = cross("quality")
    crossing.person.get("/userinfoeditview/form")
    crossing.person.post(
        "/userinfoeditview/form", first_name="New", last_name="Name", roles="1", active="1", username="x"
    )
    assert crossing.get("/users/list/") == "no"
    assert crossing.get("/studio/") == "no"
    crossing.get("/users/userinfo/")
    assert "quality_ie" in crossing.person.text
