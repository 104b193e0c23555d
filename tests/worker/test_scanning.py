"""Files and the virus scanner (F15, F16): nothing is had before it is scanned, nothing infected ever, nothing is lost."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from app.web.attached import download
from app.worker import clamd as client
from app.worker.scanning import scan
from app.workflow import viruses
from model import Case, StoredFile
from tests.worker.clamav import EICAR, clamd

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(params=["tcp", "unix"])
def server(request, tmp_path):
    with clamd(tmp_path / "clamd.sock" if request.param == "unix" else None) as found:
        yield found


@pytest.fixture
def kept(app, session):
    """Keep files of case 1 as they would be received now."""

    def keep(*contents):
        subject = session.get(Case, 1)
        rows = [
            StoredFile(
                subject_id=subject.id,
                field="attachments",
                name="a.txt",
                kind="text/plain",
                size=len(each),
                at=NOW,
                content=each,
                status=viruses.first_status(),
            )
            for each in contents
        ]
        session.add_all(rows)
        session.commit()
        return rows

    return keep


def scanned(app, session, now=NOW):
    done = scan(now, lambda: None)
    session.expire_all()
    return done


def status(session):
    return list(session.scalars(select(StoredFile.status).order_by(StoredFile.id)))


def had(app, file):
    with app.test_request_context("/"):
        try:
            return download(file).status_code == 200
        except NotFound:
            return False


def test_f15_a_file_with_a_virus_is_found_in_any_part_of_it(server):
    address, held = server
    assert client.scan(address, b"x" * 200_000 + EICAR) == "Eicar-Test-Signature"
    assert client.scan(address, b"y" * 200_000) == ""
    assert held.heard[1] == b"y" * 200_000


def test_f15_a_file_is_had_once_it_is_scanned(app, session, kept):
    with clamd() as (address, _):
        app.config["CLAMD_URL"] = address
        (clean,) = kept(b"hello")
        assert not had(app, clean)
        assert scanned(app, session) == 1
        assert status(session) == ["clean"]
        assert had(app, clean)
        assert scanned(app, session) == 0


def test_without_a_scanner_files_are_had_at_once_and_are_scanned_when_there_is_one(app, session, kept):
    (file,) = kept(b"hello")
    assert had(app, file)
    assert scanned(app, session) == 0
    with clamd() as (address, _):
        app.config["CLAMD_URL"] = address
        assert scanned(app, session) == 1
    assert status(session) == ["clean"]


def test_f16_while_the_scanner_is_away_files_wait_and_it_heals_by_itself(app, session, kept, tmp_path):
    app.config |= {"CLAMD_URL": f"unix://{tmp_path / 'clamd.sock'}", "WORKER": "none"}
    first, _ = kept(b"one", b"two")
    assert scanned(app, session) == 0
    assert status(session) == ["pending", "pending"]
    assert not had(app, first)
    told = app.test_client().get("/healthz")
    assert told.status_code == 200
    assert (told.json["scanner"]["status"], told.json["scanner"]["waiting"]) == ("out of reach", 2)
    with clamd(tmp_path / "clamd.sock") as (_, held):
        assert scanned(app, session) == 0
        assert held.heard == []
        assert scanned(app, session, NOW + viruses.AGAIN) == 2
    assert status(session) == ["clean", "clean"]
    assert app.test_client().get("/healthz").json["scanner"]["status"] == "ok"


def test_f16_a_scanner_that_hangs_costs_one_try(app, session, kept, monkeypatch):
    monkeypatch.setattr(client, "ANSWERING", 0.2)
    with clamd() as (address, held):
        app.config["CLAMD_URL"] = address
        kept(b"HANG", b"HANG")
        assert scanned(app, session) == 0
        assert scanned(app, session) == 0
        assert len(held.heard) == 1
    assert status(session) == ["pending", "pending"]


def test_a_file_that_the_scanner_cannot_judge_waits_and_keeps_no_other_back(app, session, kept):
    with clamd() as (address, _):
        app.config["CLAMD_URL"] = address
        kept(b"ODD", b"fine")
        assert scanned(app, session) == 1
    assert status(session) == ["pending", "clean"]


def test_healthz_names_no_scanner_where_there_is_none(app, session):
    app.config["WORKER"] = "none"
    assert app.test_client().get("/healthz").json["scanner"] is None
