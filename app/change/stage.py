"""The stage that scenarios are played on: an empty database in memory with the routine and its organisation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import Engine, create_engine, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from app.change.importing import import_data
from app.change.script_words import ADMINISTRATORS
from app.language.data import Data
from app.workflow import posting, reminding
from app.workflow.context import Context
from model import Base, Clock, ConfigurationVersion, OutgoingMail, Person, Subject, WorkflowEdition

MOST_MOMENTS = 5000
"""Moments on the way of one step at which a clock may have something to do."""


class TooLong(Exception):
    """A step lets more time pass than can be played."""


class NotMade(Exception):
    """A step speaks of a case that doesn't exist: the step that makes it didn't. The argument is its name."""


@dataclass
class Play:
    """One scenario under way; `files` are the texts that a step may publish."""

    session: Session
    now: datetime
    zone: ZoneInfo
    people: Mapping[str, int]
    files: Mapping[str, str] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    mark: int = 0

    @property
    def context(self) -> Context:
        """The moment as it is now."""
        return Context.open(self.session, self.now)

    def subject(self, name: str) -> Subject:
        """The case or part called that. Raises NotMade."""
        if name not in self.cases:
            raise NotMade(name)
        return self.session.get_one(Subject, self.cases[name])

    def called_case(self, number: str) -> str:
        """What the scenario calls the case with that number; the number itself where it has no name."""
        return next((name for name in self.cases if self.subject(name).number == number), number)

    def names(self) -> dict[int, str]:
        """What a scenario calls people, by id: a guest by the mail address."""
        guests = select(Person.id, Person.mail).where(Person.guest)
        known = {pk: name for name, pk in self.people.items()}
        return {**{pk: mail for pk, mail in self.session.execute(guests)}, **known}  # noqa: C416 - a result isn't a mapping's items

    def person(self, name: str) -> int | None:
        """Whom a scenario calls that: a guest by the mail address."""
        if name in self.people:
            return self.people[name]
        return next((pk for pk, called in self.names().items() if called == name), None)

    def language(self, person: int | None) -> str:
        """Which language somebody speaks: their own, else the routine's first."""
        found = self.session.get(Person, person) if person is not None else None
        return (found.language if found else "") or self.context.routine.languages[0]

    def called(self, people: Iterable[int]) -> list[str]:
        """What a scenario calls these people, by the alphabet."""
        names = self.names()
        return sorted(names.get(person, str(person)) for person in people)

    def latest_mails(self) -> list[OutgoingMail]:
        """The mails that the latest step wrote: of one in which time passed, all on the way."""
        return list(self.session.scalars(select(OutgoingMail).where(OutgoingMail.id > self.mark)))

    def note_mails(self) -> None:
        """Let what is written from here on count as the latest step's mails."""
        self.mark = self.session.scalar(select(func.max(OutgoingMail.id))) or 0

    def moment(self, text: str) -> datetime:
        """The moment that a local time is."""
        return datetime.fromisoformat(text).replace(tzinfo=self.zone).astimezone(UTC)

    def keep(self) -> None:
        """Commit what has been done, here in memory."""
        self.session.commit()

    def close(self) -> None:
        """Forget all of it."""
        self.session.close()
        self.session.get_bind().engine.dispose()


class Stage:
    """Set up once, and copied for each scenario."""

    def __init__(self, text: str, data: Data, now: datetime) -> None:
        self._zone = ZoneInfo(data.calendar.timezone)
        self._now = now.replace(tzinfo=self._zone).astimezone(UTC)
        database = _database(_empty())
        with Session(database) as session:
            import_data(session, data)
            if session.get(ConfigurationVersion, 1) is None:
                session.add(ConfigurationVersion(id=1, version=1))
            digest = sha256(text.encode()).hexdigest()
            session.add(WorkflowEdition(number=1, text=text, sha256=digest, published_at=self._now))
            session.add(_administrator())
            session.commit()
            people = session.execute(select(Person.name, Person.id))
            self._people = {name: pk for name, pk in people if name}
        self._filled = _kept(database)

    def open(self, files: Mapping[str, str]) -> Play:
        """Give a play on a copy of its own."""
        return Play(Session(_database(self._filled)), self._now, self._zone, self._people, files)


def _administrator() -> Person:
    role = Role(name="Admin")
    user = User(first_name="A", last_name="A", username="a", email="a@example", active=True, roles=[role])
    return Person(name=ADMINISTRATORS, label=ADMINISTRATORS, mail=f"{ADMINISTRATORS}@example", user=user)


def _database(filled: bytes) -> Engine:
    database = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    if filled:
        _raw(database).deserialize(filled)
    return database


def _raw(database: Engine) -> Any:
    return database.raw_connection().driver_connection


def _kept(database: Engine) -> bytes:
    kept = bytes(_raw(database).serialize())
    database.dispose()
    return kept


@lru_cache(maxsize=1)
def _empty() -> bytes:
    """Give a database with every table and nothing in it."""
    database = _database(b"")
    Base.metadata.create_all(database)
    return _kept(database)


def advance(play: Play, until: datetime) -> None:
    """Move the clock, doing on the way what the worker would do at each moment. Raises TooLong."""
    for _ in range(MOST_MOMENTS):
        at = play.session.scalar(select(func.min(Clock.next_at)).where(Clock.stopped_at.is_(None)))
        moments = [at.replace(tzinfo=UTC) if isinstance(at, datetime) else None, posting.next_moment(play.context)]
        moment = min((each for each in moments if each is not None), default=None)
        if moment is None or moment > until:
            play.now = until
            return
        play.now = max(play.now, moment)
        reminding.run_due(play.session, play.now)
        posting.post_reports(play.session, play.now)
        play.keep()
    raise TooLong


def bump(session: Session) -> None:
    """Let what is kept of the configuration be read anew."""
    session.execute(update(ConfigurationVersion).values(version=ConfigurationVersion.version + 1))
