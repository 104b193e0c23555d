"""A section of data.yaml as a sheet of rows and columns, and a sheet as the section's text with each cell's place."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.language.fault import Fault, meant
from app.language.read import read
from app.language.reading import LANGUAGES
from app.language.said import said

KEY = "key"
TEXTS = frozenset({"label", "contact", "help", "example", "door", "subject", "body"})
STRUCTURED = frozenset({"away", "when", "to", "weekend", "holidays", "closed", "notices"})
WORDS: Mapping[str, tuple[str, ...]] = {
    "units": ("label", "code", "kind", "under", "contact"),
    "areas": ("label", "help", "example", "door", "door_url"),
    "roles": ("label",),
    "people": ("name", "mail", "unit", "kind", "language", "away", "external"),
    "assignments": ("person", "role", "unit", "area", "from", "until", "deputy"),
    "routing": ("when", "to"),
    "calendar": ("timezone", "weekend", "holidays", "closed", "notices"),
    "mails": ("subject", "body", "letter"),
}
"""Columns of each section; those of texts are one for each language, such as label.nb."""
LISTS = frozenset({"assignments", "routing"})
ONE = frozenset({"calendar"})
Cell = tuple[int, int]


def rows_of(section: str, value: Any) -> tuple[list[str], list[list[str]]]:
    """Give the heads and the rows of a section."""
    rows = _rows(section, value)
    heads = _heads(section, [row for _, row in rows])
    named = section not in LISTS | ONE
    cells = [
        [key, *(_cell(row, head) for head in heads)] if named else [_cell(row, h) for h in heads] for key, row in rows
    ]
    return ([KEY, *heads] if named else heads), cells


def _rows(section: str, value: Any) -> list[tuple[str, Mapping[str, Any]]]:
    if section in LISTS:
        return [("", row) for row in value or ()]
    if section in ONE:
        return [("", value)] if value else []
    return list((value or {}).items())


def _heads(section: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    known = dict.fromkeys(WORDS[section])
    known.update(dict.fromkeys(name for row in rows for name in row))
    heads: list[str] = []
    for name in known:
        if name not in TEXTS:
            heads.append(name)
            continue
        languages = dict.fromkeys((*LANGUAGES, *(code for row in rows for code in row.get(name) or ())))
        heads += [f"{name}.{code}" for code in languages]
    return heads


def _cell(row: Mapping[str, Any], head: str) -> str:
    name, _, code = head.partition(".")
    value = row.get(name)
    if code:
        return str((value or {}).get(code, ""))
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if name in STRUCTURED else str(value)


# -- and back ------------------------------------------------------------------


@dataclass
class Sheet:
    """A sheet read as a section: its text, where each of its lines comes from, and what is wrong with it already."""

    section: str
    lines: list[str] = field(default_factory=list)
    places: list[Cell] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The section as data.yaml has it."""
        return "\n".join(self.lines) + "\n"

    def add(self, line: str, place: Cell) -> None:
        """Write a line that comes from that cell."""
        self.lines.append(line)
        self.places.append(place)

    def placed(self, fault: Fault) -> tuple[int, int]:
        """Row and column of the sheet that a fault of the text is about."""
        return self.places[fault.line - 1] if 0 < fault.line <= len(self.places) else (0, 0)


def section_of(text: str, section: str, file: str, clean: Any = str) -> Sheet:
    """Read a sheet with ; , or tabs between its cells; `clean` takes off what protects a cell from being run."""
    sheet = Sheet(section)
    try:
        rows = list(_lines(text))
    except csv.Error:
        sheet.faults.append(Fault(file, 1, 1, said("this isn't a sheet of rows and columns")))
        return sheet
    heads = [head.strip() for head in rows[0][1]] if rows else []
    sheet.faults += list(_wrong_heads(heads, section, file))
    if sheet.faults:
        return sheet
    filled = [(at, row) for at, row in rows[1:] if any(each.strip() for each in row)]
    sheet.add(f"{section}:" if filled else f"{section}: {'[]' if section in LISTS else '{}'}", (1, 1))
    for at, row in filled:
        _read_row(sheet, at, dict(zip(heads, map(clean, row), strict=False)), heads, file)
    return sheet


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line that it begins on."""
    first = text.partition("\n")[0]
    between = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    at = 1
    for row in reader:
        yield at, row
        at = reader.line_num + 1


def _wrong_heads(heads: Sequence[str], section: str, file: str) -> Iterator[Fault]:
    named = section not in LISTS | ONE
    if named and KEY not in heads:
        yield Fault(file, 1, 1, said('a column is missing: "%(name)s"', name=KEY))
    known = {KEY, *WORDS[section]} if named else set(WORDS[section])
    for at, head in enumerate(heads, 1):
        name, _, code = head.partition(".")
        if heads.index(head) != at - 1:
            yield Fault(file, 1, at, said('the column "%(name)s" is here twice', name=head))
        elif bool(code) != (name in TEXTS) or (name not in known and section != "units") or not name:
            near = meant(head, {f"{each}.nb" if each in TEXTS else each for each in known})
            yield Fault(file, 1, at, said('unknown column "%(name)s"%(meant)s', name=head, meant=near))


def _read_row(sheet: Sheet, at: int, row: Mapping[str, str], heads: Sequence[str], file: str) -> None:
    inside = ""
    if sheet.section in LISTS:
        sheet.add("  -", (at, 1))
    elif sheet.section not in ONE:
        sheet.add(f"  {json.dumps(row.get(KEY, '').strip(), ensure_ascii=False)}:", (at, heads.index(KEY) + 1))
    deep = "  " if sheet.section in ONE else "    "
    names = [head.partition(".")[0] for head in heads]
    for column in sorted(range(1, len(heads) + 1), key=lambda at: names.index(names[at - 1])):
        name, _, code = heads[column - 1].partition(".")
        head, value = heads[column - 1], row.get(heads[column - 1], "")
        if head == KEY or not value.strip():
            continue
        if code and name != inside:
            sheet.add(f"{deep}{name}:", (at, column))
            inside = name
        written = _structure(sheet, value, (at, column), file) if name in STRUCTURED else _quoted(value)
        sheet.add(f"{deep}  {code}: {written}" if code else f"{deep}{name}: {written}", (at, column))


def _quoted(value: str) -> str:
    return json.dumps(value.replace("\r\n", "\n"), ensure_ascii=False)


def _structure(sheet: Sheet, value: str, place: Cell, file: str) -> str:
    node, faults = read(value, file)
    sheet.faults += [Fault(file, *place, fault.message) for fault in faults]
    return json.dumps(node.plain(), ensure_ascii=False) if node is not None else '""'
