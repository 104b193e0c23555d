"""An application on an empty database, with one person, one case and a way to write a mail about it."""

import shutil

import pytest

from app import create_app
from app.outbox import compose
from app.web.database import db
from model import Case, Person
from tests.outbox.conftest import NOW, template


def settings(folder, **other):
    return {
        "TESTING": True,
        "VAR": folder,
        "DATABASE_URL": f"sqlite:///{folder / 'test.db'}",
        "SECRET_KEY": "secret",
        "BASE_URL": "https://avvik.example.no",
        "MAIL_FROM": "avvik@example.no",
        "DEMO": True,
        "SMTP_URL": "",
        "DEMO_SMTP_PORT": 0,
        "WORKER": "embedded",
        "CELERY_BROKER_URL": "",
    } | other


@pytest.fixture
def folder(tmp_path):
    shutil.copy(template(), tmp_path / "test.db")
    return tmp_path


@pytest.fixture
def app(folder):
    app = create_app(settings(folder))
    yield app
    server = app.extensions.pop("demo_mail", None)
    if server is not None:
        server.stop()


@pytest.fixture
def session(app):
    with app.app_context():
        yield db.session


def post(session, key="case:1:4", **values):
    """Write a mail to Marit, as a move would, and commit it."""
    mail = compose.write(
        session,
        event_key=key,
        subject=session.get(Case, 1),
        receiver=session.get(Person, 1),
        mail="accepted",
        why="reporter",
        values={"number": "2024-1", "state": "Mottatt", **values},
        link="follow:1",
        now=NOW,
    )
    session.commit()
    return mail
