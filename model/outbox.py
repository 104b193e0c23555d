"""What is still to be delivered, and who is delivering it: mails with leases, workers with heartbeats."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, Json, UtcDateTime
from model.organisation import Person


class OutgoingMail(Base):
    """One mail to one receiver about one event; written in the event's own transaction.

    `event_key` with `receiver_id`/`address` and `name` is unique: however many workers run, one mail.
    `status` is waiting, sent, dead or dropped (before it was sent, after a restore); a late reminder is gathering
    until it goes alone (waiting) or is told in a digest (gathered). `locked_until` is the sending worker's lease.
    `link` names what the mail's link opens: `case:<number>`, `action:<number>`, `follow:<subject id>`, `report:<name>`
    or nothing. The link itself is made when the mail is sent: a follow link's token is never stored.
    `letter` is what stands above it on paper (institution, reference, day) if it goes along as a PDF, else empty.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        UniqueConstraint("event_key", "address", "name"),
        Index("ix_outgoing_mail_due", "status", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_key: Mapped[str] = mapped_column(String(120))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"), index=True)
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(8))
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    subject: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(120), default="")
    letter: Mapped[dict[str, str]] = mapped_column(Json, default=dict, server_default="{}")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(16), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locked_by: Mapped[str | None] = mapped_column(String(64))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fault: Mapped[str] = mapped_column(String(500), default="")


class OutboxPause(Base):
    """A time in which no mail is sent, since a backup was restored; who ended it, and what became of the old mails.

    `backup_at` is when the backup was made: mails written before it may have been sent before the restore.
    `released_by_id` empty = released by a command. Rows are only added and released, so they are its journal.
    """

    __tablename__ = "outbox_pause"

    id: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    backup_at: Mapped[datetime] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    dropped: Mapped[int] = mapped_column(default=0)

    released_by: Mapped[Person | None] = relationship()


class Lease(Base):
    """A job that only one process may do at a time, and the heartbeat of the one that does it."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Counter(Base):
    """The last number given out under a name (a year); the row is locked while a number is taken."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)
