"""Numbers of reports that are kept: how many cases of a year are alike, and which cases those numbers don't know yet.

Triggers write down each case that changes, whatever writes it, so that a report is never behind: it takes what it
once counted of these cases away again, and looks at them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import BigInteger, Connection, Index, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from model.base import Base, Json, UtcDateTime
from model.case import Subject
from model.clock import Clock


class Tally(Base):
    """How many cases of a kept report are alike; or how many runs of one of its clocks are.

    `cell` is all that makes them alike, as JSON: the columns below up to `length`, and `below`. `year` is that of
    reporting, where the institution is. `answers` are those that the report counts by, besides unit and area, as a JSON
    list. For a clock's runs, `length` is a group of alike lengths (app.tally.cells), and `seconds` how long they took
    in all; of runs that go on it is the moment at which they are due, in microseconds since 1970, 0 = never. `below` =
    it is a clock's of the unit and of all units below it, by the state's tree.
    """

    __tablename__ = "tally"
    __table_args__ = (Index("ix_tally_report", "report", "clock", "year", "below", "flow", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cell: Mapped[str] = mapped_column(Text, unique=True)
    report: Mapped[str] = mapped_column(String(64))
    clock: Mapped[str] = mapped_column(String(64), default="")
    year: Mapped[int]
    flow: Mapped[str] = mapped_column(String(64))
    unit_id: Mapped[int | None]
    area_id: Mapped[int | None]
    answers: Mapped[str] = mapped_column(Text, default="[]")
    finished: Mapped[bool] = mapped_column(default=False)
    late: Mapped[bool] = mapped_column(default=False)
    length: Mapped[int] = mapped_column(BigInteger, default=0)
    runs: Mapped[int]
    seconds: Mapped[int] = mapped_column(BigInteger, default=0)
    extended: Mapped[int] = mapped_column(default=0)
    below: Mapped[bool] = mapped_column(default=False)


class TallyPart(Base):
    """What a case adds to a tally. No foreign keys: whoever folds goes through both, and nobody else writes here."""

    __tablename__ = "tally_part"
    __table_args__ = ({"sqlite_with_rowid": False},)

    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tally_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    runs: Mapped[int]
    seconds: Mapped[int] = mapped_column(BigInteger, default=0)
    extended: Mapped[int] = mapped_column(default=0)


class TallyDue(Base):
    """A case that was made, changed or taken away since the tallies counted it; `times` = how often."""

    __tablename__ = "tally_due"

    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    times: Mapped[int] = mapped_column(default=1, server_default="1")


class TallyState(Base):
    """How far the tallies have come: which reports they are of, as a digest, and up to which case.

    `whole` = there was no case beyond it. `looked_at` is when somebody looked last at what is due. `tree` has the unit
    above each unit, by which tallies with what is `below` were added up.
    """

    __tablename__ = "tally_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    reports: Mapped[str] = mapped_column(String(64), default="")
    last_id: Mapped[int] = mapped_column(default=0)
    whole: Mapped[bool] = mapped_column(default=False)
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tree: Mapped[dict[str, int | None]] = mapped_column(Json, default=dict)


ASKED = (
    *("kind", "flow", "state", "finished", "round", "handler", "submitted_at", "title", "severity", "language"),
    *("reporter_kind", "due_on", "answers", "done", "excluded", "unit_id", "area_id", "reporter_id"),
    *("entered_by_id", "owner_id"),
)
"""Columns of a case that a report may count by, choose by or be seen by."""
TIMED = ("subject_id", "name", "started_at", "due_at", "stopped_at", "extended")
FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO tally_due(subject_id) VALUES ({row}.{key})
    ON CONFLICT (subject_id) DO UPDATE SET times = tally_due.times + 1;
  RETURN NULL;
END $$
"""
# An upsert's own words would give way to those of the statement that fires it.
NOTED = """
INSERT INTO tally_due(subject_id) SELECT {row}.{key}
WHERE NOT EXISTS (SELECT 1 FROM tally_due WHERE subject_id = {row}.{key})
"""
KEYS = {"subject": "id", "clock": "subject_id"}


def triggers(table: str) -> Iterator[tuple[str, str, str]]:
    """Give the table's triggers: the name of each, after what it comes, and the row it looks at."""
    columns = ASKED if table == "subject" else TIMED
    yield f"{table}_is_new_to_tallies", "INSERT", "NEW"
    yield f"{table}_is_other_to_tallies", f"UPDATE OF {', '.join(columns)}", "NEW"
    yield f"{table}_is_gone_from_tallies", "DELETE", "OLD"


def statements(table: str, dialect: str) -> Iterator[str]:
    """Give what makes the triggers of `subject` or `clock`."""
    for name, when, row in triggers(table):
        named = {"name": name, "row": row, "key": KEYS[table]}
        if dialect == "postgresql":
            yield FUNCTION.format(**named)
            yield f"CREATE TRIGGER {name} AFTER {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        else:
            yield f"CREATE TRIGGER {name} AFTER {when} ON {table} BEGIN {NOTED.format(**named)}; END"


def lifting(table: str, dialect: str) -> Iterator[str]:
    """Give what takes them away."""
    for name, _, _ in triggers(table):
        yield f"DROP TRIGGER {name} ON {table}" if dialect == "postgresql" else f"DROP TRIGGER {name}"
        if dialect == "postgresql":
            yield f"DROP FUNCTION {name}()"


def watch(connection: Connection) -> None:
    """Make the triggers of both tables."""
    for table in KEYS:
        _run(connection, statements(table, connection.dialect.name))


def unwatch(connection: Connection) -> None:
    """Take them away."""
    for table in KEYS:
        _run(connection, lifting(table, connection.dialect.name))


def _run(connection: Connection, those: Iterator[str]) -> None:
    for statement in those:
        connection.exec_driver_sql(statement)


@event.listens_for(Subject.__table__, "after_create")
@event.listens_for(Clock.__table__, "after_create")
def _watched(table: object, connection: Connection, **_options: object) -> None:
    _run(connection, statements(str(table), connection.dialect.name))
