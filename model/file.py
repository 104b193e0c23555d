"""Files that belong to a case: in the database, so that a file is there exactly when its event is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from model.base import Base, UtcDateTime
from model.case import Subject


class StoredFile(Base):
    """One file that was the answer to a field. `name` is safe to show and to save under; `kind` is a MIME type."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    field: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))

    subject: Mapped[Subject] = relationship()


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
