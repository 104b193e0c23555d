"""What every decision stands on: the session, the organisation and the routine as they are now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.access import Viewer
from app.language.definition import Routine
from app.language.load import load
from app.routing.facts import CaseFacts, World, starting
from app.routing.organisation import Keeper, Organisation
from app.routing.parties import Lookup
from model import Case, ConfigurationVersion, JournalEntry, Person, Subject, WorkflowEdition


class NothingPublished(Exception):
    """No workflow has been published in this database."""


@dataclass(frozen=True, slots=True)
class Edition:
    """A published workflow, compiled."""

    id: int
    number: int
    published_at: datetime
    routine: Routine


class Editions:
    """Compiled editions of one database; each is read once per process."""

    def __init__(self) -> None:
        self._by_id: dict[int, Edition] = {}
        self._newest: tuple[int, int] = (-1, 0)
        self._lock = Lock()

    def get(self, session: Session, edition: int) -> Edition:
        """Give the edition with that id."""
        if edition not in self._by_id:
            row = session.get_one(WorkflowEdition, edition)
            loaded = load(row.text, f"edition {row.number}")
            if loaded.routine is None:
                faults = "; ".join(str(fault) for fault in loaded.faults)
                raise NothingPublished(f"edition {row.number} can't be read: {faults}")
            with self._lock:
                self._by_id[edition] = Edition(row.id, row.number, row.published_at, loaded.routine)
        return self._by_id[edition]

    def newest(self, session: Session, version: int) -> Edition:
        """Give the edition in force at that configuration version."""
        known, edition = self._newest
        if known != version:
            found = session.scalar(select(WorkflowEdition.id).order_by(WorkflowEdition.number.desc()).limit(1))
            if found is None:
                raise NothingPublished("No workflow is published yet. Run: flask --app app seed")
            self._newest = (version, found)
            edition = found
        return self.get(session, edition)


@dataclass
class Keepers:
    """What this process keeps of one database."""

    organisation: Keeper
    editions: Editions


_kept: WeakKeyDictionary[Engine, Keepers] = WeakKeyDictionary()


def _keepers(session: Session) -> Keepers:
    engine = session.get_bind().engine
    return _kept.setdefault(engine, Keepers(Keeper(), Editions()))


@dataclass(frozen=True)
class Context:
    """One moment in one database. `newest` decides sight; a case's own edition decides everything else."""

    session: Session
    now: datetime
    organisation: Organisation
    newest: Edition

    @staticmethod
    def open(session: Session, now: datetime, version: int | None = None) -> Context:
        """Open at `now`; `version` is the configuration's, asked of the database where it isn't known yet."""
        if version is None:
            version = session.scalar(select(ConfigurationVersion.version)) or 0
        kept = _keepers(session)
        return Context(
            session, now, kept.organisation.organisation(session, version), kept.editions.newest(session, version)
        )

    @property
    def routine(self) -> Routine:
        """The routine in force."""
        return self.newest.routine

    def edition(self, row: Subject | JournalEntry) -> Edition:
        """The edition that the subject runs on, or that the event happened under."""
        return self.edition_of(row.edition_id)

    def edition_of(self, edition: int) -> Edition:
        """The edition with that id."""
        return self.newest if edition == self.newest.id else self._editions.get(self.session, edition)

    @cached_property
    def _editions(self) -> Editions:
        return _keepers(self.session).editions

    def world(self, routine: Routine) -> World:
        """What facts under that routine share."""
        found = self._worlds.get(id(routine))
        if found is None or found.routine is not routine:
            asking = (self._home, self._person, self._address, self._case, self._opens)
            found = self._worlds[id(routine)] = World(routine, self.organisation, self.now, *asking)
        return found

    @cached_property
    def _worlds(self) -> dict[int, World]:
        return {}

    def _home(self, person: int) -> int | None:
        row = self.somebody(person)
        return row.unit_id if row else None

    def _person(self, person: int) -> str:
        row = self.somebody(person)
        return repr(row) if row else ""

    def know(self, people: Collection[int]) -> None:
        """Read these people at once, before they are asked for one by one."""
        unknown = set(people).difference(self._people)
        if unknown:
            with self.session.no_autoflush:
                rows = self.session.scalars(select(Person).where(Person.id.in_(unknown))).all()
            self._people.update({row.id: row for row in rows})

    def somebody(self, person: int) -> Person | None:
        """Give a person's row; it is held, for the session drops what nobody holds, and would ask again."""
        if person not in self._people:
            with self.session.no_autoflush:
                self._people[person] = self.session.get(Person, person)
        return self._people[person]

    def meet(self, person: Person) -> None:
        """Hold the row of somebody who is new."""
        self._people[person.id] = person

    @cached_property
    def _people(self) -> dict[int, Person | None]:
        return {}

    def _address(self, person: int) -> str:
        row = self.somebody(person)
        return row.mail if row is not None and row.guest and not row.label else ""

    def _case(self, number: str) -> CaseFacts | None:
        row = self._cases.get(number) or self.session.scalar(select(Case).where(Case.number == number))
        if row is None:
            return None
        self._cases[number] = row
        return self.facts(row)

    @cached_property
    def _cases(self) -> dict[str, Case]:
        """Cases that others name, by number: a list asks for the same ones again and again."""
        return {}

    def _opens(self, number: str, person: int | None) -> bool:
        seen = self.viewer(person).visible(parts=False)
        return self.session.scalar(select(Case.id).where(Case.number == number, seen)) is not None

    def facts(self, subject: Subject, answers: Mapping[str, Any] | None = None) -> CaseFacts:
        """The subject as conditions see it."""
        return CaseFacts(self.world(self.edition(subject).routine), subject.flow, subject, answers)

    def facts_of_new(self, flow: str, answers: Mapping[str, Any], whole: Subject | None = None) -> CaseFacts:
        """A case or part about to be created: a part under its whole's edition, a case under the newest."""
        above = self.facts(whole) if whole is not None else None
        world = above.world if above else self.world(self.routine)
        start = {} if above else starting(world.routine, flow)
        return CaseFacts(world, flow, None, {**start, **answers}, above)

    def viewer(self, person: int | None) -> Viewer:
        """Somebody looking now."""
        if person not in self._viewers:
            self._viewers[person] = Viewer.at(person, self.routine, self.organisation, self.now)
        return self._viewers[person]

    @cached_property
    def _viewers(self) -> dict[int | None, Viewer]:
        return {}

    def lookup(self, facts: CaseFacts, me: int | None = None) -> Lookup:
        """A way to find people for the case."""
        return Lookup(facts, me)
