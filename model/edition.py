"""The routine's editions: what is published, never changed again, and the draft of the next one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, String, Text, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, Json, UtcDateTime
from model.organisation import Person


class WorkflowEdition(Base):
    """One published `workflow.yaml`; the highest `number` is in force. The database refuses to change a row.

    `scenarios` is its scenarios.yaml, without which it was published where empty. `changes` lists what else it
    published, as `DraftChange` has it, each with the values `before`. `override` = why it was published although a
    scenario failed.
    """

    __tablename__ = "workflow_edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    override: Mapped[str] = mapped_column(Text, default="", server_default="")
    scenarios: Mapped[str] = mapped_column(Text, default="", server_default="")
    changes: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, server_default="[]")

    published_by: Mapped[Person | None] = relationship(foreign_keys=published_by_id)
    approved_by: Mapped[Person | None] = relationship(foreign_keys=approved_by_id)


IMMUTABLE_SQLITE = """
CREATE TRIGGER workflow_edition_is_immutable BEFORE UPDATE ON workflow_edition
BEGIN SELECT RAISE(ABORT, 'a published edition is never changed'); END
"""
IMMUTABLE_POSTGRESQL = (
    """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a published edition is never changed'; END $$
""",
    """
CREATE TRIGGER workflow_edition_is_immutable BEFORE UPDATE ON workflow_edition
FOR EACH ROW EXECUTE FUNCTION refuse_change()
""",
)


def _guard(_table: object, connection: Connection, **_options: object) -> None:
    statements = {"sqlite": (IMMUTABLE_SQLITE,), "postgresql": IMMUTABLE_POSTGRESQL}
    for statement in statements[connection.dialect.name]:
        connection.exec_driver_sql(statement)


event.listen(WorkflowEdition.__table__, "after_create", _guard)


class Draft(Base):
    """The edition being prepared: one is `open` at a time. `revision` grows with every change of it.

    `base_id` is the edition it was made from. `approved_revision` is the revision another administrator approved.
    """

    __tablename__ = "draft"
    __table_args__ = (
        Index(
            "uq_draft_open",
            "status",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(16), default="open")
    base_id: Mapped[int] = mapped_column(ForeignKey("workflow_edition.id"))
    text: Mapped[str] = mapped_column(Text)
    scenarios: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_revision: Mapped[int | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    # Written only where the row still has the revision that was read: of two who change it at once, one does.
    __mapper_args__ = {"version_id_col": revision, "version_id_generator": False}

    base: Mapped[WorkflowEdition] = relationship()
    made_by: Mapped[Person | None] = relationship(foreign_keys=made_by_id)
    changed_by: Mapped[Person | None] = relationship(foreign_keys=changed_by_id)
    changes: Mapped[list[DraftChange]] = relationship(
        back_populates="draft", order_by="DraftChange.id", cascade="all, delete-orphan"
    )


class DraftChange(Base):
    """One row of a setting as the draft wants it: what `app.change.changes.Change` says, with who and when."""

    __tablename__ = "draft_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    table: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(64))
    operation: Mapped[str] = mapped_column(String(16))
    values: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    draft: Mapped[Draft] = relationship(back_populates="changes")


class DryRun(Base):
    """One trial of a draft against every open case; `result` is counts and findings, language-neutral.

    `draft_revision` and `configuration` say what was tried: another number of either makes it out of date.
    """

    __tablename__ = "dry_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    draft_revision: Mapped[int]
    configuration: Mapped[int]
    last_event: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    beat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class DryRunCase(Base):
    """What a trial found for one open case; those that notice nothing have no row."""

    __tablename__ = "dry_run_case"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("dry_run.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(32))
    unit_id: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(String(16))
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    __table_args__ = (Index("ix_dry_run_case_outcome", "run_id", "outcome", "id"),)


class Migration(Base):
    """Moving the open cases of a family of flows to an edition, batch by batch; `last_id` is where it has come to."""

    __tablename__ = "migration"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("workflow_edition.id"), index=True)
    flow: Mapped[str] = mapped_column(String(64))
    states: Mapped[dict[str, dict[str, str]]] = mapped_column(Json, default=dict)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    last_id: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ConfigurationEntry(Base):
    """Who changed which setting, from what to what; written with the change itself, never changed."""

    __tablename__ = "configuration_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    table: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(64))
    operation: Mapped[str] = mapped_column(String(16))
    before: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    reason: Mapped[str] = mapped_column(Text, default="")

    actor: Mapped[Person | None] = relationship()

    __table_args__ = (Index("ix_configuration_entry_row", "table", "key", "id"),)


class StuckCase(Base):
    """An open case that nobody active can move, and why; the row goes when somebody can. `told_at` = was mailed."""

    __tablename__ = "stuck_case"

    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LastCheck(Base):
    """The last time something was looked over, and what it found: `radar` is one, `backup` another."""

    __tablename__ = "last_check"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    result: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
