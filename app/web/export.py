"""Lists as files: CSV and Excel, where nothing that a person wrote is ever run as a formula."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO

import xlsxwriter
from flask import Response

MOST = 10_000
"""Rows of one export."""
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def answer(kind: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """Send the rows as `csv` or `xlsx`; all of them are read before the first byte goes out."""
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


def _csv(file: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    # The mark at the start tells Excel which alphabet the letters are of.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    lines = csv.writer(text, delimiter=";")
    for row in (heads, *rows):
        lines.writerow([harmless(value) for value in row])
    text.detach()


def _xlsx(file: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    safe = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, safe) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for number, row in enumerate((heads, *rows)):
            for at, value in enumerate(row):
                sheet.write_string(number, at, CONTROL.sub("", value)[:32_767], None if number else bold)
