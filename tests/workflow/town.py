"""A small town of people, and routines written in a test, run by the product's own engine on a real database."""

from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from textwrap import dedent
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from app.change.importing import import_data
from app.language.data import load_data
from app.language.load import load
from app.web.database import tune
from app.workflow import engine, reminding
from app.workflow.actor import Actor
from app.workflow.context import Context
from app.workflow.table import possible
from model import (
    Base,
    Case,
    Clock,
    ConfigurationVersion,
    JournalEntry,
    OutgoingMail,
    Person,
    Subject,
    WorkflowEdition,
)

MOST_ROUNDS = 500
"""So often a worker may find something to do at one moment."""
ENDLESS = "the worker finds something to do at one moment for ever"
OSLO = ZoneInfo("Europe/Oslo")

DATA = """
units:
  top: {label: Top, kind: top}
  red: {label: Red, kind: faculty, under: top, answer_within: 2 days}
  red_lab: {label: Red lab, kind: department, under: red}
  blue: {label: Blue, kind: faculty, under: top}
areas:
  teaching: {label: Teaching}
  safety: {label: Safety}
roles:
  desk: {label: Desk}
  contact: {label: Contact}
  warden: {label: Warden}
  boss: {label: Boss}
people:
  dora: {name: Dora, mail: dora@town.example, unit: top, language: en}
  dirk: {name: Dirk, mail: dirk@town.example, unit: top, language: en}
  rita: {name: Rita, mail: rita@town.example, unit: red, language: en}
  rolf: {name: Rolf, mail: rolf@town.example, unit: red, language: en}
  wanda: {name: Wanda, mail: wanda@town.example, unit: red, language: en}
  bill: {name: Bill, mail: bill@town.example, unit: blue, language: en}
  bess: {name: Bess, mail: bess@town.example, unit: top, language: en}
  lena: {name: Lena, mail: lena@town.example, unit: red_lab, language: en}
  stig: {name: Stig, mail: stig@town.example, unit: red_lab, kind: student, language: en}
  olga: {name: Olga, mail: olga@town.example, unit: blue, language: en}
assignments:
  - {person: dora, role: desk, unit: top}
  - {person: dirk, role: desk, unit: top}
  - {person: rita, role: contact, unit: red}
  - {person: rolf, role: contact, unit: red, deputy: true}
  - {person: wanda, role: warden, unit: red, area: safety}
  - {person: bill, role: contact, unit: blue}
  - {person: bess, role: boss, unit: top}
  - {person: lena, role: boss, unit: red_lab}
routing:
  - {when: {area: safety}, to: {first: [warden, contact, desk]}}
  - {to: {first: [contact, desk]}}
calendar: {timezone: Europe/Oslo, weekend: [saturday, sunday], holidays: "NO"}
"""

HEAD = """
title: Town
languages: [en]
roles: [desk, contact, warden, boss]
"""


def routine(text):
    """Read a routine; its faults fail the test."""
    loaded = load(HEAD + dedent(text))
    assert loaded.routine is not None, "\n".join(str(fault) for fault in loaded.faults)
    return loaded.routine


def database(url):
    """An engine as the product tunes it, on an empty database with every table."""
    sqlite = url.startswith("sqlite")
    options = {"timeout": 10, "isolation_level": "IMMEDIATE", "check_same_thread": False} if sqlite else {}
    found = create_engine(url, connect_args=options)
    if sqlite:
        tune(found)
    Base.metadata.create_all(found)
    return found


