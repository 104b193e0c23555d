"""Asking every address as everybody: what to put in its placeholders, and what its answer counts as."""

import re

from sqlalchemy import select

from app.outbox import tokens
from app.setup.accounts import DEMO_PASSWORD
from app.web.database import db
from model import Case
from tests.house import Person
from tests.matrix.keeping import keeping
from tests.matrix.world import PEOPLE

HASHES = ("scrypt:", "pbkdf2:", "a secret for tests")
"""What no answer to anybody may hold."""
CHOICES = re.compile(r"<any\(([^)]*)\):\w+>")
API = "/api/"
UNSAFE = {"OPTIONS", "HEAD"}
WORDS = {
    200: "ok",
    201: "ok",
    204: "ok",
    400: "bad",
    401: "key",
    403: "no",
    404: "none",
    405: "not",
    409: "late",
}


class World:
    """The product on one filled database, with everybody logged in; `restore` puts it back after a change."""

    def __init__(self, app, url, numbers):
        self.app, self.numbers = app, numbers
        self.known = {who: Crossing(self, who) for who in PEOPLE}
        self.database = keeping(url)
        self.rows, self.write, self.dump = self.database.rows, self.database.write, self.database.dump
        self.changed = self.database.changed
        self.kept = self.dump()

    def __call__(self, who):
        """Somebody at the product, on the database as it was made."""
        return self.known[who]

    def restore(self):
        """Put the database and everybody's cookies back as they were after the log-in."""
        with self.app.app_context():
            db.session.remove()
        self.database.restore()
        for each in self.known.values():
            each.log_in_again()

    def close(self):
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        self.database.close()

    def token_of(self, number):
        """The token of the case's follow link."""
        with self.app.app_context():
            case = db.session.scalars(select(Case).where(Case.number == number)).one()
            found = tokens.token(self.app.config["SECRET_KEY"], case.id, case.follow_salt)
            db.session.remove()
        return found


class Crossing:
    """Somebody of the world."""

    def __init__(self, world, who):
        self.world, self.who, self.app, self.numbers = world, who, world.app, world.numbers
        self.person = Person(world.app, PEOPLE[who])
        self.person.get("/")
        self.token = self.person.hidden()["csrf_token"]
        self.bearer = self._signed_in(PEOPLE[who]) if PEOPLE[who] else {}
        self._cookie = self.person.client.get_cookie("session")

    def _signed_in(self, name):
        given = {"username": name, "password": DEMO_PASSWORD}
        found = self.person.client.post("/api/v1/security/login", json=given)
        return {"Authorization": f"Bearer {found.json['access_token']}"}

    @property
    def people(self):
        """Everybody's id, as text, by name."""
        return {row["name"]: str(row["id"]) for row in self.world.rows("SELECT name, id FROM person")}

    def version(self, number):
        return self.row(number)["version"]

    def row(self, number):
        """The case's row as it is kept."""
        return self.world.rows("SELECT * FROM subject WHERE number = ?", number)[0]

    def newest(self):
        return self.world.rows("SELECT * FROM subject ORDER BY id DESC LIMIT 1")[0]

    def pks(self, kind):
        """Ids of the cases and actions of a kind."""
        numbers = {number for key, number in self.numbers.items() if key[0] == kind}
        return [row["id"] for row in self.world.rows("SELECT id, number FROM subject") if row["number"] in numbers]

    def journal(self, number):
        """(event, actor's id) of each row of the case's journal."""
        query = "SELECT event, actor_id FROM journal_entry WHERE subject_id = ? ORDER BY ordinal"
        return [(row["event"], str(row["actor_id"])) for row in self.world.rows(query, self.row(number)["id"])]

    def changed(self):
        return self.world.changed()

    def restore(self):
        self.world.restore()

    def log_in_again(self):
        """Put the cookie back as it was after the log-in."""
        kept = self._cookie
        self.person.client.set_cookie("session", kept.value, domain=kept.domain, path=kept.path)

    def get(self, path, method="GET", accept=None):
        headers = {**self.known_by(path), **({"Accept": accept} if accept else {})}
        self.person.page = self.person.client.open(path, method=method, headers=headers)
        return self._seen(self.person.page)

    def post(self, path, accept=None, **answers):
        data = {"csrf_token": self.token, **answers}
        headers = {**self.known_by(path), **({"Accept": accept} if accept else {})}
        self.person.page = self.person.client.post(path, data=data, headers=headers)
        return self._seen(self.person.page)

    def send(self, path, body):
        """Send JSON, as a program does."""
        self.person.page = self.person.client.post(path, json=body, headers=self.known_by(path))
        return self._seen(self.person.page)

    def known_by(self, path):
        """How somebody is known there: by their token at the addresses for programs; elsewhere the cookie says it."""
        return self.bearer if path.startswith(API) else {}

    def _seen(self, page):
        text = page.get_data().decode("utf-8", "replace")
        assert not [each for each in HASHES if each in text], f"{page.request.path} shows a secret"
        return status(page)


def status(page):
    """An answer's kind in one word."""
    if page.status_code in (301, 302, 303):
        own = page.request.path.startswith("/my/") and page.location.startswith("/follow/") and page.location[8:]
        return "login" if page.location.startswith("/login/") else "own" if own else "go"
    if page.status_code == 422:
        kinds = {each["kind"] for each in page.json.get("reasons", ())}
        return "422" if kinds & {"state", "who"} else "bad"
    return WORDS.get(page.status_code, str(page.status_code))


def rules(app, unsafe=UNSAFE):
    """Every address and way of asking: {(method, rule)}."""
    return {(method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods - unsafe}


def filled(rule, number="", token="", move="accept", which="99999", pk="1"):
    """Give an address of the rule. Numbers that stand for rows are those of the first; `which` names a file or letter."""
    number = "1" if rule.startswith("/studio/") else number
    first = rule.split("/")[1]
    name = {"door": "physical", "reports": "by_unit", "public": "by_unit"}.get(first, move)
    name = "by_unit" if rule.startswith("/api/v1/reports") else name
    values = {
        "<number>": number,
        "<token>": token,
        "<transition>": move,
        "<pk>": pk,
        "<int:pk>": pk,
        "<int:which>": which,
    }
    path = CHOICES.sub(lambda found: found[1].split(",")[0].strip(), rule)
    for placeholder, value in {**values, "<name>": name, "<flow>": "case", "<file>": "units.csv"}.items():
        path = path.replace(placeholder, value)
    return path + ("?id=1" if rule.startswith("/studio/") and rule.endswith(("edit/", "delete/", "retire/")) else "")
