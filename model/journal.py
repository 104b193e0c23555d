"""The journal: one row per thing that happened, only ever added to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, Json, UtcDateTime
from model.case import Subject
from model.organisation import Person


class JournalEntry(Base):
    """Who did what to a subject, from which state to which, with which answers, and who got mail.

    `case_id` is the whole's id for a part's entry, so that one query reads a case's full story.
    `mails` is a list of {"to": label or address-free name, "name": mail, "why": party}, `trace` the receivers' reasons.
    What may be erased later (each answer, the actor, each mail's receiver) and `trace` have a salted print each, by
    name; `digest` proves the rest of the row and the prints. Erasing takes a salt away, and its print stays.
    A row of an older version has no digest until it is sealed.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (UniqueConstraint("subject_id", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    ordinal: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    actor_as: Mapped[str] = mapped_column(String(64), default="")
    event: Mapped[str] = mapped_column(String(64))
    transition: Mapped[str | None] = mapped_column(String(64))
    flow: Mapped[str] = mapped_column(String(64))
    from_state: Mapped[str | None] = mapped_column(String(64))
    to_state: Mapped[str] = mapped_column(String(64))
    edition_id: Mapped[int] = mapped_column(ForeignKey("workflow_edition.id"))
    round: Mapped[int] = mapped_column(default=1)
    answers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    trace: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    mails: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    salts: Mapped[dict[str, str] | None] = mapped_column(Json)
    prints: Mapped[dict[str, str] | None] = mapped_column(Json)
    digest: Mapped[str | None] = mapped_column(String(64))

    actor: Mapped[Person | None] = relationship()
    subject: Mapped[Subject] = relationship(foreign_keys=subject_id)


class JournalSeal(Base):
    """One link of the chain over the journal's rows, in the order in which they were sealed; `id` counts 1, 2, 3, ...

    `chain` proves this seal and, through the one before it, all earlier ones. `adopted` = the row is older than the
    chain, and was taken as it was found. No foreign key: a seal outlives a row that somebody has taken away.
    """

    __tablename__ = "journal_seal"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(unique=True)
    subject_id: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    adopted: Mapped[bool] = mapped_column(default=False)
    chain: Mapped[str] = mapped_column(String(64))
