"""F50: what the product stands on is locked, restarted or gone: people are told, lose nothing, and nobody has to mend it."""

import os
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from kombu import Connection
from redis import Redis
from sqlalchemy import create_engine, event, text

from app.web import database
from app.web.database import db
from tests.conftest import POSTGRESQL, url_of
from tests.house import cases, mails, make_app
from tests.proxy import Proxy
from tests.web.english import English as Person
from tests.worker.conftest import folder  # noqa: F401 - the broker's test has a small database

WORDS = "The group never met, and nobody told us why."
AWAY = "Something we need is out of reach"
REDIS = urlsplit(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"))
RABBITMQ = urlsplit(os.environ.get("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//"))

LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
"""


@contextmanager
def locked(file):
    """Another process has the database's only lock for writers."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOCK, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "locked\n"
        yield
    finally:
        process.communicate("now\n", timeout=30)


def health(app):
    answer = app.test_client().get("/healthz")
    return answer.status_code, answer.get_json()


def told_and_kept(person):
    """The page says what is wrong and what to do, and holds all that was typed."""
    assert person.status == 503, person.text
    assert int(person.page.headers["Retry-After"]) > 0
    assert "<h1" in person.text
    assert AWAY in person.text
    assert "Wait a little" in person.text
    assert WORDS in person.text
    assert person.hidden()["description"] == WORDS
    assert "Send it again" in person.text
    assert "<p>reporter area" not in person.text, "what no person has written is sent along, and not shown"


def send_again(person):
    """Press the page's one button."""
    sent = person.hidden()
    person.page = person.client.post("/", data=sent)
    assert person.status == 303, person.text


def opened(app):
    person = Person(app)
    person.get("/")
    assert person.status == 200
    return person


def report(person):
    """Send the page that is open."""
    given = {"area": "education_quality", "unit": "IE", "tried_first": "tried", "no_personal_data": "y"}
    return person.post("/", **given, description=WORDS, reporter="melder@stud.example")


def test_f50_a_locked_sqlite_is_told_and_heals(sqlite_url, tmp_path, monkeypatch):
    quick = tuple(each.replace("10000", "100") for each in database.PRAGMAS)
    monkeypatch.setattr(database, "PRAGMAS", quick)
    app = make_app(sqlite_url, tmp_path, WORKER="none")
    person = opened(app)
    with locked(tmp_path / "house.db"):
        report(person)
        told_and_kept(person)
        assert opened(app).status == 200, "reading goes on"
        code, facts = health(app)
        assert (code, facts["reason"]) == (503, "database")
    send_again(person)
    assert len(cases(app)) == 1
    assert health(app)[0] == 200


def test_f50_neither_a_password_nor_a_token_is_given_back(sqlite_url, tmp_path, monkeypatch):
    app = make_app(sqlite_url, tmp_path)
    person = opened(app)
    person.get("/login/")
    monkeypatch.setattr(app.appbuilder.sm, "auth_user_db", _locked)
    person.post("/login/", username="desk", password="my own secret")
    assert person.status == 503
    assert person.hidden()["username"] == "desk"
    assert "my own secret" not in person.text


def _locked(*_given):
    raise database_is_locked()


def database_is_locked():
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.connection.create_function("fail", 0, lambda: 1 / 0)
        try:
            connection.execute(text("SELECT fail()"))
        except Exception as fault:  # noqa: BLE001 - a real fault of the driver's, with other words in it
            fault.orig.args = ("database is locked",)
            return fault


def cut_all(server, url):
    """End every connection to a database, as a restart does."""
    name = url.rsplit("/", 1)[1]
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
    server.execute(text(ended), {"name": name})


@pytest.mark.postgresql
def test_f50_a_postgresql_that_was_restarted_between_two_requests_is_not_noticed(postgresql_url, server, tmp_path):
    app = make_app(postgresql_url, tmp_path, WORKER="none")
    person = opened(app)
    cut_all(server, postgresql_url)
    report(person)
    assert person.status == 303
    cut_all(server, postgresql_url)
    assert health(app)[0] == 200
    dispose(app)


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["subject", "journal_entry", "outgoing_mail"])
def test_f50_a_postgresql_that_is_restarted_under_a_report_loses_nothing_and_makes_nothing_twice(
    postgresql_url, server, tmp_path, table
):
    app = make_app(postgresql_url, tmp_path, WORKER="none")
    person = opened(app)
    cut = []

    def restart(_connection, _cursor, statement, *_more):
        if not cut and statement.startswith(f"INSERT INTO {table}"):
            cut.append(statement)
            cut_all(server, postgresql_url)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", restart)
    report(person)
    assert cut, "the report writes there"
    told_and_kept(person)
    assert not cases(app)
    assert not mails(app)
    send_again(person)
    assert len(cases(app)) == 1
    dispose(app)


