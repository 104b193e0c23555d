"""F20, F50: a disk that is really full, PostgreSQL's and SQLite's: it is told, nothing is lost, and room alone heals it."""

import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.web.database import db
from app.worker.embedded import Worker
from app.worker.tick import tick
from model import JournalEntry, OutgoingMail
from tests.full import cluster, disk
from tests.house import cases, fill, make_app, session_of
from tests.outbox.server import Told, running
from tests.web.english import English as Person

WORDS = "The group never met, and nobody told us why. " * 200
FULL, AWAY = "There is no more room", "Something we need is out of reach"
MOST = 60
"""So often something is tried until a full disk doesn't take it: pages that are there have room still."""
REST = 100_000
"""Bytes of its log that PostgreSQL has left: a report or two."""
CLAIMED = timedelta(minutes=4)
"""After this time a mail is sent again that was sent when its fate could not be written."""
MESSAGE_ID = re.compile(rb"^Message-ID: (<.+>)", re.IGNORECASE | re.MULTILINE)
LEFT = """
SELECT 1048576 * (SELECT count(*) FROM pg_ls_waldir() WHERE name > file_name AND name ~ '^[0-9A-F]{24}$')
       + 1048576 - file_offset FROM pg_walfile_name_offset(pg_current_wal_insert_lsn())
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A PostgreSQL on small disks, with a filled database called house."""
    with cluster(tables=90, writes=16) as made:
        made.ask("CREATE DATABASE house")
        fill(made.url("house"), tmp_path_factory.mktemp("filled"))
        yield made


@pytest.fixture
def postgresql(small):
    yield small
    small.tables.empty()
    small.writes.empty()


@pytest.fixture
def mails():
    """A mail server, which keeps what it took."""
    with running(handler := Told()) as url:
        handler.url = url
        yield handler


def house_on(url, folder, mails):
    return make_app(url, folder, WORKER="none", SMTP_URL=mails.url, RATELIMIT_ENABLED=True, SUBMIT_LIMIT="999 per hour")


def leave(app):
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def report(person):
    """Open the page and send it; the answer's status, or the page's where it can't be had."""
    return send(person) if person.get("/").status_code == 200 else person.status


def send(person):
    """Send the page that is open."""
    given = {"area": "education_quality", "unit": "IE", "tried_first": "tried", "no_personal_data": "y"}
    return person.post("/", **given, description=WORDS, reporter="melder@stud.example").status_code


def until_refused(act, refused, *meanwhile):
    """Do it until it is refused in that way, or meanwhile in another; how often it was taken."""
    taken = 0
    for _ in range(MOST):
        status = act()
        if status == refused:
            return taken
        taken += status == 303
        assert status in (303, *meanwhile), status
    return pytest.fail("the disk is not full")


def told_and_kept(person, title):
    """The page says what is wrong, and holds all that was typed."""
    assert title in person.text
    assert person.text.count(WORDS.strip()) == 2, "to be read, and to be sent"
    assert "Send it again" in person.text


def send_again(person):
    """Press the page's one button."""
    person.page = person.client.post(person.page.request.path, data=person.hidden())
    assert person.status in (302, 303), person.text


def health(app):
    answer = app.test_client().get("/healthz")
    return answer.status_code, answer.json.get("reason")


def events(app, transition):
    """How often it has happened."""
    with session_of(app) as session:
        return session.scalar(select(func.count()).where(JournalEntry.transition == transition))


def all_is_well(app, mails):
    """It goes on by itself: mails that were owed go out, each under one name, and the journal verifies."""
    assert health(app) == (200, None)
    while tick(app, datetime.now(UTC) + CLAIMED):
        pass
    with session_of(app) as session:
        owed = {row.message_id: row.status for row in session.scalars(select(OutgoingMail))}
    assert set(owed.values()) == {"sent"}
    assert {MESSAGE_ID.search(content)[1].decode() for _, _, content in mails.took} == set(owed)
    verified = app.test_cli_runner().invoke(args=["journal", "verify"])
    assert verified.exit_code == 0, verified.output


@pytest.mark.postgresql
def test_f20_where_the_disk_of_postgresql_is_full_people_are_told_and_can_send_again(postgresql, mails, tmp_path):
    postgresql.copy("house", "tables_full")
    app = house_on(postgresql.url("tables_full"), tmp_path, mails)
    visitor, desk = Person(app), Person(app, "desk")
    assert report(visitor) == 303
    number = max(cases(app))
    postgresql.tables.fill()

    taken = 1 + until_refused(lambda: report(visitor), 507)
    told_and_kept(visitor, FULL)
    noted = until_refused(lambda: desk.move(number, "note", comment=WORDS).status_code, 507)
    told_and_kept(desk, FULL)
    assert health(app) == (503, "disk")
    Worker(app).work()
    assert len(cases(app)) == taken, "what was acknowledged is there, and nothing else"
    assert desk.client.get("/cases/").status_code == 200, "reading goes on"
    assert desk.client.get(f"/cases/{number}").status_code == 200
    assert events(app, "note") == noted

    postgresql.tables.empty()
    send_again(visitor)
    send_again(desk)
    assert len(cases(app)) == taken + 1
    assert events(app, "note") == noted + 1
    all_is_well(app, mails)
    leave(app)


def leave_little(postgresql):
    """Fill the disk of the log, and the log but for a little: a replica that is gone for good holds all of it."""
    postgresql.ask("SELECT pg_create_physical_replication_slot('gone', true)")
    postgresql.writes.fill()
    while (left := postgresql.ask(LEFT)) > REST:
        postgresql.ask(f"SELECT pg_logical_emit_message(false, 'x', repeat('x', {min(left - REST, 200_000)}))")


@pytest.mark.postgresql
def test_f50_where_the_log_of_postgresql_has_no_room_it_stops_and_people_can_send_again(postgresql, mails, tmp_path):
    postgresql.copy("house", "log_full")
    app = house_on(postgresql.url("log_full"), tmp_path, mails)
    visitor, slow = Person(app), Person(app)
    assert report(visitor) == 303
    slow.get("/")
    leave_little(postgresql)

    taken = 1 + until_refused(lambda: report(visitor), 503, 507)
    assert send(slow) == 503
    told_and_kept(slow, AWAY)
    assert "PANIC" in postgresql.said
    assert health(app) == (503, "database")
    Worker(app).work()

    postgresql.writes.empty()
    if not postgresql.runs:
        postgresql.start()
    postgresql.ask("SELECT pg_drop_replication_slot('gone')")
    assert len(cases(app)) == taken, "what was acknowledged is there, and nothing else"
    send_again(slow)
    assert len(cases(app)) == taken + 1
    all_is_well(app, mails)
    leave(app)


def test_f20_where_the_disk_of_sqlite_is_full_people_are_told_and_can_send_again(sqlite_filled, mails, tmp_path):
    with disk(tmp_path / "small", 8) as small:
        shutil.copy(sqlite_filled, small.folder / "house.db")
        app = house_on(f"sqlite:///{small.folder / 'house.db'}", tmp_path, mails)
        visitor, desk = Person(app), Person(app, "desk")
        assert report(visitor) == 303
        small.fill()
        taken = 1 + until_refused(lambda: report(visitor), 507)
        told_and_kept(visitor, FULL)
        assert health(app) == (503, "disk")
        Worker(app).work()
        assert len(cases(app)) == taken
        assert desk.get("/cases/").status_code == 200, "reading goes on"
        small.empty()
        send_again(visitor)
        assert len(cases(app)) == taken + 1
        all_is_well(app, mails)
        leave(app)
