"""Who and where: units, areas, roles, people and assignments - all of it data an admin changes."""

from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, String, false
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from model.base import Base, Json

Texts = dict[str, str]
"""One text in several languages: {"nb": ..., "nn": ..., "en": ...}."""


class Unit(Base):
    """A place in the organisation; `parent` is the unit above it.

    A `retired` unit, area or role is kept for the cases it has; nothing new gets it, and nobody holds a role there.
    """

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    code: Mapped[str] = mapped_column(String(32), default="")
    label: Mapped[Texts] = mapped_column(Json)
    kind: Mapped[str] = mapped_column(String(64), default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    parameters: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    contact: Mapped[Texts] = mapped_column(Json, default=dict)
    position: Mapped[int] = mapped_column(default=0)
    retired: Mapped[bool] = mapped_column(default=False, server_default=false())

    parent: Mapped["Unit | None"] = relationship(remote_side="Unit.id")

    def __repr__(self) -> str:
        """Show the name: a form's option reads it."""
        return self.name


class Area(Base):
    """What a report is about; `door_url` and `door` lead to where reports of this area belong instead."""

    __tablename__ = "area"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[Texts] = mapped_column(Json)
    help: Mapped[Texts] = mapped_column(Json, default=dict)
    example: Mapped[Texts] = mapped_column(Json, default=dict)
    door: Mapped[Texts] = mapped_column(Json, default=dict)
    door_url: Mapped[str] = mapped_column(String(500), default="")
    position: Mapped[int] = mapped_column(default=0)
    retired: Mapped[bool] = mapped_column(default=False, server_default=false())

    def __repr__(self) -> str:
        """Show the name: a form's option reads it."""
        return self.name


class Role(Base):
    """A function in the routine (quality contact, dean); who holds it where is an assignment."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[Texts] = mapped_column(Json)
    retired: Mapped[bool] = mapped_column(default=False, server_default=false())

    def __repr__(self) -> str:
        """Show the name: a form's option reads it."""
        return self.name


class Person(Base):
    """Somebody who may act or get mail; `user` is the account, absent for guests and externals."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(200), default="")
    mail: Mapped[str] = mapped_column(String(254), index=True)
    kind: Mapped[str] = mapped_column(String(64), default="")
    language: Mapped[str] = mapped_column(String(8), default="")
    external: Mapped[bool] = mapped_column(default=False)
    guest: Mapped[bool] = mapped_column(default=False)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), unique=True)

    unit: Mapped[Unit | None] = relationship()
    user: Mapped[User | None] = relationship(backref=backref("person", uselist=False))
    away: Mapped[list["Away"]] = relationship(back_populates="person", cascade="all, delete-orphan")

    def __repr__(self) -> str:
        """Show the function's name, never the address."""
        return self.label or self.name or f"person {self.id}"


class Away(Base):
    """Days on which a person isn't there; a deputy steps in."""

    __tablename__ = "away"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="away")


class Assignment(Base):
    """A person holds a role at a unit and everything under it, for one area or all, between dates."""

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("role.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    deputy: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship()
    role: Mapped[Role] = relationship()
    unit: Mapped[Unit] = relationship()
    area: Mapped[Area | None] = relationship()


class RoutingRow(Base):
    """One row of the routing table, in `position` order: the first whose `condition` holds decides."""

    __tablename__ = "routing_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    condition: Mapped[Any] = mapped_column(Json, nullable=True)
    receiver: Mapped[Any] = mapped_column(Json)


class MailText(Base):
    """Subject and body of a mail, per language; `letter` is kept on the case as a document."""

    __tablename__ = "mail_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    subject: Mapped[Texts] = mapped_column(Json)
    body: Mapped[Texts] = mapped_column(Json)
    letter: Mapped[bool] = mapped_column(default=False)


class Calendar(Base):
    """The institution's calendar: one row. Lists are JSON: weekday names, ISO dates or a country code."""

    __tablename__ = "calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    timezone: Mapped[str] = mapped_column(String(64), default="Europe/Oslo")
    weekend: Mapped[list[str]] = mapped_column(Json, default=lambda: ["saturday", "sunday"])
    holidays: Mapped[Any] = mapped_column(Json, default="NO")
    closed: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)
    notices: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)


class ConfigurationVersion(Base):
    """One row whose number grows with every change of configuration: each process's copy follows it."""

    __tablename__ = "configuration_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
