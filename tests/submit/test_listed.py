"""Cases that are open to everybody: a list, a page for each, and nothing that the routine doesn't name."""

import pytest

from tests.submit.conftest import Browser

SEE = "{who: anyone, only: [number, told, area], when: {area: education_quality}}"


@pytest.fixture
def open_house(elsewhere):
    elsewhere.publish(("see: [reporter, {who", f"see: [{SEE}, reporter, {{who"))
    return elsewhere


@pytest.fixture
def visitor(open_house):
    return Browser(open_house.app.test_client())


def report(open_house, **answers):
    Browser(open_house.app.test_client()).send(**answers)
    return open_house.case().number


def test_the_list_has_the_cases_and_fields_that_the_routine_names_and_no_more(open_house, visitor):
    shown, hidden = report(open_house), report(open_house, area="hse")
    page = visitor.open("/public/cases/case/?lang=nb")
    assert shown in page
    assert hidden not in page
    assert "Utdanningskvalitet" in page
    one = visitor.open(f"/public/cases/case/{shown}")
    for text in (page, one):
        for word in ("Referansegruppa", "TMA4100", "kari@stud", "Fakultet for informasjons"):
            assert word not in text
    assert "Studentservice leser saken" in one


@pytest.mark.parametrize("number", ["2020-9999", "x" * 400, "%00"])
def test_what_is_not_open_is_not_there(open_house, visitor, number):
    hidden = report(open_house, area="hse")
    for path in (
        f"/public/cases/case/{number}",
        f"/public/cases/case/{hidden}",
        f"/public/cases/action/{hidden}",
        "/public/cases/no/",
    ):
        visitor.open(path)
        assert visitor.page.status_code == 404, path


def test_without_anyone_in_the_routine_there_is_no_list(browser):
    browser.open("/public/cases/case/")
    assert browser.page.status_code == 404
    assert "/public/" not in browser.open("/routine")


def test_the_routines_page_leads_to_it_and_closing_it_closes_it_at_once(open_house, visitor):
    report(open_house)
    assert "/public/cases/case/" in visitor.open("/routine")
    assert visitor.open("/public/cases/case/?before=nonsense").count("<tr") == 0
    assert visitor.page.status_code == 200
    assert visitor.page.headers["Cache-Control"] == "private, no-cache"
