"""Attachments under attack: lies (F14), viruses (F15, F16), bombs (F17), names (F18), photos (F19), a full disk (F20)."""

import io
import re
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import unquote

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import event, func, select, text

from app.web.database import db
from app.worker.tick import tick
from model import Case, JournalEntry, OutgoingMail, PendingFile, StoredFile, WorkflowEdition
from tests.house import Person, make_app, session_of
from tests.submit.conftest import Browser
from tests.worker.clamav import EICAR, clamd
from tests.workflow.samples import PLACE, photo, picture

ATTACHED = ("optional: [unit, course]", "optional: [unit, course, attachments]")
SEALED = "sandbox; default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"


@pytest.fixture
def office(elsewhere):
    elsewhere.publish(ATTACHED)
    yield elsewhere
    elsewhere.app.config["CLAMD_URL"] = ""


@pytest.fixture
def visitor(office):
    browser = Browser(office.app.test_client())
    browser.open()
    return browser


def file(name, content):
    return io.BytesIO(content), name


def every(office, table):
    with office.app.app_context():
        return list(db.session.scalars(select(table).order_by(table.id)))


def followed(visitor):
    place = visitor.page.headers["Location"].replace("receipt", "follow")
    visitor.open(place)
    return place


def test_f15_a_file_with_a_virus_is_never_had_and_its_page_and_the_administrators_are_told(office, visitor):
    with clamd() as (address, _):
        office.app.config["CLAMD_URL"] = address
        assert visitor.send(attachments=[file("hemmelig.txt", EICAR), file("a.txt", b"ok")]).status_code == 303
        place = followed(visitor)
        assert visitor.text.count("Venter på virussjekk") == 2
        assert "/file/" not in visitor.text
        assert visitor.client.get(f"{place}/file/1").status_code == 404
        tick(office.app, datetime.now(UTC))
    visitor.open(place)
    assert "Fjernet: det ble funnet virus i den" in visitor.text
    assert re.findall(r"/file/(\d+)", visitor.text) == ["2"]
    assert visitor.client.get(f"{place}/file/1").status_code == 404
    assert visitor.client.get(f"{place}/file/2").data == b"ok"
    with office.app.app_context():
        assert db.session.get(StoredFile, 1).content == b""
        mails = list(db.session.scalars(select(OutgoingMail).where(OutgoingMail.name == "infected_file")))
        admins = select(func.count(User.id)).where(User.roles.any(name="Admin"))
        assert len(mails) == db.session.scalar(admins)
    assert mails
    assert all(office.case().number in each.subject and "hemmelig" not in each.body for each in mails)


def test_f16_a_report_is_received_while_the_scanner_is_away(office, visitor, tmp_path):
    office.app.config["CLAMD_URL"] = f"unix://{tmp_path / 'nobody.sock'}"
    assert visitor.send(attachments=file("a.txt", b"ok")).status_code == 303
    tick(office.app, datetime.now(UTC))
    assert [each.status for each in every(office, StoredFile)] == ["pending"]


def test_f19_no_byte_that_is_stored_tells_where_a_photo_was_taken(office, visitor):
    assert visitor.send(description="", attachments=file("sted.jpg", photo())).status_code == 400
    kept = re.search(r'name="held-attachments" value="(\d+)"', visitor.text)[1]
    with office.app.app_context():
        held = db.session.get(PendingFile, int(kept)).content
    assert PLACE.encode() not in held
    assert b"Exif" not in held
    more = {"key": visitor.hidden("key"), "held-attachments": kept}
    assert visitor.send(**more).status_code == 303
    with office.app.app_context():
        assert db.session.scalar(select(StoredFile.content)) == held
    assert visitor.client.get(f"{followed(visitor)}/file/1").data == held


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("bilde.jpg", b"MZ\x90", "kan være PDF"),
        ("bilde.gif", b"GIF89a<script>", "skadet"),
        ("tom.pdf", b"", "kan være PDF"),
    ],
)
def test_f14_f17_a_lie_is_told_and_nothing_is_kept(office, visitor, name, content, told):
    assert visitor.send(attachments=file(name, content)).status_code == 400
    assert told in visitor.text
    assert (every(office, StoredFile), every(office, PendingFile), office.cases()) == ([], [], 0)


