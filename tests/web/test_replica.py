"""Reports and files are read from a streaming replica, a real one; where it is away or behind, from the database."""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from app.web.replica import reader
from tests.api.program import Program
from tests.house import Person, cases, fill, make_app
from tests.replicated import replicated

pytestmark = pytest.mark.postgresql
NAME = "house"


@pytest.fixture
def pair(tmp_path_factory):
    """A PostgreSQL with a filled database, and its replica."""

    def filled(primary):
        primary.ask(f"CREATE DATABASE {NAME}")
        fill(primary.url(NAME), tmp_path_factory.mktemp("filled"))

    with replicated(filled) as found:
        yield found


def counted(app):
    """How many cases a report tells of as a page, as a file and to a program, and how many are in a list's file; and
    why the replica wasn't read.
    """
    desk, program = Person(app, "desk"), Program(app, "desk")
    with capture_logs() as log:
        desk.get("/reports/by_unit")
        tile = re.search(r'class="tiles".*?<b>([^<]*)</b>', desk.text, re.DOTALL)
        desk.get("/reports/by_unit/csv")
        lines = desk.text.splitlines()[1:]
        desk.get("/cases/export/csv?tab=all")
        rows = desk.text.splitlines()[1:]
        program.get("/reports/by_unit")
    numbers = {int(tile[1]), sum(int(each.split(";")[-1]) for each in lines), len(rows), program.json["total"]}
    return numbers, [each["reason"] for each in log if each["event"] == "replica_not_read"]


def test_reports_and_files_are_read_from_the_replica_while_it_is_in_step(pair, tmp_path):
    primary, replica = pair
    settings = {"REPLICA_URL": replica.url(NAME)}
    patient = make_app(primary.url(NAME), tmp_path, **settings, REPLICA_BEHIND=3600)
    strict = make_app(primary.url(NAME), tmp_path, **settings, REPLICA_BEHIND=0)
    Person(patient).report()
    while replica.ask("SELECT count(*) FROM subject", NAME) == 0:
        pass
    assert counted(patient) == ({1}, [])
    replica.pause()
    Person(patient).report()
    assert counted(patient) == ({1}, []), "an hour behind is allowed, so it is the replica that answers"
    assert counted(strict) == ({2}, ["behind"] * 4)
    with patient.app_context(), pytest.raises(DBAPIError, match="read-only transaction"):
        reader().execute(text("DELETE FROM lease"))
    replica.promote()
    assert counted(patient) == ({2}, ["no replica"] * 4), "what was promoted goes a way of its own"
    replica.stop()
    assert counted(patient) == ({2}, ["out of reach"]), "it isn't asked again at once"
    moved = Person(strict, "desk").move(min(cases(strict)), "forward", unit="ie", area="education_quality")
    assert moved.status_code == 302


def test_sqlite_has_no_replicas(sqlite_url, tmp_path):
    with pytest.raises(RuntimeError, match="SQLite has no replicas"):
        make_app(sqlite_url, tmp_path, REPLICA_URL="postgresql+psycopg://127.0.0.1/house")
