"""The product with NTNU's organisation and routine in a real database, one fresh copy per test."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select

from app import create_app
from app.setup.accounts import DEMO_PASSWORD, create_accounts
from app.setup.demo import publish_first, read_organisation
from app.web.database import db
from app.web.roles import sync_roles
from app.workflow import engine
from app.workflow.actor import Actor
from app.workflow.context import Context
from model import Base, Case, Person, WorkflowEdition

ROOT = Path(__file__).parents[2]
REPORT = {
    "area": "education_quality",
    "unit": "TMA4100 IE",
    "description": "Referansegruppa ble aldri satt ned.\nVi spurte i uke 36.",
    "tried_first": "tried",
    "no_personal_data": "y",
    "reporter": "kari@stud.example",
}


def make_app(folder, **settings):
    defaults = {
        "DATABASE_URL": f"sqlite:///{folder / 'test.db'}",
        "VAR": folder,
        "SECRET_KEY": "a secret for tests",
        "WORKER": "off",
        "TESTING": True,
        "SUBMIT_SECONDS": 0,
        "RATELIMIT_ENABLED": False,
        "WTF_CSRF_ENABLED": False,
    }
    return create_app({**defaults, **settings})


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """The application, its folder, and a copy of its database with organisation, routine and accounts."""
    folder = tmp_path_factory.mktemp("app")
    empty = create_engine(f"sqlite:///{folder / 'test.db'}")
    Base.metadata.create_all(empty)
    empty.dispose()
    app = make_app(folder, UPDATE_PERMISSIONS=True)
    with app.app_context():
        publish_first(db.session(), ROOT / "workflow.yaml", datetime.now(UTC))
        read_organisation(db.session(), ROOT / "routines" / "ntnu" / "data.yaml")
        sync_roles(app.appbuilder)
        create_accounts(db.session())
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    copy = tmp_path_factory.mktemp("clean") / "test.db"
    shutil.copy(folder / "test.db", copy)
    return app, folder, copy


@pytest.fixture
def app(filled):
    """The application, its database as it was filled."""
    app, folder, copy = filled
    with app.app_context():
        db.engine.dispose()
    for file in folder.glob("test.db*"):
        file.unlink()
    shutil.copy(copy, folder / "test.db")
    return app


@pytest.fixture
def folder(app):
    """The application's folder."""
    return app.config["VAR"]


@pytest.fixture
def client(app):
    return app.test_client()


class Browser:
    """Fills in the submit page as a reader does: with the hidden fields of the page that was shown."""

    def __init__(self, client):
        self.client = client
        self.page = None

    def open(self, path="/"):
        self.page = self.client.get(path)
        return self.text

    @property
    def text(self):
        return self.page.get_data(as_text=True)

    def hidden(self, name):
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        return found[1] if found else ""

    def send(self, **answers):
        """Send the report with these answers over the usual ones; None takes one away."""
        if self.page is None:
            self.open()
        given = {**REPORT, "key": self.hidden("key"), "csrf_token": self.hidden("csrf_token"), **answers}
        return self.post("/", {name: value for name, value in given.items() if value is not None})

    def post(self, path, data):
        self.page = self.client.post(path, data=data)
        return self.page

    def follow(self):
        """Open what the last answer led to."""
        return self.open(self.page.headers["Location"])

    def log_in(self, name):
        self.open("/login/")
        data = {"username": name, "password": DEMO_PASSWORD, "csrf_token": self.hidden("csrf_token")}
        assert self.post("/login/", data).status_code == 302
        self.page = None


@pytest.fixture
def browser(client):
    return Browser(client)


class Office:
    """The people at the institution, acting through the one door for state."""

    def __init__(self, app):
        self.app = app

    def cases(self):
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(Case))

    def case(self):
        """The newest case, read and let go."""
        with self.app.app_context():
            case = db.session.scalars(select(Case).order_by(Case.id.desc())).first()
            db.session.refresh(case)
            _ = case.unit, case.area, case.reporter
            db.session.expunge_all()
            return case

    def publish(self, *changes):
        """Publish the routine with these words replaced by others."""
        with self.app.app_context():
            newest = db.session.scalars(select(WorkflowEdition)).one()
            text = newest.text
            for before, after in changes:
                assert before in text
                text = text.replace(before, after, 1)
            known = {"sha256": newest.sha256, "published_at": datetime.now(UTC), "reason": "Another day."}
            db.session.add(WorkflowEdition(number=2, text=text, **known))
            db.session.commit()

    def move(self, transition, who, **answers):
        with self.app.test_request_context():
            context = Context.open(db.session(), datetime.now(UTC))
            case = db.session.scalars(select(Case).order_by(Case.id.desc())).first()
            person = db.session.scalars(select(Person).where(Person.name == who)).one()
            engine.move(context, case, transition, actor=Actor(person.id), answers=answers, version=None)
            db.session.commit()


@pytest.fixture
def office(app):
    return Office(app)


@pytest.fixture
def elsewhere(folder):
    """The same database in another process's eyes, where the routine may be changed."""
    return Office(make_app(folder))
