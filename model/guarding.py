"""What keeps machines at bay: counts behind the limits, times of attack, and reports that are held back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from model.base import Base, Json, UtcDateTime
from model.case import HANDLER_LENGTH, Case
from model.organisation import Person

WAITING, RELEASED, DELETED, EXPIRED = "waiting", "released", "deleted", "expired"
"""What may become of a report that is held back."""


class RateCount(Base):
    """How often something was done in a span of time that isn't over; worth nothing from `ends_at` on.

    `key` is a digest, made with the installation's secret, of the limit and the address that it counts for.
    """

    __tablename__ = "rate_count"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AttackMode(Base):
    """A time in which reports are let in with more care: since when, until when at the latest, and by whom.

    `ended_at` is when somebody ended it before its time. Rows are only added and ended, so they are its journal.
    """

    __tablename__ = "attack_mode"

    id: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    started_by: Mapped[Person | None] = relationship(foreign_keys=started_by_id)
    ended_by: Mapped[Person | None] = relationship(foreign_keys=ended_by_id)


class HeldReport(Base):
    """A report that looked as if a machine had sent it, kept outside the cases until a person has looked at it.

    `odd` names what looked odd; `status` is one of those above. `typed` is the form as pairs of name and value, and
    `shown` what its receipt and page show; both are empty once it waits no more. `handler` is who would have the case,
    as a case names them. `number`, `follow_hash` and `code_hash` are what its sender was given: they go on to open the
    case that it becomes, as long as that has the same `follow_salt`. Rows stay, so they are the journal.
    """

    __tablename__ = "held_report"
    __table_args__ = (Index("ix_held_report_queue", "status", "received_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submit_key: Mapped[str] = mapped_column(String(64), unique=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    odd: Mapped[list[str]] = mapped_column(Json, default=list)
    language: Mapped[str] = mapped_column(String(8))
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    flow: Mapped[str] = mapped_column(String(64))
    way: Mapped[str] = mapped_column(String(64), default="")
    handler: Mapped[str | None] = mapped_column(String(HANDLER_LENGTH))
    typed: Mapped[list[list[str]]] = deferred(mapped_column(Json, nullable=False, default=list))
    shown: Mapped[dict[str, Any]] = deferred(mapped_column(Json, nullable=False, default=dict))
    follow_salt: Mapped[str] = mapped_column(String(64))
    follow_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    status: Mapped[str] = mapped_column(String(16), default=WAITING)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))

    sender: Mapped[Person | None] = relationship(foreign_keys=sender_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)
    case: Mapped[Case | None] = relationship(foreign_keys=case_id)
    files: Mapped[list[HeldFile]] = relationship(back_populates="report", order_by="HeldFile.id")


class HeldFile(Base):
    """One file of a report that is held back, made clean as every file is. It is never sent out."""

    __tablename__ = "held_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("held_report.id"), index=True)
    field: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))

    report: Mapped[HeldReport] = relationship(back_populates="files")
