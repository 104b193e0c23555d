"""Clocks that run on a case or a part, one row per run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, UtcDateTime
from model.case import Subject


class Clock(Base):
    """One run of a clock.

    `until_counts` = a date that decides the end has been answered at the start or since; an older one doesn't bind it.
    `due_at` empty = running without an end; `next_at` is the next moment the worker has something to do.
    """

    __tablename__ = "clock"
    __table_args__ = (
        UniqueConstraint("subject_id", "name", "run"),
        Index("ix_clock_next", "stopped_at", "next_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    run: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_in: Mapped[str] = mapped_column(String(64), default="")
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_units: Mapped[int] = mapped_column(default=0)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    until_counts: Mapped[bool] = mapped_column(default=True)
    extended: Mapped[bool] = mapped_column(default=False)
    reminded_until: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    subject: Mapped[Subject] = relationship(back_populates="clocks")
