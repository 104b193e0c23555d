"""Lists as files: CSV and Excel, where nothing that a person wrote is ever run as a formula."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile

import xlsxwriter
from flask import Response, stream_with_context

MOST = 10_000
"""Rows of one export."""
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def answer(kind: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """Send the rows as `csv` or `xlsx`, piece by piece."""
    content = _csv(heads, rows) if kind == "csv" else _xlsx(heads, rows)
    response = Response(stream_with_context(content), mimetype=CSV if kind == "csv" else XLSX)
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    stem = re.sub(r"\W+", "-", ascii_title).strip("-").lower() or "list"
    response.headers["Content-Disposition"] = f'attachment; filename="{stem}.{kind}"'
    return response


def harmless(text: str) -> str:
    """Text that a spreadsheet shows and doesn't run."""
    return f"'{text}" if text.startswith(RISKY) or text.lstrip().startswith(RISKY) else text


def _csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "\ufeff"  # without it Excel takes the letters for another alphabet's
    yield _line(heads)
    for row in rows:
        yield _line(row)


def _line(row: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=";").writerow([harmless(value) for value in row])
    return line.getvalue()


def _xlsx(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    with TemporaryFile() as file:
        safe = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, safe) as book:
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            bold = book.add_format({"bold": True})
            for at, head in enumerate(heads):
                sheet.write_string(0, at, head, bold)
            for number, row in enumerate(rows, start=1):
                for at, value in enumerate(row):
                    sheet.write_string(number, at, CONTROL.sub("", value)[:32_767])
        file.seek(0)
        while piece := file.read(65_536):
            yield piece
