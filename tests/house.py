"""A filled installation, and people who use it over HTTP as a browser without JavaScript would."""

import re
import shutil
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from html import unescape

from sqlalchemy import make_url, select
from werkzeug.serving import make_server

from app import create_app
from app.language.load import load
from app.outbox.deliver import deliver  # noqa: F401 - journeys take it from here
from app.setup.accounts import DEMO_PASSWORD, create_accounts
from app.setup.demo import publish_first, read_organisation
from app.web.database import db
from app.web.roles import allow_moves, sync_roles
from app.worker.tick import tick  # noqa: F401 - journeys take it from here
from config import ROOT
from model import Case, OutgoingMail, Part
from model.schema import upgrade
from tests.copies import filled

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def make_app(url, folder, **settings):
    """Make the product on the database at `url`, everything else of its own under `folder`."""
    defaults = {
        "DATABASE_URL": url,
        "VAR": folder,
        "SECRET_KEY": "a secret for tests",
        "WORKER": "off",
        "TESTING": True,
        "SUBMIT_SECONDS": 0,
        "RATELIMIT_ENABLED": False,
    }
    return create_app({**defaults, **settings})


def fill(url, folder, routine="ntnu"):
    """Bring a database to the newest schema and fill it with a routine's organisation, rules and accounts."""
    if url.startswith("sqlite"):
        shutil.copy(filled(routine, _fill), make_url(url).database)
    else:
        _fill(url, folder, routine)


def _fill(url, folder, routine):
    upgrade(url)
    app = make_app(url, folder, UPDATE_PERMISSIONS=True)
    with app.app_context():
        publish_first(db.session(), ROOT / "routines" / routine / "workflow.yaml", datetime.now(UTC))
        read_organisation(db.session(), ROOT / "routines" / routine / "data.yaml")
        sync_roles(app.appbuilder)
        allow_moves(db.session(), load((ROOT / "routines" / routine / "workflow.yaml").read_text("utf-8")).routine)
        create_accounts(db.session())
        db.session.commit()
        db.session.remove()
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()


class Person:
    """Somebody at the product's pages; `name` None is a visitor."""

    def __init__(self, app, name=None):
        self.app = app
        self.name = name
        self.client = app.test_client()
        self.page = None
        if name:
            self.log_in()

    def log_in(self, path="/login/"):
        self.get(path)
        self.post(path, username=self.name, password=DEMO_PASSWORD)
        assert self.page.status_code == 302, self.text
        return self

    @property
    def text(self):
        return unescape(self.page.get_data(as_text=True))

    @property
    def status(self):
        return self.page.status_code

    def get(self, path, **options):
        self.page = self.client.get(path, **options)
        return self.page

    def follow(self):
        return self.get(self.page.location)

    def hidden(self):
        """The hidden fields of the page that was shown."""
        return {name: unescape(value) for name, value in HIDDEN.findall(self.page.get_data(as_text=True))}

    def post(self, path, **answers):
        """Send answers with the page's own hidden fields; lists send a name several times."""
        data = {**self.hidden(), **{name: value for name, value in answers.items() if value is not None}}
        self.page = self.client.post(path, data=data)
        return self.page

    def move(self, number, transition, kind="cases", **answers):
        """Open a move's page and send it."""
        self.get(f"/{kind}/{number}/{transition}")
        if self.status != 200:
            return self.page
        return self.post(f"/{kind}/{number}/{transition}", **answers)

    def report(self, **answers):
        """Send a report from the submit page."""
        self.get("/")
        given = {
            "area": "education_quality",
            "unit": "IE",
            "description": "Referansegruppa ble aldri satt ned i høst.",
            "tried_first": "tried",
            "no_personal_data": "y",
        }
        if not self.name:
            given["reporter"] = "melder@stud.example"
        return self.post("/", **{**given, **answers})


@contextmanager
def session_of(app):
    """A session of the product's own, closed afterwards."""
    with app.app_context():
        try:
            yield db.session()
        finally:
            db.session.remove()


def cases(app):
    """Every case's number -> (state, handler)."""
    with session_of(app) as session:
        return {case.number: (case.state, case.handler) for case in session.scalars(select(Case).order_by(Case.id))}


def actions(app):
    """Every action's number -> state."""
    with session_of(app) as session:
        return {part.number: part.state for part in session.scalars(select(Part).order_by(Part.id))}


def mails(app, since=0):
    """Mails written after the one with id `since`: [(id, address, name, subject, body)]."""
    with session_of(app) as session:
        rows = session.scalars(select(OutgoingMail).where(OutgoingMail.id > since).order_by(OutgoingMail.id))
        return [(row.id, row.address, row.name, row.subject, row.body) for row in rows]


@contextmanager
def served(app):
    """Serve the product on a free port of this machine; give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
