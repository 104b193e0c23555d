"""Lists as files: CSV and Excel, where nothing that a person wrote is ever run as a formula."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Response

from app.i18n import language
from app.web.cells import Bare

MOST = 10_000
"""Rows of one export."""
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRST_YEAR = 1900
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def answer(kind: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[Bare]]) -> Response:
    """Send the rows as `csv` or `xlsx`; all of them are read before the first byte goes out.

    Numbers and days are such in Excel; in CSV a number has the sign of the reader's language before its decimals.
    """
    file = SpooledTemporaryFile(max_size=1_000_000)  # noqa: SIM115 - closed with the response
    (_csv if kind == "csv" else _xlsx)(file, heads, rows)
    file.seek(0)
    response = Response(iter(lambda: file.read(65_536), b""), mimetype=CSV if kind == "csv" else XLSX)
    response.call_on_close(file.close)
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    stem = re.sub(r"\W+", "-", ascii_title).strip("-").lower() or "list"
    response.headers["Content-Disposition"] = f'attachment; filename="{stem}.{kind}"'
    return response


def harmless(text: str) -> str:
    """Text that a spreadsheet shows and doesn't run."""
    return f"'{text}" if text.startswith(RISKY) or text.lstrip().startswith(RISKY) else text


def written(value: Bare) -> str:
    """Value as CSV has it: a text harmless, a number with the reader's decimal sign, a day as 2026-12-04."""
    match value:
        case str():
            return harmless(value)
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
    return str(value) if language() == "en" else str(value).replace(".", ",")


def _csv(file: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[Bare]]) -> None:
    # The mark at the start tells Excel which alphabet the letters are of.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    lines = csv.writer(text, delimiter=";")
    for row in (heads, *rows):
        lines.writerow([written(value) for value in row])
    text.detach()


def _xlsx(file: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[Bare]]) -> None:
    safe = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    import xlsxwriter  # noqa: PLC0415 - seldom needed, and long to load

    with xlsxwriter.Workbook(file, safe) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        day, moment = (book.add_format({"num_format": each}) for each in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
        for at, head in enumerate(heads):
            _cell(sheet, 0, at, head, bold)
        for number, row in enumerate(rows, 1):
            for at, value in enumerate(row):
                _cell(sheet, number, at, value, moment if isinstance(value, datetime) else day)


def _cell(sheet: Any, row: int, column: int, value: Bare, style: Any) -> None:
    """Write one value as what it is; days before those that Excel knows are texts."""
    match value:
        case date() if value.year >= FIRST_YEAR:
            sheet.write_datetime(row, column, value, style)
        case int() | Decimal():
            sheet.write_number(row, column, value)
        case _:
            text = CONTROL.sub("", value if isinstance(value, str) else written(value))
            sheet.write_string(row, column, text[:32_767], None if row else style)
