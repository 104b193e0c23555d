"""The restore drill: a backup made under load, restored elsewhere; nothing is mailed before somebody says so (F63)."""

import json
import tarfile
import threading
from datetime import UTC, datetime

from sqlalchemy import func, inspect, select, table, text

from app.backup.archive import MANIFEST
from app.outbox import queue
from app.web.database import db
from app.worker.tick import tick
from model import OutboxPause, OutgoingMail, searching
from model.schema import newest
from tests.backup.conftest import typed
from tests.house import Person, cases, session_of
from tests.outbox.server import Told, running


def rows(app):
    with app.app_context():
        names = [each for each in inspect(db.engine).get_table_names() if not searching.is_index(each)]
        with db.engine.connect() as connection:
            return {name: connection.scalar(select(func.count()).select_from(table(name))) for name in names}


def indexed(app):
    """Whether there is an index for searching."""
    with app.app_context(), db.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        if searching.TABLE in names:
            found = text('SELECT rowid FROM subject_search WHERE subject_search MATCH \'"ref" AND "fer"\'')
            return bool(connection.execute(found).all())
        return bool(connection.scalar(text("SELECT 1 FROM pg_indexes WHERE indexname = 'ix_subject_search'")))


def busy(app, stop):
    """Report and move cases until told to stop."""
    visitor, desk = Person(app), Person(app, "desk")
    while not stop.is_set():
        visitor.report()
        desk.move(max(cases(app)), "forward")


def under_load(app, act):
    stop = threading.Event()
    mover = threading.Thread(target=busy, args=(app, stop))
    before = len(cases(app))
    mover.start()
    try:
        while len(cases(app)) < before + 2:
            assert mover.is_alive()
        return act()
    finally:
        stop.set()
        mover.join()


def waiting(app):
    with session_of(app) as session:
        return {each.message_id for each in session.scalars(select(OutgoingMail).filter_by(status="waiting"))}


def work(app, url):
    app.config["SMTP_URL"] = url
    while tick(app):
        pass


def test_f63_a_backup_under_load_comes_back_whole_and_mails_nothing_until_it_is_released(house, elsewhere, tmp_path):
    file = tmp_path / "backup.tar"
    made = under_load(house, lambda: typed(house, "backup", str(file), "--with-secret"))
    assert made.exit_code == 0, made.output
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as archive:
        manifest = json.load(archive.extractfile(MANIFEST))
    done = typed(elsewhere, "restore", str(file))
    assert done.exit_code == 0, done.output
    assert "The outbox is paused" in done.output
    assert rows(elsewhere) == manifest["rows"] | {"outbox_pause": manifest["rows"]["outbox_pause"] + 1}
    assert manifest["schema"] == newest()
    assert len(cases(elsewhere)) >= 2
    desk = Person(elsewhere, "desk")
    for words in (max(cases(elsewhere)), "referansegruppa", "eferans"):
        assert desk.get(f"/cases/?tab=all&q={words}").text.count("data-case=") >= 1, words
    assert indexed(elsewhere)
    assert typed(elsewhere, "journal", "verify").exit_code == 0
    assert (tmp_path / "elsewhere" / "secret_key").read_text() == house.config["SECRET_KEY"]

    handler, owed = Told(), waiting(elsewhere)
    assert owed
    with running(handler) as url:
        work(elsewhere, url)
        assert handler.took == []
        Person(elsewhere).report()
        work(elsewhere, url)
        assert handler.took == []
        fresh = waiting(elsewhere) - owed
        assert fresh
        assert typed(elsewhere, "outbox", "release").exit_code == 2
        assert f"{len(owed)} mails were dropped" in typed(elsewhere, "outbox", "release", "--drop-old").output
        work(elsewhere, url)
    assert len(handler.took) == len(fresh)
    with session_of(elsewhere) as session:
        assert queue.counts(session) == (0, None, 0)
        pause = session.scalars(select(OutboxPause)).one()
        assert (pause.dropped, pause.released_by_id) == (len(owed), None)
        assert pause.released_at <= datetime.now(UTC)


def test_a_database_with_cases_is_written_over_only_when_that_is_said(house, tmp_path):
    file = tmp_path / "backup.tar"
    Person(house).report()
    assert typed(house, "backup", str(file)).exit_code == 0
    Person(house).report()
    refused = typed(house, "restore", str(file))
    assert refused.exit_code == 1
    assert "This database has cases." in refused.output
    assert len(cases(house)) == 2
    done = typed(house, "restore", str(file), "--replace")
    assert done.exit_code == 0, done.output
    assert len(cases(house)) == 1
    Person(house).report()
    assert len(cases(house)) == 2


def test_a_damaged_backup_changes_nothing(house, elsewhere, tmp_path):
    file = tmp_path / "backup.tar"
    Person(house).report()
    assert typed(house, "backup", str(file)).exit_code == 0
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    before = rows(elsewhere)
    refused = typed(elsewhere, "restore", str(file))
    assert refused.exit_code == 1
    assert "The backup is damaged" in refused.output
    assert rows(elsewhere) == before
