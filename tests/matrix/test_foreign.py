"""F25: somebody else's case is not there - on no page, in no list, search, filter, count, order or file - and not to be changed."""

import io
import re
import zipfile

import pytest

from tests.matrix.world import PEOPLE, SECRETS, mark

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
    # Mine, of my unit, waiting for others, all: two at_faculty, two in_progress, one with actions; two are closed.
    assert before["other"] == ["5", "5", "0", "7"]
    assert before["quality"] == ["5", "5", "0", "7"]


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
    marked = {crossing.numbers["quality", "marked", state] for state in ("in_progress", "closed")}
    assert shown(crossing, "/cases/?tab=all") == {number, crossing.numbers["hse", "with_actions"], *marked}
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


def belongings(world, table):
    """Every file or letter: [(its id, its case's number, whose it is)]."""
    query = f"SELECT t.id, s.number FROM {table} t JOIN subject s ON s.id = t.subject_id"  # noqa: S608 - ours
    kinds = {world.numbers[kind, "in_progress"]: kind for kind in ("quality", "other")}
    return [(row["id"], row["number"], kinds[row["number"]]) for row in world.rows(query)]


def test_f25_a_file_is_its_handlers_alone_and_never_another_cases(world):
    files = belongings(world, "stored_file")
    numbers = [number for _, number, _ in files]
    assert len(set(numbers)) == 2
    for who in PEOPLE:
        crossing = world(who)
        for which, number, kind in files:
            for asked in numbers:
                good = who == kind and asked == number
                for path in (f"/cases/{asked}/file/{which}", f"/api/v1/cases/{asked}/files/{which}"):
                    assert (crossing.get(path) == "ok") == good, (who, path)
                    assert (mark("file", kind, "in_progress") in crossing.person.text) == good, (who, path)
    for which, number, _ in files:
        for asked in numbers:
            assert world("visitor").get(f"/follow/{world.token_of(asked)}/file/{which}") == "none", number


def test_f25_a_letter_is_its_readers_alone_and_never_another_cases(world):
    letters = belongings(world, "document")
    numbers = [number for _, number, _ in letters]
    for which, number, kind in letters:
        for asked in numbers:
            for who in PEOPLE:
                for path in (f"/cases/{asked}/letter/{which}", f"/cases/{asked}/letter/{which}.pdf"):
                    assert (world(who).get(path) == "ok") == (who == kind and asked == number), (who, path)
            for path in (f"letter/{which}", f"letter/{which}.pdf"):
                found = world("visitor").get(f"/follow/{world.token_of(asked)}/{path}")
                assert (found == "ok") == (asked == number), path


@pytest.mark.parametrize("who", ["other", "hse_iv", "owner", "dean", "head", "admin"])
def test_f25_no_search_filter_or_order_for_programs_finds_it(cross, who):
    crossing = cross(who)
    number = crossing.numbers["quality", "in_progress"]
    theirs = foreign(crossing, "quality") - {crossing.numbers["quality", "with_actions"]}
    pk = crossing.row(number)["id"]
    asked = [f"q={number}", "q=sentence", "unit=ie", "area=education_quality", "state=in_progress", "sort=number"]
    asked += [f"after={pk + step}" for step in (-1, 0, 1)] + [f"before={pk + step}" for step in (-1, 0, 1)]
    for each in asked:
        for kind in ("cases", "actions"):
            crossing.get(f"/api/v1/{kind}?tab=all&size=100&{each}")
            answered = crossing.person.text
            assert not [one for one in theirs if f'"{one}"' in answered], (kind, each)
            assert SECRETS["quality"] not in answered, (kind, each)


def test_f25_no_number_after_ones_own_opens_another_case(cross):
    crossing = cross("other")
    own = {number for key, number in crossing.numbers.items() if key[0] == "other"}
    for number in {row["number"] for row in crossing.world.rows("SELECT number FROM subject")} - own:
        kind = "actions" if number.count("-") > 1 else "cases"
        for path in (f"/{kind}/{number}", f"/api/v1/{kind}/{number}"):
            assert crossing.get(path, accept="application/json") == "none", path


def test_f25_no_form_offers_or_completes_what_belongs_to_other_cases(cross):
    for who in ("other", "owner", "student", "visitor"):
        crossing = cross(who)
        theirs = foreign(crossing, "quality") - {crossing.numbers["quality", "with_actions"]}
        own = crossing.numbers["other", "with_actions"]
        for path in ("/", "/follow/", "/routine", "/my/" if who != "student" else "/", *moves(own)):
            crossing.get(path)
            assert not [number for number in theirs if number in crossing.person.text], (who, path)
            assert SECRETS["quality"] not in crossing.person.text, (who, path)


def moves(number):
    return [f"/cases/{number}/{name}" for name in ("hand_over", "move_unit", "inform", "add", "close")]
