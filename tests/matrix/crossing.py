"""Asking every address as everybody: what to put in its placeholders, and what its answer counts as."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from app.outbox import tokens
from app.setup.accounts import DEMO_PASSWORD
from app.web.database import db
from model import Case
from tests.house import Person, make_app
from tests.matrix.world import PEOPLE

HASHES = ("scrypt:", "pbkdf2:", "a secret for tests")
"""What no answer to anybody may hold."""
CHOICES = re.compile(r"<any\(([^)]*)\):\w+>")
NAMES = {"door": "physical", "reports": "by_unit", "api": "by_unit"}
API = "/api/"
"""What `<name>` is at these addresses; elsewhere it is a move."""
UNSAFE = {"OPTIONS", "HEAD"}


class Crossing:
    """The product on a copy of a filled database, with somebody of every kind logged in."""

    def __init__(self, filled, folder, numbers, who):
        self.filled = Path(filled)
        self.file = Path(folder) / "house.db"
        self.numbers = numbers
        shutil.copy(self.filled, self.file)
        self.app = make_app(f"sqlite:///{self.file}", folder)
        self.person = Person(self.app, PEOPLE[who])
        self.person.get("/")
        self.token = self.person.hidden()["csrf_token"]
        self.bearer = self._signed_in(PEOPLE[who]) if PEOPLE[who] else {}
        self._watch = sqlite3.connect(self.file)
        self.kept = self.dump()

    def _signed_in(self, name):
        given = {"username": name, "password": DEMO_PASSWORD}
        found = self.person.client.post("/api/v1/security/login", json=given)
        return {"Authorization": f"Bearer {found.json['access_token']}"}

    @property
    def people(self):
        """Everybody's id, as text, by name."""
        with closing(sqlite3.connect(self.file)) as connection:
            return {name: str(pk) for name, pk in connection.execute("SELECT name, id FROM person")}

    def version(self, number):
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute("SELECT version FROM subject WHERE number = ?", (number,)).fetchone()[0]

    def _rows(self, query, *given):
        with closing(sqlite3.connect(self.file)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, given)]

    def row(self, number):
        """The case's row as it is kept."""
        return self._rows("SELECT * FROM subject WHERE number = ?", number)[0]

    def newest(self):
        return self._rows("SELECT * FROM subject ORDER BY id DESC LIMIT 1")[0]

    def pks(self, kind):
        """Ids of the cases and actions of a kind."""
        numbers = {number for key, number in self.numbers.items() if key[0] == kind}
        return [row["id"] for row in self._rows("SELECT id, number FROM subject") if row["number"] in numbers]

    def journal(self, number):
        """(event, actor's id) of each row of the case's journal."""
        query = "SELECT event, actor_id FROM journal_entry WHERE subject_id = ? ORDER BY ordinal"
        return [(row["event"], str(row["actor_id"])) for row in self._rows(query, self.row(number)["id"])]

    def dump(self):
        """Everything that the database holds, as text."""
        with closing(sqlite3.connect(self.file)) as connection:
            return "\n".join(connection.iterdump())

    def changed(self):
        """Whether anything has been written since the last time this was asked."""
        now = self._watch.execute("PRAGMA data_version").fetchone()[0]
        before, self._version = getattr(self, "_version", now), now
        return now != before

    def restore(self):
        """Put the database back as it was after the log-in."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        with closing(sqlite3.connect(self.file)) as connection:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.executescript(
                "BEGIN;"
                + "".join(f'DROP TABLE "{table}";' for table in tables if not table.startswith("sqlite_"))
                + "COMMIT;"
            )
            connection.executescript(self.kept)
        self.changed()

    def get(self, path):
        return self._seen(self.person.get(path, headers=self._known_by(path)))

    def post(self, path, **answers):
        data = {"csrf_token": self.token, **answers}
        self.person.page = self.person.client.post(path, data=data, headers=self._known_by(path))
        return self._seen(self.person.page)

    def send(self, path, body):
        """Send JSON, as a program does."""
        self.person.page = self.person.client.post(path, json=body, headers=self._known_by(path))
        return self._seen(self.person.page)

    def _known_by(self, path):
        """By their token at the addresses for programs; elsewhere the cookie says it."""
        return self.bearer if path.startswith(API) else {}

    def _seen(self, page):
        text = page.get_data().decode("utf-8", "replace")
        assert not [each for each in HASHES if each in text], f"{page.request.path} shows a secret"
        return status(page)

    def follow_token(self, number):
        with self.app.app_context():
            case = db.session.scalars(select(Case).where(Case.number == number)).one()
            found = tokens.token(self.app.config["SECRET_KEY"], case.id, case.follow_salt)
            db.session.remove()
        return found

    def address(self, rule, kind):
        """The rule with its placeholders filled in: `kind` is whose case it is about."""
        actions = rule.removeprefix("/api/v1").startswith("/actions")
        number = self.numbers[(kind, "action", "assigned") if actions else (kind, "at_faculty")]
        values = {
            "<number>": number,
            "<token>": self.follow_token(number) if "<token>" in rule else "",
            "<transition>": "accept" if rule.startswith(API) else "reply",
            "<pk>": "1",
            "<int:which>": "1",
            "<name>": NAMES.get(rule.split("/")[1], "accept"),
        }
        path = CHOICES.sub(lambda found: found[1].split(",")[0].strip(), rule)
        for placeholder, value in values.items():
            path = path.replace(placeholder, value)
        return path + ("?id=1" if rule.startswith("/studio/") and rule.endswith(("edit/", "delete/")) else "")


def status(page):
    """An answer's kind in one word."""
    if page.status_code in (301, 302, 303):
        return "login" if page.location.startswith("/login/") else "go"
    return {
        200: "ok",
        201: "ok",
        204: "ok",
        400: "bad",
        401: "key",
        403: "no",
        404: "none",
        405: "not",
        409: "late",
    }.get(page.status_code, str(page.status_code))


def rules(app):
    """Every address and way of asking: {(method, rule)}."""
    return {(method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods - UNSAFE}
