"""The lists of a routine with many fields of its own: filters, columns, order and files, as pages."""

import csv
import io
import re
from datetime import date, datetime
from urllib.parse import quote

import openpyxl
import pytest
from sqlalchemy import event

from app.web.database import db
from model import Case
from tests.house import Person, fill, make_app

NUMBERS = re.compile(r'<tr role="row" data-case="([^"]+)"')
NEXT = re.compile(r'href="([^"]+)" rel="next"')
COLUMNS = "columns=quantity&columns=cause&columns=work_stopped&columns=containment"


@pytest.fixture(scope="module")
def factory(tmp_path_factory):
    """A firm with five nonconformances."""
    folder = tmp_path_factory.mktemp("firm")
    url = f"sqlite:///{folder / 'house.db'}"
    fill(url, folder, "fort-homes-capa")
    app = make_app(url, folder)
    employee = Person(app, "employee_1")
    given = {"area": "supplier", "unit": "plant", "severity": "minor", "description": "Bad screws"}
    for at, quantity in enumerate(("9.5", "10", "-3", "", "1000000")):
        employee.get("/?way=open")
        held = f"=Quarantine {'zone ' * 60}mark{at}"
        employee.post("/", **given, quantity=quantity, containment=held, work_stopped="y" if at % 2 else None)
        assert employee.status == 303, employee.text
    with app.app_context():
        for at, case in enumerate(db.session.query(Case).order_by(Case.id)):
            case.answers = {**case.answers, "cause": "machine" if at % 2 else "method", "new_handler": at + 1}
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return app


@pytest.fixture(scope="module")
def supervisor(factory):
    return Person(factory, "sup")


def numbers(person, path):
    person.get(path, headers={"Accept-Language": "en"})
    assert person.status == 200, person.text
    return [int(each[-4:]) for each in NUMBERS.findall(person.page.get_data(as_text=True))]


def test_the_standard_list_is_as_calm_as_before(supervisor):
    numbers(supervisor, "/cases/")
    table = supervisor.text.partition("<table")[2]
    assert table.count('role="columnheader"') == 6
    assert "<details" not in table
    assert re.search(r'<details class="ds-details"><summary>More filters and columns</summary>', supervisor.text)
    assert 'name="field.reporter"' not in supervisor.text


def test_filters_narrow_and_are_taken_away_one_by_one(supervisor):
    path = "/cases/?field.quantity.from=9&field.quantity.to=10&field.cause=machine&columns=cause&columns=quantity"
    assert numbers(supervisor, path) == [2]
    assert "More filters and columns (5)" in supervisor.text
    chips = re.findall(r'data-removable href="([^"]+)"', supervisor.text)
    assert len(chips) == 3
    assert all("columns=cause&columns=quantity" in each for each in chips)
    assert numbers(supervisor, chips[2]) == [1, 2]
    assert "Root cause: Machine" not in supervisor.text


def test_chosen_columns_are_shown_and_can_be_sorted_by(supervisor):
    assert numbers(supervisor, f"/cases/?{COLUMNS}&sort=field.quantity") == [4, 3, 1, 2, 5]
    assert 'data-label="Quantity">1,000,000</td>' in supervisor.text
    assert 'data-label="Root cause">Machine</td>' in supervisor.text
    assert 'data-label="Work is stopped">Yes</td>' in supervisor.text
    assert "zone…" in supervisor.text
    assert (
        'aria-sort="ascending"><button type="submit" form="list" name="by" value="-field.quantity"' in supervisor.text
    )
    assert numbers(supervisor, "/cases/?sort=-field.quantity") == [1, 2, 3, 4, 5], "a column that isn't chosen"


@pytest.mark.parametrize(
    ("sort", "order"), [("field.quantity", [4, 3, 1, 2, 5]), ("-field.containment", [5, 4, 3, 2, 1])]
)
def test_pages_follow_each_other_in_that_order(supervisor, sort, order):
    path, found = f"/cases/?{COLUMNS}&size=2&sort={sort}", []
    while path:
        found += numbers(supervisor, path)
        path = (NEXT.findall(supervisor.text) or [""])[0]
    assert found == order


def test_the_search_finds_words_of_the_routines_own_fields(supervisor):
    assert numbers(supervisor, "/cases/?q=QUARANTINE+mark3") == [4]
    assert numbers(supervisor, "/cases/?q=screws") == [1, 2, 3, 4, 5]


def test_a_file_has_the_chosen_columns_with_numbers_and_days_as_such(supervisor):
    supervisor.client.set_cookie("lang", "en")
    path = f"/cases/export/xlsx?{COLUMNS}&sort=field.quantity&field.quantity.from=-5"
    sheet = openpyxl.load_workbook(io.BytesIO(supervisor.get(path).data)).active
    heads, first, *rest = list(sheet.iter_rows(values_only=True))
    assert heads[6:] == ("Immediate containment", "Quantity", "Work is stopped", "Root cause")
    assert (first[7], first[8], first[9]) == (-3, "", "Method")
    assert first[6].startswith("=Quarantine")
    assert first[6].endswith("mark2")
    assert isinstance(first[5], datetime)
    assert isinstance(first[4], date)
    assert [row[7] for row in rest] == [9.5, 10, 1000000]
    text = supervisor.get(path.replace("xlsx", "csv")).data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert [row[7] for row in rows[1:]] == ["-3", "9.5", "10", "1000000"]
    assert rows[1][6].startswith("'=Quarantine")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", rows[1][5])


def test_no_question_about_a_field_breaks_a_list(supervisor):
    values = ["", "nothing", "1e999999999", "-", "9" * 10_000, "2026-02-31", "\0", "' or 1=1 --", "æ%_\\", "0001-01-01"]
    names = re.findall(r'name="(field\.[^"]+)"', supervisor.get("/cases/").get_data(as_text=True))
    assert len(names) > 10
    for kind in ("cases/", "cases/export/csv", "actions/"):
        for value in values:
            sent = "&".join(f"{name}={quote(value)}" for name in names)
            supervisor.get(f"/{kind}?{sent}&columns={quote(value)}&sort=field.{quote(value)}&by=-field.nothing")
            assert supervisor.status == 200, (kind, value)
    numbers(supervisor, "/cases/?columns=reporter&columns=version&columns=nothing&columns=cause&columns=cause")
    assert supervisor.text.count('role="columnheader"') == 7
    assert numbers(supervisor, "/cases/?after=2&sort=field.quantity&columns=quantity") == [5]


@pytest.mark.parametrize("path", ["/cases/?tab=all", "/actions/?tab=all"])
@pytest.mark.parametrize("who", ["sup", "employee_1"])
def test_every_column_can_be_chosen_at_once_and_no_row_is_asked_for_alone(factory, who, path):
    supervisor = Person(factory, who)
    names = re.findall(r'name="columns" value="([^"]+)"', supervisor.get(path).get_data(as_text=True))
    assert len(names) > 3
    chosen = "&".join(f"columns={name}" for name in names)
    supervisor.get(f"{path}&{chosen}")
    asked = []

    def note(_connection, _cursor, statement, *_):
        asked.append(statement)

    with factory.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    supervisor.get(f"{path}&{chosen}")
    event.remove(engine, "before_cursor_execute", note)
    # Three, and one each for the parts that sight asks, for clocks that a next step tells, and for people's names.
    assert len(asked) <= (4 if "actions" in path else 6), asked
    named = re.findall(r'data-label="New handler">[A-Z]', supervisor.text)
    assert len(named) == (5 if (who, path) == ("sup", "/cases/?tab=all") else 0), "who reported reads none of them here"
