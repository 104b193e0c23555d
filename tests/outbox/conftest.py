"""An empty database with one person, one case and its action, and the settings of a made-up installation."""

import atexit
import shutil
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session, sessionmaker

from app.outbox import compose
from app.outbox.settings import Settings
from model import Base, Case, Part, Person, WorkflowEdition

NOW = datetime(2024, 3, 4, 9, tzinfo=UTC)
SETTINGS = Settings(
    smtp_url="",
    base_url="https://avvik.example.no",
    sender="Avvik <avvik@example.no>",
    secret="the installation's secret",
    default_language="nb",
)


@cache
def template():
    """Make a populated database once; copying it is quicker than making another."""
    file = Path(mkdtemp()) / "template.db"
    engine = create_engine(f"sqlite:///{file}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        populate(session)
    engine.dispose()
    atexit.register(shutil.rmtree, file.parent)
    return file


@pytest.fixture
def sessions(tmp_path):
    shutil.copy(template(), tmp_path / "test.db")
    engine = create_engine(f"sqlite:///{tmp_path / 'test.db'}", connect_args={"isolation_level": "IMMEDIATE"})

    @event.listens_for(engine, "connect")
    def _tune(connection, _record):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA busy_timeout=10000")

    yield sessionmaker(engine)
    engine.dispose()


@pytest.fixture
def session(sessions):
    with sessions() as session:
        yield session


def populate(session: Session) -> None:
    session.add(WorkflowEdition(id=1, number=1, text="", sha256="", published_at=NOW))
    session.add(Person(id=1, name="marit", mail="marit@example.no", language="nn"))
    session.flush()
    moved = {"edition_id": 1, "state": "received", "submitted_at": NOW, "changed_at": NOW}
    session.add(Case(id=1, number="2024-1", flow="case", language="en", follow_salt="salt", **moved))
    session.flush()
    session.add(Part(id=2, number="2024-1-1", flow="action", whole_id=1, **moved))
    session.commit()


def post(session, **other):
    """Write a mail to Marit about the case."""
    row = {
        "event_key": "case:1:4",
        "subject": session.get(Case, 1),
        "receiver": session.get(Person, 1),
        "mail": "accepted",
        "why": "reporter",
        "values": {"number": "2024-1", "state": "Under behandling"},
        "link": "case:2024-1",
        "now": NOW,
    } | other
    return compose.write(session, **row)