@pytest.mark.postgresql
def test_f50_a_postgresql_out_of_reach_is_told_and_heals(postgresql_url, tmp_path):
    target = urlsplit(POSTGRESQL)
    proxy = Proxy(target.hostname, target.port)
    through = url_of(postgresql_url.rsplit("/", 1)[1]).replace(f":{target.port}/", f":{proxy.port}/")
    app = make_app(through, tmp_path, WORKER="none")
    person, inside = opened(app), Person(app, "desk")
    proxy.cut()
    report(person)
    told_and_kept(person)
    assert health(app)[1]["reason"] == "database"
    assert inside.get("/cases/").status_code == 503, "a login is known by the database, and waits"
    proxy.open()
    send_again(person)
    assert inside.get("/cases/").status_code == 200, "nobody has to log in anew"
    assert health(app)[0] == 200
    assert len(cases(app)) == 1
    dispose(app)
    proxy.cut()


def dispose(app):
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def reachable(connect):
    try:
        connect()
    except OSError:
        if os.environ.get("CI_STRICT"):
            raise
        pytest.skip("not here")


def test_f50_without_the_store_of_limits_each_process_counts_by_itself_until_it_is_back(sqlite_url, tmp_path):
    reachable(Redis(REDIS.hostname, REDIS.port or 6379).ping)
    proxy = Proxy(REDIS.hostname, REDIS.port or 6379)
    store = {"RATELIMIT_ENABLED": True, "RATELIMIT_STORAGE_URI": f"redis://127.0.0.1:{proxy.port}{REDIS.path}"}
    app = make_app(sqlite_url, tmp_path, WORKER="none", LOGIN_LIMIT="3 per hour", **store)
    app.config["RATELIMIT_KEY_PREFIX"] = uuid4().hex
    person = opened(app)
    assert health(app)[1]["limits"] == "shared by all processes"
    proxy.cut()
    report(person)
    assert person.status == 303
    assert "out of reach" in health(app)[1]["limits"]
    found = []
    for _ in range(5):
        person.get("/login/")
        found.append(person.post("/login/", username="desk", password="wrong").status_code)
    assert found == [401] * 3 + [429] * 2, "still limited"
    proxy.open()
    assert opened(app).status == 200
    assert health(app)[1]["limits"] == "shared by all processes"
    proxy.cut()
    Redis(REDIS.hostname, REDIS.port or 6379).close()


NUDGING = """
import sys, time
from app import create_app, logs
from app.web.database import db
from app.worker import nudger
from tests.worker.conftest import post
logs.set_up()  # on standard error: the answers below have a stream of their own
app = create_app()
nudger.start(app)
for key in sys.stdin:
    nudger.reached = None
    with app.app_context():
        row = post(db.session, key=key.strip())
        status = row.status
    end = time.monotonic() + 20
    while nudger.reached is None and time.monotonic() < end:
        time.sleep(0.02)
    print(status, app.test_client().get("/healthz").get_json()["broker"], flush=True)
"""


def test_f50_without_a_broker_mails_wait_and_the_next_nudge_gets_through(folder):  # noqa: F811 - a fixture
    host, port, queue = RABBITMQ.hostname, RABBITMQ.port or 5672, f"test-{uuid4().hex}"
    reachable(lambda: Connection(RABBITMQ.geturl(), connect_timeout=3).connect())
    proxy = Proxy(host, port)
    environment = {
        **os.environ,
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'test.db'}",
        "SECRET_KEY": "secret",
        "DEMO": "0",
        "WORKER": "none",
        "CELERY_BROKER_URL": RABBITMQ.geturl().replace(f":{port}", f":{proxy.port}"),
        "CELERY_QUEUE": queue,
    }
    process = subprocess.Popen(
        [sys.executable, "-c", NUDGING], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def commits(key):
        process.stdin.write(f"{key}\n")
        process.stdin.flush()
        for line in process.stdout:
            if line.startswith("waiting"):
                return line.strip().removeprefix("waiting ")
        return "ended"

    try:
        assert commits("case:1:11") == "ok"
        proxy.cut()
        assert commits("case:1:12") == "out of reach"
        proxy.open()
        assert commits("case:1:13") == "ok"
        with Connection(RABBITMQ.geturl()) as connection:
            assert connection.channel().queue_declare(queue, passive=True).message_count >= 2
    finally:
        process.stdin.close()
        process.wait(30)
        proxy.cut()
        with Connection(RABBITMQ.geturl()) as connection:
            connection.channel().queue_delete(queue)
