"""A file of the organisation as changes of settings: what would have to change for it to be so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.change.changes import TABLES, Change, key_of
from app.change.exporting import as_yaml, sections
from app.change.history import differences, snapshot
from app.change.importing import import_data
from app.language.data import FILE_WORDS, load_data
from app.language.definition import Routine
from app.language.fault import Fault
from app.language.read import read
from app.language.rows import Data


class Faulty(Exception):
    """The file can't be used; `faults` says where and why, by the file's own lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))


def read_sections(session: Session, text: str, file: str, routine: Routine | None) -> Data:
    """Read a file of some sections of data.yaml; those it lacks say what is so already. Raises Faulty.

    A fault in what is so already has line 0: the file makes it one.
    """
    present = sections(session)
    node, _ = read(text, file)
    here = {name for name, _ in node.names()} if node is not None else set(FILE_WORDS)
    missing = {name: part for name, part in present.items() if name not in here}
    own = text if text.endswith("\n") else f"{text}\n"
    loaded = load_data(own + as_yaml(missing) if missing else text, file, routine)
    if loaded.data is None:
        length = own.count("\n") + (0 if missing else 1)
        raise Faulty(_placed(fault, length) for fault in loaded.faults if not fault.warning)
    return loaded.data


def _placed(fault: Fault, length: int) -> Fault:
    return fault if fault.line <= length else replace(fault, line=0, column=0)


def planned(session: Session, data: Data) -> list[Change]:
    """Give the changes that make the organisation what the file says; nothing is kept.

    What the file lacks is removed, or retired where something uses it.
    """
    with Session(session.get_bind()) as aside:
        try:
            was = snapshot(aside)
            import_data(aside, data, replace=True)
            _retire(aside, data)
            aside.flush()
            aside.expire_all()
            found = differences(was, snapshot(aside))
        finally:
            aside.rollback()
    return [change for change in found if not _only_reports(change, was)]


def _retire(session: Session, data: Data) -> None:
    """Retire what the file lacks and something uses."""
    for table, named in (("unit", data.units), ("area", data.areas), ("role", data.roles)):
        for row in session.scalars(select(TABLES[table])):
            if key_of(row) not in named:
                row.retired = True  # type: ignore[attr-defined]


def _only_reports(change: Change, was: Mapping[tuple[str, str], Mapping[str, Any]]) -> bool:
    """Whether it would remove somebody whom no file has: who only reports, or has no name there."""
    if change.table != "person" or change.operation != "remove":
        return False
    values = was["person", change.key]
    held = {row["person"] for (table, _), row in was.items() if table == "assignment"}
    return values["name"] is None or (bool(values["kind"]) and int(change.key) not in held)
