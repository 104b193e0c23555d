"""Lists as files: what people wrote is text in every spreadsheet (F65)."""

import csv
import io

import openpyxl
import pytest

from app.web import export
from tests.web.english import English as Person

HEADS = ["One", "Two"]
RUN = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1+1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff201", "\n=1"]
KEPT = ["a=1", "1-1", "x@y.example", "", "Bokmål – ‘æøå’"]


def read_csv(answer):
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


@pytest.mark.parametrize("value", RUN)
def test_f65_a_value_that_a_spreadsheet_would_run_is_shown_instead(value):
    assert export.harmless(value) == f"'{value}"
    assert read_csv(export.answer("csv", "List", HEADS, [[value, ""]]))[1][0] == f"'{value}"


@pytest.mark.parametrize("value", KEPT)
def test_other_values_stay_as_they_are(value):
    assert read_csv(export.answer("csv", "List", HEADS, [[value, "x"]]))[1] == [value, "x"]


@pytest.mark.parametrize("value", [*RUN, "https://x.example", "\x00\x0bx"])
def test_f65_excel_gets_texts_and_never_formulas_or_links(value):
    book = openpyxl.load_workbook(io.BytesIO(export.answer("xlsx", "List", HEADS, [[value, "2"]]).get_data()))
    cell = book.active["A2"]
    assert cell.data_type in {"s", "n"}
    assert cell.hyperlink is None
    kept = str(cell.value or "").replace("_x000D_", "").strip()
    assert kept == value.replace("\x00", "").replace("\x0b", "").strip()


def test_the_files_name_can_hold_nothing_strange():
    header = export.answer("csv", 'Saker "\r\nX: y" æøå', HEADS, []).headers["Content-Disposition"]
    assert header.startswith('attachment; filename="saker-x-y')
    assert "\n" not in header


def test_the_file_has_the_rows_of_the_list_as_filtered(shared_house, admin):
    rows = read_csv(admin.get("/users/export/csv?q=desk&sort=username"))
    assert rows[0][0] == "User name"
    assert rows[1:]
    assert all("desk" in row[0] for row in rows[1:])
    book = openpyxl.load_workbook(io.BytesIO(admin.get("/users/export/xlsx?q=desk&sort=username").data))
    assert [row[0].value for row in book.active.iter_rows(min_row=2)] == [row[0] for row in rows[1:]]


def test_a_file_is_never_longer_than_its_limit(small_house, monkeypatch):
    monkeypatch.setattr(export, "MOST", 7)
    assert len(read_csv(Person(small_house, "admin").get("/users/export/csv"))) == 8


def test_others_get_no_file(shared_house):
    assert Person(shared_house, "desk").get("/users/export/csv").status_code == 403
    assert Person(shared_house).get("/users/export/csv").status_code == 302
    assert Person(shared_house, "admin").get("/users/export/pdf").status_code == 404