def test_f17_a_hundred_and_one_files_are_too_many(office, visitor):
    assert visitor.send(attachments=[file(f"{each}.png", picture()) for each in range(101)]).status_code == 400
    assert "for mye" in visitor.text
    assert len(every(office, PendingFile)) <= 10


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("x" * 300 + ".pdf", "x" * 120 + ".pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("blåbær; x=y.pdf", "blåbær; x=y.pdf"),
        ("a%0D%0AX-Evil: y.pdf", "a%0D%0AX-Evil: y.pdf"),
    ],
)
def test_f18_a_file_is_saved_under_a_safe_name_and_never_shown(office, visitor, name, saved):
    assert visitor.send(attachments=file(name, b"%PDF-1.7\n")).status_code == 303
    answer = visitor.client.get(f"{followed(visitor)}/file/1")
    said = answer.headers["Content-Disposition"]
    assert said.startswith("attachment; ")
    quoted = re.search(r"filename\*=UTF-8''(\S+)", said)
    assert (unquote(quoted[1]) if quoted else re.search(r'filename="?([^"]+)', said)[1]) == saved
    assert answer.headers["Content-Security-Policy"] == SEALED
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_f20_a_full_disk_is_told_and_leaves_nothing_behind(office, visitor):
    def fill_up(connection, _):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")

    with office.app.app_context():
        db.engine.dispose()
        event.listen(db.engine, "connect", fill_up)
    try:
        assert visitor.send(attachments=file("a.pdf", b"%PDF-1.7\n" + b"x" * 500_000)).status_code == 507
    finally:
        with office.app.app_context():
            event.remove(db.engine, "connect", fill_up)
            db.engine.dispose()
    assert "ikke mer plass" in visitor.text
    assert (every(office, StoredFile), every(office, PendingFile), every(office, Case)) == ([], [], [])
    with office.app.app_context():
        assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
    visitor.open()
    assert visitor.send(attachments=file("a.pdf", b"%PDF-1.7\n")).status_code == 303


NO_ROOM = """CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"""
FULL = {
    "while the file is written": "CREATE TRIGGER full_disk BEFORE INSERT ON stored_file FOR EACH ROW",
    "with the commit": "CREATE CONSTRAINT TRIGGER full_disk AFTER INSERT ON stored_file DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
}


@pytest.mark.postgresql
def test_f20_so_it_is_on_postgresql(postgresql_url, tmp_path, root):
    app = make_app(postgresql_url, tmp_path)
    routine = (root / "workflow.yaml").read_text("utf-8").replace(*ATTACHED, 1)
    with session_of(app) as session:
        sha = sha256(routine.encode()).hexdigest()
        session.add(WorkflowEdition(number=2, text=routine, sha256=sha, published_at=datetime.now(UTC)))
        session.commit()
        session.execute(text(NO_ROOM))
        session.commit()
    visitor = Person(app)
    for full in FULL.values():
        with session_of(app) as session:
            session.execute(text(f"{full} EXECUTE FUNCTION no_room()"))
            session.commit()
        assert visitor.report(attachments=file("a.pdf", b"%PDF-1.7\n" + b"x" * 500_000)).status_code == 507
        assert "ikke mer plass" in visitor.text
        with session_of(app) as session:
            for table in (StoredFile, PendingFile, Case, OutgoingMail, JournalEntry):
                assert session.scalar(select(func.count()).select_from(table)) == 0, (full, table)
            session.execute(text("DROP TRIGGER full_disk ON stored_file"))
            session.commit()
    assert visitor.report(attachments=file("a.pdf", b"%PDF-1.7\n")).status_code == 303
