"""Tables that are only ever added to: the database itself refuses to delete, empty or change their rows.

Whoever administrates the database can take the triggers away; `flask journal verify` finds what was done then.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, event

from model.joined import CaseReading
from model.journal import JournalEntry, JournalSeal

ENTRY = "journal_entry"
ERASABLE = ("answers", "mails", "actor_id", "actor_as", "salts")
"""What erasing for good writes on: content, and the salt without which its print tells nothing."""
PROVED_BY = ("prints", "digest")
GUARDED = ("case_reading", ENTRY, "journal_seal")
FIXED = (
    *("id", "subject_id", "case_id", "ordinal", "at", "event", "transition", "flow"),
    *("from_state", "to_state", "edition_id", "round", "trace"),
)
UNTOUCHED = {"sqlite": "NEW.salts IS OLD.salts", "postgresql": "NEW.salts IS NOT DISTINCT FROM OLD.salts"}
REFUSE = {
    "sqlite": "BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END",
    "postgresql": "EXECUTE FUNCTION refuse_rewriting()",
}
FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$
"""


def guards(table: str, dialect: str) -> dict[str, str]:
    """Give the table's triggers by name: what each comes before, and when."""
    found = {f"{table}_is_not_deleted": f"DELETE ON {table} FOR EACH ROW"}
    if dialect == "postgresql":
        found[f"{table}_is_not_truncated"] = f"TRUNCATE ON {table} FOR EACH STATEMENT"
    if table != ENTRY:
        return found | {f"{table}_is_not_changed": f"UPDATE ON {table} FOR EACH ROW"}
    proved = "OLD.digest IS NOT NULL"
    content = ", ".join(name for name in ERASABLE if name != "salts")
    return found | {
        f"{table}_is_not_changed": f"UPDATE OF {', '.join(FIXED)} ON {table} FOR EACH ROW",
        f"{table}_is_proved_once": f"UPDATE OF {', '.join(PROVED_BY)} ON {table} FOR EACH ROW WHEN ({proved})",
        f"{table}_is_only_erased": (
            f"UPDATE OF {content} ON {table} FOR EACH ROW WHEN ({proved} AND {UNTOUCHED[dialect]})"
        ),
    }


def statements(table: str, dialect: str) -> Iterator[str]:
    """Give what makes the table's triggers."""
    if dialect == "postgresql":
        yield FUNCTION
    for name, before in guards(table, dialect).items():
        yield f"CREATE TRIGGER {name} BEFORE {before} {REFUSE[dialect].format(table=table)}"


def lifting(table: str, dialect: str) -> Iterator[str]:
    """Give what takes the table's triggers away."""
    on = f" ON {table}" if dialect == "postgresql" else ""
    for name in guards(table, dialect):
        yield f"DROP TRIGGER {name}{on}"


def _guard(table: object, connection: Connection, **_options: object) -> None:
    for statement in statements(str(table), connection.dialect.name):
        connection.exec_driver_sql(statement.replace("%", "%%"))


for guarded in (CaseReading, JournalEntry, JournalSeal):
    event.listen(guarded.__table__, "after_create", _guard)
