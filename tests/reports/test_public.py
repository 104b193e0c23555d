"""Reports that are open to everybody: whole periods that are over, small numbers hidden, nothing of one day."""

from datetime import date

import pytest
from sqlalchemy import select, update

from app.language.definition import Report
from app.reports.public import whole_periods
from model import Case, WorkflowEdition
from tests.house import Person, session_of
from tests.reports.test_report import table

THIS = date.today().year  # noqa: DTZ011 - the year alone
OPEN = """
  for_all:
    label: {nb: For alle, nn: For alle, en: For all}
    rows: [unit, area]
    see: anyone
    hide below: 3
  plain_for_all:
    label: {nb: Åpen, nn: Open, en: Plain}
    rows: [area]
    see: anyone
migrate"""


def opened(app):
    with session_of(app) as session:
        newest = session.scalars(select(WorkflowEdition)).one()
        text = newest.text.replace("\nreports:", "\nreports:" + OPEN.removesuffix("\nmigrate"), 1)
        columns = {"sha256": newest.sha256, "published_at": newest.published_at, "reason": "Open reports."}
        session.add(WorkflowEdition(number=2, text=text, **columns))
        session.commit()
    return app


@pytest.fixture
def visitor(small_house):
    """A visitor, five cases of last year at IE about teaching, two about buildings, and one of today."""
    opened(small_house)
    for area in ("education_quality",) * 5 + ("physical",) * 3:
        Person(small_house).report(area=area)
    with session_of(small_house) as session:
        ids = session.scalars(select(Case.id).order_by(Case.id)).all()[:7]
        then = session.scalars(select(Case.submitted_at)).first().replace(year=THIS - 1, month=5, day=20)
        session.execute(update(Case).where(Case.id.in_(ids)).values(submitted_at=then))
        session.commit()
    return Person(small_house)


def rows(visitor, path):
    page = visitor.get(path)
    assert page.status_code == 200, visitor.text
    return table(page)[1]


def test_everybody_reads_the_last_year_with_small_numbers_hidden(visitor):
    visitor.get("/public/reports/for_all?lang=en")
    assert f"31 December {THIS - 1}" in visitor.text
    assert "Small numbers are hidden" in visitor.text
    found = rows(visitor, "/public/reports/for_all/csv")
    assert sorted(found) == [
        ["Area", "Education quality", "hidden"],
        ["Area", "Physical learning environment", "under 3"],
        ["Unit", "Faculty of Information Technology and Electrical Engineering", "7"],
    ]


def test_the_year_that_runs_and_any_other_days_are_not_to_be_had(visitor):
    for period in (THIS, f"{THIS - 1}-q2", "2020-01-01", f"{THIS - 1}-q5", "x"):
        for path in ("", "/csv"):
            assert visitor.get(f"/public/reports/for_all{path}?period={period}").status_code == 404
    visitor.get("/public/reports/for_all?from=2020-01-01&to=2030-01-01")
    assert f'value="{THIS - 1}"' in visitor.text
    assert 'type="date"' not in visitor.text


def test_where_no_number_is_hidden_there_are_quarters_too(visitor):
    assert rows(visitor, f"/public/reports/plain_for_all/csv?period={THIS - 1}-q2") == rows(
        visitor, f"/public/reports/plain_for_all/csv?period={THIS - 1}"
    )
    assert rows(visitor, f"/public/reports/plain_for_all/csv?period={THIS - 1}-q3") == []


def test_no_other_report_is_open_and_the_routines_page_names_those_that_are(visitor):
    for name in ("all", "by_unit", "yearly", "nothing"):
        assert visitor.get(f"/public/reports/{name}").status_code == 404
    visitor.get("/routine")
    assert "/public/reports/for_all" in visitor.text
    assert "/public/reports/by_unit" not in visitor.text


def test_a_file_may_be_kept_but_not_what_somebody_logged_in_gets(visitor, small_house):
    path = f"/public/reports/plain_for_all/csv?period={THIS - 1}"
    headers = visitor.get(path).headers
    assert headers["Cache-Control"] == "public, max-age=3600"
    assert {"Cookie", "Accept-Language"} <= {each.strip() for each in headers["Vary"].split(",")}
    assert "public" not in visitor.get(path + "&lang=nn").headers["Cache-Control"]
    assert Person(small_house, "desk").get(path).headers["Cache-Control"] == "no-store"
    assert visitor.get("/public/reports/plain_for_all").headers["Cache-Control"] == "private, no-cache"


def test_before_any_period_is_over_the_page_says_so(small_house):
    visitor = Person(opened(small_house))
    assert "Ingen periode er over" in visitor.get("/public/reports/for_all").get_data(as_text=True)
    assert visitor.get("/public/reports/for_all/csv").status_code == 404


@pytest.mark.parametrize("below", [0, 5])
def test_no_period_reaches_into_the_present(below):
    report = Report(name="x", label={}, hide_below=below)
    now = date(2026, 7, 1)
    found = list(whole_periods(report, date(2024, 11, 3), now))
    keys = [each.key for each in found]
    years = ["2025", "2024"]
    assert keys == (
        years if below else ["2026-q2", "2026-q1", "2025", *[f"2025-q{n}" for n in (4, 3, 2, 1)], "2024", "2024-q4"]
    )
    assert all(each.period.last < now for each in found)
