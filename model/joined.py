"""What stands between cases and about them: which case names which, code names, and who has read a case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, UtcDateTime
from model.case import Subject
from model.organisation import Person


class CaseLink(Base):
    """A case or part (`subject_id`) whose `field` names another case; the answer itself, a number, stands on the row.

    Written with each event from the answers, so that the database finds both ends by an index.
    """

    __tablename__ = "case_link"

    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(64), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True, index=True)


class CodeName(Base):
    """A code name that was given out: no other case of the installation gets it."""

    __tablename__ = "code_name"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    field: Mapped[str] = mapped_column(String(64))


class CaseReading(Base):
    """Somebody opened a case or a part, once for each hour and `what` (page, file or export); only ever added to.

    `case_id` is the whole's id for a part, `at` the first time in the hour, `hour` that hour's beginning.
    """

    __tablename__ = "case_reading"
    __table_args__ = (
        UniqueConstraint("subject_id", "person_id", "what", "hour"),
        Index("ix_case_reading_case", "case_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    what: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    hour: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
    subject: Mapped[Subject] = relationship(foreign_keys=subject_id)
