"""F61, F63: what the worker seals and anchors, `flask journal verify` reads: from a database in use, a copy, an old one."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from alembic import command
from sqlalchemy import select

from app.cli.journal import group
from app.web.database import db
from app.worker.tick import mailbox, tick
from app.workflow import anchors
from model import JournalEntry, JournalSeal, schema
from tests.house import Person, make_app, session_of


def journal(app, *words):
    return app.test_cli_runner().invoke(group, list(words))


def file_of(app):
    return Path(app.config["VAR"]) / anchors.FILE


def file_of_database(url):
    return Path(url.removeprefix("sqlite:///"))


def copied(url, to):
    """A copy that is made while the database is in use."""
    with closing(sqlite3.connect(file_of_database(url))) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)
    return to


def test_a_tick_seals_what_was_written_and_anchors_it_once_a_day(house, enter):
    now = datetime.now(UTC)
    enter().report()
    for at in (now, now + timedelta(seconds=1), now + timedelta(days=1)):
        tick(house, at)
    assert [each.seals for each in anchors.read(file_of(house))] == [1, 1]
    told = journal(house, "verify")
    assert told.exit_code == 0, told.output
    assert told.output.startswith(
        "In order: 1 rows, 1 seals, 0 of them on rows that are older than the chain, 2 anchors"
    )


def test_an_anchor_is_mailed_where_an_address_is_set(small_house):
    small_house.config["ANCHOR_MAIL"] = "audit@town.example"
    tick(small_house)
    [anchor] = anchors.read(file_of(small_house))
    ((_, mail),) = mailbox(small_house).newest()
    assert mail["To"] == "audit@town.example"
    assert json.loads(mail.get_content().splitlines()[2]) == json.loads(anchors.line(anchor))
    small_house.extensions["demo_mail"].stop()


def test_a_file_that_cannot_be_written_stops_no_tick(small_house):
    file_of(small_house).mkdir()
    Person(small_house).report()
    tick(small_house)
    with session_of(small_house) as session:
        assert session.scalar(select(JournalSeal.id)) == 1
    told = journal(small_house, "verify")
    assert told.exit_code == 1
    assert "can't be read" in told.output


def test_f61_an_older_database_is_found_by_the_anchors(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path)
    Person(app).report()
    assert journal(app, "anchor").exit_code == 0
    old = copied(sqlite_url, tmp_path / "old.db")
    Person(app).report(unit="MH")
    said = json.loads(journal(app, "anchor").stdout.splitlines()[-1])
    assert said["seals"] == 2
    with app.app_context():
        db.engine.dispose()
    restored = tmp_path / "restored.db"
    shutil.copy(old, restored)
    again = make_app(f"sqlite:///{restored}", tmp_path)
    told = journal(again, "verify")
    assert told.exit_code == 1
    assert "head mismatch" in told.output
    assert "2 seals, the database 1" in told.output
    Person(again).report(unit="SU")
    tick(again)
    told = journal(again, "verify")
    assert told.exit_code == 1
    assert "head mismatch: at seal 2" in told.output
    kept = tmp_path / "kept elsewhere.jsonl"
    kept.write_text(file_of(app).read_text().splitlines()[0] + "\n")
    assert journal(again, "verify", "--anchors", str(kept)).exit_code == 0


def test_f63_a_copy_taken_under_load_is_in_order(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path)
    stop = Event()

    def work():
        while not stop.is_set():
            Person(app).report()
            tick(app)

    workers = [Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    copies = []
    while len(copies) < 3:
        copies.append(copied(sqlite_url, tmp_path / f"copy{len(copies)}.db"))
        stop.wait(0.7)
    stop.set()
    for each in workers:
        each.join()
    assert journal(app, "verify").exit_code == 0
    for number, copy in enumerate(copies):
        folder = tmp_path / str(number)
        folder.mkdir()
        told = journal(make_app(f"sqlite:///{copy}", folder), "verify")
        assert told.exit_code == 0, told.output


def test_rows_from_before_the_chain_are_adopted_by_the_first_tick(house, enter, url):
    enter().report()
    with house.app_context():
        db.engine.dispose()
    command.downgrade(schema.alembic_config(url), "0007")
    schema.upgrade(url)
    with session_of(house) as session:
        assert session.scalars(select(JournalEntry.digest)).all() == [None]
    tick(house)
    enter().report()
    tick(house)
    told = journal(house, "verify")
    assert told.exit_code == 0, told.output
    assert "2 rows, 2 seals, 1 of them on rows that are older than the chain" in told.output


def test_looking_up_who_reported_is_a_row_that_is_proved(house, enter):
    enter("student_idi").report()
    desk = enter("desk")
    desk.get("/cases/")
    with session_of(house) as session:
        number = session.scalars(select(JournalEntry)).one().subject.number
    desk.get(f"/cases/{number}")
    desk.post(f"/cases/{number}/reporter")
    assert desk.status == 200
    tick(house)
    with session_of(house) as session:
        last = session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
        assert last.event == "looked_up"
        assert {"actor"} == set(last.prints)
    assert journal(house, "verify").exit_code == 0
