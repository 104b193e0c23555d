"""What moves: cases and the parts (actions) that live inside them, in one table with one set of rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, deferred, mapped_column, query_expression, relationship

from model.base import NEVER, Base, Json, UtcDateTime
from model.organisation import Area, Person, Unit

if TYPE_CHECKING:
    from model.clock import Clock

HANDLER_LENGTH = 120
SIGHT = ("handler", "finished", "state", "unit_id", "flow", "kind", "area_id", "reporter_id", "excluded")
NOBODY_OUT, SOMEBODY_OUT = text("excluded = ''"), text("excluded != ''")


class Subject(Base):
    """Anything a flow moves.

    `state`, `unit`, `handler` and `version` are written by the engine alone.
    `handler` names a function, not a person: `role:unit_id:area_id` (either id may be empty) or `@person_id`.
    `answers` holds every answered field that has no column of its own; `done` says which transitions
    happened: name -> {"at": ordinal of the last time, "by": [person ids]}.
    `at` is None where not everybody who must has pressed yet. `presses` are those of a transition that several make
    together: name -> [{"by": person id, "as": actor, "event": ordinal}]. `excluded` names who is shut out for good:
    ",key,key," as app.routing.exclusion reads them; a part has its case's.
    `readable` is no column: a list may ask with its rows which of some fields its reader may read there. Nor is
    `beside`: a page may ask which of parts, files and letters there are at all; None = nobody has asked.
    `orphaned` = somebody should have it and nobody could be found. `due_at` is the nearest running clock's end;
    `next_step` is {"flow": name, "transition": name, "blocked": guard or None}.
    """

    SORTED_FIRST: ClassVar[Mapping[str, tuple[str, ...]]] = {"due_at": ("finished",)}
    """By which columns a list sorts before it sorts by one: no deadline of what is finished comes between others."""

    __tablename__ = "subject"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    number: Mapped[str] = mapped_column(String(32), unique=True)
    flow: Mapped[str] = mapped_column(String(64))
    edition_id: Mapped[int] = mapped_column(ForeignKey("workflow_edition.id"))
    state: Mapped[str] = mapped_column(String(64))
    former_states: Mapped[list[str]] = mapped_column(Json, default=list)
    finished: Mapped[bool] = mapped_column(default=False)
    orphaned: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    round: Mapped[int] = mapped_column(default=1)
    events: Mapped[int] = mapped_column(default=0)
    handler: Mapped[str | None] = mapped_column(String(HANDLER_LENGTH))
    trace: Mapped[list[dict[str, Any]]] = deferred(mapped_column(Json, default=list))
    next_step: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=NEVER)

    title: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    severity: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8), default="nb")
    reporter_kind: Mapped[str | None] = mapped_column(String(64))
    due_on: Mapped[date | None]
    answers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    done: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    presses: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    excluded: Mapped[str] = mapped_column(Text, default="")

    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    whole_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"), index=True)

    submit_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    follow_salt: Mapped[str | None] = mapped_column(String(64))
    follow_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)

    readable: Mapped[str | None] = query_expression()
    beside: Mapped[str | None] = query_expression()

    unit: Mapped[Unit | None] = relationship(foreign_keys=unit_id)
    area: Mapped[Area | None] = relationship(foreign_keys=area_id)
    reporter: Mapped[Person | None] = relationship(foreign_keys=reporter_id)
    owner: Mapped[Person | None] = relationship(foreign_keys=owner_id)
    clocks: Mapped[list[Clock]] = relationship("Clock", back_populates="subject", order_by="Clock.id")

    def rename_starts(self, renamed: Mapping[str, str]) -> None:
        """Call the state that a clock was started in by its new name."""
        for clock in self.clocks:
            clock.started_in = renamed.get(clock.started_in, clock.started_in)

    __mapper_args__ = {"polymorphic_on": "kind"}
    __table_args__ = (
        Index("ix_subject_queue", "handler", "finished", "due_at", "id"),
        Index("ix_subject_owner_queue", "owner_id", "due_at", "id"),
        Index("ix_subject_orphaned", "id", sqlite_where=text("orphaned"), postgresql_where=text("orphaned")),
        Index("ix_subject_kind_due", "kind", "finished", "due_at", "id"),
        Index("ix_subject_kind_submitted", "kind", "submitted_at", "id"),
        Index("ix_subject_unit", "unit_id", "submitted_at", "id"),
        # All that sight, tabs and the commonest filters ask of a row, so that counting opens none.
        Index("ix_subject_sight", *SIGHT, sqlite_where=NOBODY_OUT, postgresql_where=NOBODY_OUT),
        Index("ix_subject_shut", "handler", "finished", "id", sqlite_where=SOMEBODY_OUT, postgresql_where=SOMEBODY_OUT),
    )


class Case(Subject):
    """A report and all that becomes of it."""

    __mapper_args__ = {"polymorphic_identity": "case"}

    parts: Mapped[list[Part]] = relationship(
        back_populates="whole", foreign_keys="Subject.whole_id", remote_side="Subject.whole_id", order_by="Subject.id"
    )


class Part(Subject):
    """Something that lives inside a case and moves by a flow of its own: an action is one."""

    __mapper_args__ = {"polymorphic_identity": "part"}

    whole: Mapped[Case] = relationship(back_populates="parts", foreign_keys=Subject.whole_id, remote_side=Subject.id)
