"""Letters as they were sent, kept with their case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, Json, UtcDateTime
from model.case import Subject
from model.organisation import Person


class Document(Base):
    """One letter of a case or part, frozen in the move that sent it; `forgotten` ones have lost receiver and words.

    `receiver` is empty, too, for a reporter without a name, who reads it on the page behind the code: `to_reporter`.
    `fields` are the fields whose answers may stand in it.
    """

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    to_reporter: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(8))
    institution: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    fields: Mapped[list[str]] = mapped_column(Json, default=list)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    forgotten: Mapped[bool] = mapped_column(default=False)

    subject: Mapped[Subject] = relationship()
    receiver: Mapped[Person | None] = relationship()
