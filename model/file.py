"""Files that belong to a case: in the database, so that a file is there exactly when its event is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from model.base import Base, UtcDateTime
from model.case import Subject

UNSCANNED, PENDING, CLEAN, INFECTED = "unscanned", "pending", "clean", "infected"
"""What is known of a file: received where there is no virus scanner, waiting for it, and its two answers."""


class StoredFile(Base):
    """One file that was the answer to a field. `name` is safe to show and to save under; `kind` is a MIME type.

    `status` is one of those above; `tried_at` is when the scanner last failed to answer. An infected file is empty.
    """

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    field: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    status: Mapped[str] = mapped_column(String(16), default=UNSCANNED, server_default=UNSCANNED, index=True)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    subject: Mapped[Subject] = relationship()

    @property
    def downloadable(self) -> bool:
        """Whether anybody may have the content: not before a scanner has seen it, and never what it found."""
        return self.status in (UNSCANNED, CLEAN)


class PendingFile(Base):
    """One file of a form that was refused, until the form is sent again or left.

    `owner` is a digest of the sender's session and person: nobody else's form can name the row. It is never sent out.
    """

    __tablename__ = "pending_file"
    __table_args__ = ({"sqlite_autoincrement": True},)  # an old form's number never comes to mean another file

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(64), index=True)
    field: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
