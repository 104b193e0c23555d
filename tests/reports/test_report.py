import csv
import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import true

from app.workflow.context import Context
from app.workflow.counting import Choice, count, timed
from tests.house import cases, session_of


@pytest.fixture
def reported(house, enter):
    """Three cases: two about teaching at IE (one of them at the faculty), one about buildings at NV."""
    visitor = enter(None)
    visitor.report()
    visitor.report()
    visitor.report(area="physical", unit="NV")
    first = next(iter(cases(house)))
    desk = enter("desk")
    desk.move(first, "forward", unit="ie", area="education_quality")
    return house


def table(page):
    lines = list(csv.reader(io.StringIO(page.get_data(as_text=True).lstrip("\ufeff")), delimiter=";"))
    return lines[0], sorted(lines[1:])


def file_of(person, name, **period):
    asked = "&".join(f"{key.rstrip('_')}={value}" for key, value in period.items())
    page = person.get(f"/reports/{name}/csv?lang=en&{asked}")
    assert page.status_code == 200, person.text
    return table(page)


def test_everybody_in_the_report_counts_their_own_units_cases(reported, enter):
    heads, everything = file_of(enter("desk"), "by_unit")
    ie, nv = "Faculty of Information Technology and Electrical Engineering", "Faculty of Natural Sciences"
    assert heads == ["Unit", "Area", "State", "Cases"]
    assert everything == [
        [ie, "Education quality", "At the faculty", "1"],
        [ie, "Education quality", "Received", "1"],
        [nv, "Physical learning environment", "Received", "1"],
    ]
    # The dean has none of these cases and opens none of them, yet counts the faculty's.
    assert file_of(enter("dean_ie"), "by_unit")[1] == everything[:2]
    assert file_of(enter("quality_nv"), "by_unit")[1] == everything[2:]
    assert file_of(enter("quality_hf"), "by_unit")[1] == []


def test_counting_opens_no_case(reported, enter):
    dean = enter("dean_ie")
    assert "2" in dean.get("/reports/by_unit").get_data(as_text=True)
    assert dean.get(f"/cases/{next(iter(cases(reported)))}").status_code == 404
    assert file_of(dean, "all")[1] == []


def test_the_report_of_ones_own_holds_what_one_may_open(reported, enter):
    assert [row[-2:] for row in file_of(enter("desk"), "all")[1]] == [["Received", "1"], ["Received", "1"]]
    assert [row[-2:] for row in file_of(enter("quality_ie"), "all")[1]] == [["At the faculty", "1"]]


def test_only_those_in_a_report_find_it(reported, enter):
    head = enter("head_idi")
    assert "/reports/all" in head.get("/reports/").get_data(as_text=True)
    assert "/reports/by_unit" not in head.text
    assert head.get("/reports/by_unit").status_code == 404
    assert head.get("/reports/by_unit/csv").status_code == 404
    assert enter("quality_ie").get("/reports/yearly").status_code == 404
    assert enter("student_idi").get("/reports/").status_code in {302, 403}
    assert enter(None).get("/reports/by_unit").status_code == 302


def test_a_case_without_a_unit_is_counted_where_it_is_looked_up(house, enter):
    enter(None).report(unit="")
    assert [row[0] for row in file_of(enter("desk"), "by_unit")[1]] == ["No unit"]
    assert file_of(enter("dean_ie"), "by_unit")[1] == []


def test_the_days_asked_for_are_counted_both_included(reported, enter):
    desk, today = enter("desk"), datetime.now(UTC).date()
    for first, last, rows in ((-1, 1, 3), (-9, -2, 0), (2, 9, 0)):
        period = {"from_": today + timedelta(days=first), "to": today + timedelta(days=last)}
        assert len(file_of(desk, "by_unit", **period)[1]) == rows
    for nonsense in ("from=x&to=2026-13-01", "from=0001-01-01", "to=9999-12-31", "from=2030-01-01&to=2020-01-01"):
        assert desk.get(f"/reports/by_unit?{nonsense}").status_code == 200


def test_small_numbers_are_hidden_on_the_page_and_in_the_files(reported, enter):
    desk = enter("desk")
    desk.get("/reports/yearly?lang=en")
    assert "too few cases" in desk.text
    assert file_of(desk, "yearly")[1] == []
    visitor = enter(None)
    for _ in range(4):
        visitor.report()
    heads, rows = file_of(desk, "yearly")
    assert heads == ["Question", "Answer", "Cases"]
    assert ["Area", "Education quality", "hidden"] in rows
    assert ["Area", "Physical learning environment", "under 5"] in rows
    assert ["Severity", "Not answered", "7"] in rows
    visitor.report(area="physical", unit="NV")
    visitor.report(area="hse", unit="AD")
    desk.get("/reports/yearly?lang=en")
    order = [desk.text.index(f'<th scope="row">{name}') for name in ("Faculty of Architecture", "Faculty of Natural")]
    assert order == sorted(order), "what is hidden stands by name: its order would tell of its size"
    assert "All of it together" not in desk.get("/reports/yearly?lang=en").get_data(as_text=True)


def test_a_page_says_what_its_numbers_say(reported, enter):
    desk = enter("desk")
    desk.get("/reports/by_unit?lang=en")
    assert "Most cases concern Faculty of Information Technology" in desk.text
    assert "Most cases are about “Education quality”" in desk.text
    assert '<rect class="bar" x="0" y="22" width="80.0%"' in desk.text
    desk.get("/reports/by_unit?lang=en&to=2001-01-01")
    assert "No cases in this period." in desk.text
    assert "<svg width" not in desk.text


def test_an_excel_file_has_the_same_rows(reported, enter):
    page = enter("desk").get("/reports/by_unit/xlsx?lang=en")
    sheet = openpyxl.load_workbook(io.BytesIO(page.data)).active
    assert sum(int(row[-1]) for row in list(sheet.values)[1:]) == 3


def test_clocks_tell_how_long_work_took(reported):
    with session_of(reported) as session:
        context = Context.open(session, datetime.now(UTC) + timedelta(days=90))
        everything = Choice(true())
        at_intake = timed(context, (), "at_intake", everything)
        assert sorted(run.stopped is None for _, run in at_intake) == [False, True, True]
        assert {tuple(row.values()) for row in count(context, ["tried_first"], choice=everything)} == {("tried", 3)}
        assert {tuple(row.values()) for row in count(context, ["no_personal_data"], choice=everything)} == {(True, 3)}


def test_a_page_has_the_largest_lines_and_the_file_all(reported, enter, monkeypatch):
    monkeypatch.setattr("app.reports.views.MOST_LINES", 1)
    desk = enter("desk")
    page = desk.get("/reports/by_unit?lang=en").get_data(as_text=True)
    assert "These are the 1 largest of 3." in page
    assert page.split('id="together"')[1].count('role="row"') == 2, "a head and a line"
    assert len(file_of(desk, "by_unit")[1]) == 3