class Town:
    """People moving cases through a routine; `now` is what the clock says to them."""

    def __init__(self, database, text, data=DATA, now="2026-03-02 09:00"):
        self.database = database
        self.sessions = sessionmaker(database)
        self.session: Session = self.sessions()
        self.now = moment(now)
        self.mark = 0
        routine(text)
        loaded = load_data(dedent(data))
        assert loaded.data is not None, "\n".join(str(fault) for fault in loaded.faults)
        import_data(self.session, loaded.data)
        if self.session.scalar(select(func.count()).select_from(ConfigurationVersion)) == 0:
            self.session.add(ConfigurationVersion(id=1, version=1))
        self.publish(text)
        self.people = {name: pk for name, pk in self.session.execute(select(Person.name, Person.id)) if name}
        self.names = {pk: name for name, pk in self.people.items()}

    def publish(self, text):
        whole = HEAD + dedent(text)
        number = (self.session.scalar(select(func.max(WorkflowEdition.number))) or 0) + 1
        digest = sha256(whole.encode()).hexdigest()
        self.session.add(WorkflowEdition(number=number, text=whole, sha256=digest, published_at=self.now))
        self.session.commit()

    @property
    def context(self):
        return Context.open(self.session, self.now)

    def facts(self, subject):
        return self.context.facts(subject)

    def actor(self, who):
        return who if isinstance(who, Actor) else Actor(self.people[who] if who else None)

    def report(self, who="stig", **answers):
        """Make a case by `submit` and commit it."""
        self.mark = self.last_mail()
        given = {"area": "teaching", "unit": "red", "description": "It is cold here. Very.", **answers}
        case = engine.create(self.context, "submit", actor=self.actor(who), answers=given)
        self.session.commit()
        return case

    def add(self, whole, who, transition="add", flow="job", **answers):
        """Make a part."""
        self.mark = self.last_mail()
        part = engine.create(self.context, transition, actor=self.actor(who), answers=answers, flow=flow, whole=whole)
        self.session.commit()
        return part

    def do(self, subject, who, transition, version=None, **answers):
        """Make a move and commit it."""
        self.mark = self.last_mail()
        engine.move(self.context, subject, transition, actor=self.actor(who), answers=answers, version=version)
        self.session.commit()
        return subject

    def refused(self, subject, who, transition, **answers):
        """Try a move; give what refuses it."""
        try:
            self.do(subject, who, transition, **answers)
        except engine.Refused as refused:
            self.session.rollback()
            return [refusal.name for refusal in refused.refusals]
        return []

    def may(self, subject, who):
        """What somebody may press."""
        return possible(self.facts(subject), self.actor(who))

    # -- time ------------------------------------------------------------------

    def work(self, until=None):
        """Let the worker work at `until` or now; give how many clocks had something."""
        self.now = moment(until) if until else self.now
        self.mark = self.last_mail()
        return work_off(self.session, self.now)

    def go_to(self, until):
        """Move the clock, working at each moment at which there is something to do."""
        end = moment(until)
        mark = self.last_mail()
        last, stuck = None, 0
        while True:
            at = self.session.scalar(select(func.min(Clock.next_at)).where(Clock.stopped_at.is_(None)))
            if at is None or at.replace(tzinfo=UTC) > end:
                break
            last, stuck = at, stuck + 1 if at == last else 0
            assert stuck < MOST_ROUNDS, ENDLESS
            self.now = max(self.now, at.replace(tzinfo=UTC))
            reminding.run_due(self.session, self.now)
            self.session.commit()
        self.now, self.mark = end, mark

    # -- what there is ---------------------------------------------------------

    def last_mail(self):
        return self.session.scalar(select(func.max(OutgoingMail.id))) or 0

    def mails(self, since=None):
        """(person, mail) of each mail since the last thing that was done."""
        rows = self.session.scalars(
            select(OutgoingMail)
            .where(OutgoingMail.id > (self.mark if since is None else since))
            .order_by(OutgoingMail.id)
        )
        return [(self.names.get(row.receiver_id, row.address), row.name) for row in rows]

    def journal(self, subject):
        rows = select(JournalEntry).where(JournalEntry.subject_id == subject.id).order_by(JournalEntry.ordinal)
        return self.session.scalars(rows).all()

    def clock(self, subject, name):
        """The clock's latest run."""
        rows = select(Clock).where(Clock.subject_id == subject.id, Clock.name == name).order_by(Clock.run.desc())
        return self.session.scalars(rows).first()

    def due(self, subject, name):
        """When the clock ends, in local words; None when it isn't running or has no end."""
        row = self.clock(subject, name)
        if row is None or row.stopped_at is not None or row.due_at is None:
            return None
        return local(row.due_at)

    def handlers(self, subject):
        """Who has it: names."""
        from app.language.parties import Word  # noqa: PLC0415 - only here

        return {self.names[p] for p in self.context.lookup(self.facts(subject)).find(Word("handler")).people}

    def count(self, table):
        return self.session.scalar(select(func.count()).select_from(table))

    def cases(self):
        return self.session.scalars(select(Case).order_by(Case.id)).all()

    def subjects(self):
        return self.session.scalars(select(Subject).order_by(Subject.id)).all()


def work_off(session, now, limit=50):
    """Let a worker work until it finds nothing, and commit each time; give how many clocks had something."""
    done = 0
    for _ in range(MOST_ROUNDS):
        found = reminding.run_due(session, now, limit)
        if not found:
            return done
        done += found
        session.commit()
    raise AssertionError(ENDLESS)


def moment(text):
    """Local time in the town."""
    return datetime.fromisoformat(text).replace(tzinfo=OSLO).astimezone(UTC)


def local(at):
    return at.astimezone(OSLO).strftime("%Y-%m-%d %H:%M")


@contextmanager
def nothing_written(town):
    """Whatever happens inside leaves no row changed."""
    before = snapshot(town)
    yield
    assert snapshot(town) == before


def snapshot(town):
    """Every row of what moves, as another connection sees it."""
    with town.sessions() as session:
        return {
            table.__tablename__: session.execute(select(table.__table__).order_by(table.__table__.c.id)).all()
            for table in (Subject, Clock, JournalEntry, OutgoingMail)
        }
