import pytest

from tests.api.program import Program


def test_reports_are_those_of_the_page_with_its_numbers(program):
    quality = program("quality_ie")
    quality.get("/reports")
    assert [each["name"] for each in quality.json["reports"]] == ["all", "by_unit"]
    assert quality.get("/reports/all") == 200
    assert quality.json["total"] == 4
    assert sum(cell["count"] for cell in quality.json["sections"][0]["cells"]) == 4
    assert sum(row["count"] for row in quality.json["rows"]) == 4
    owner = program("head_idi")
    assert owner.get("/reports/by_unit") == 404


def test_a_report_is_counted_over_the_days_that_are_asked(program):
    quality = program("quality_ie")
    assert quality.get("/reports/all", **{"from": "2001-01-01", "until": "2001-12-31"}) == 200
    assert (quality.json["from"], quality.json["until"], quality.json["total"]) == ("2001-01-01", "2001-12-31", 0)
    assert quality.json["sections"] == quality.json["rows"] == []


@pytest.mark.parametrize("day", ["", "x", "2026-13-01", "0001-01-01", "9999-12-31", "2026-1-1\0"])
def test_a_day_that_is_none_is_refused(program, day):
    assert program("quality_ie").get("/reports/all", until=day) == 400


def test_small_numbers_are_hidden_as_on_the_page(program):
    desk = program("desk")
    desk.get("/reports/yearly")
    assert (desk.json["hide_below"], desk.json["too_few"], desk.json["rows"], desk.json["times"]) == (5, False, [], [])


def test_where_there_are_too_few_not_even_their_sum_is_told(small_house):
    few, student = Program(small_house, "desk"), Program(small_house, "student_idi")
    answers = {"area": "hse", "unit": "ie", "description": "Noe.", "tried_first": "tried", "no_personal_data": True}
    assert student.post("/cases", answers=answers) == 201
    few.get("/reports/yearly")
    assert (few.json["too_few"], few.json["total"], few.json["sections"]) == (True, None, [])
