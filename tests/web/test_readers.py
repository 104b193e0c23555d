"""Several processes that read one snapshot, on each database (F61, F66)."""

import os
import signal
import threading
import time
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text, update

from app.cli.journal import group
from app.web.database import db
from app.web.readers import NotStarted, readers
from app.workflow import verifying
from model import ConfigurationVersion
from tests.house import Person
from tests.workflow.proof import administrating

AT_ONCE = {"sqlite": "PRAGMA synchronous = OFF", "postgresql": "SET synchronous_commit = off"}


def version(connection):
    time.sleep(0.02)  # so that each process has some to do
    return os.getpid(), connection.scalar(select(ConfigurationVersion.version))


def end(connection):
    os.kill(os.getpid(), signal.SIGKILL)


def counting_up(engine, stop, counted):
    with engine.connect() as connection:
        connection.execute(text(AT_ONCE[engine.dialect.name]))
        connection.commit()
        while not stop.is_set():
            connection.execute(update(ConfigurationVersion).values(version=ConfigurationVersion.version + 1))
            connection.commit()
            counted.set()
            time.sleep(0.02)  # SQLite lets nobody wait in a line: who never pauses keeps everybody out


def seen_by_several(engine):
    """What several processes see; one that is ended is told, and not waited for."""
    seen = []

    def look():
        with readers(engine, 2) as looking:
            seen.extend(looking([version] * 30))
            list(looking([end]))

    with pytest.raises(NotStarted):
        look()
    return seen


def test_f66_all_processes_see_the_same_whatever_is_written_meanwhile(house):
    stop, counted = threading.Event(), threading.Event()
    with house.app_context():
        before = db.session.scalar(select(ConfigurationVersion.version))
        db.session.rollback()
        writer = threading.Thread(target=counting_up, args=[db.engine, stop, counted])
        writer.start()
        try:
            assert counted.wait(20)
            seen = seen_by_several(db.engine)
            counted.clear()
            assert counted.wait(20)
        finally:
            stop.set()
            writer.join()
        db.session.rollback()
        after = db.session.scalar(select(ConfigurationVersion.version))
    processes, versions = zip(*seen, strict=True)
    assert len(set(processes)) == 2
    assert os.getpid() not in processes
    assert len(set(versions)) == 1
    assert before < versions[0] < after


def test_f61_f66_several_processes_find_what_one_finds(small_house, monkeypatch):
    visitor = Person(small_house)
    for _ in range(3):
        visitor.report()
    verify = small_house.test_cli_runner().invoke
    assert verify(group, ["anchor"]).exit_code == 0
    with small_house.app_context(), administrating(SimpleNamespace(session=db.session, database=db.engine)) as owner:
        owner.execute(text("UPDATE journal_entry SET flow = 'x' WHERE id = 2"))
    monkeypatch.setattr(verifying, "SPAN", 1)
    told = [verify(group, ["verify", "--processes", each]) for each in "12"]
    assert [each.exit_code for each in told] == [1, 1]
    assert told[0].output == told[1].output
    assert told[0].output.startswith("row 2, case ")
