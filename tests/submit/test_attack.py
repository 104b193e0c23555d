"""Attack mode: begun by an administrator for some hours, or by a setting; work for each report, and fewer tries."""

import hashlib
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.submit import proof
from app.web.database import db
from model import AttackMode, Case, HeldReport
from tests.house import session_of
from tests.submit.conftest import Browser, make_app

BITS = 8


@pytest.fixture
def besieged(folder):
    return make_app(folder, ATTACK_MODE=True, PROOF_BITS=BITS)


def work(challenge, bits=BITS):
    """What the browser's script does."""
    nonce = 0
    while int.from_bytes(hashlib.sha256(f"{challenge}:{nonce}".encode()).digest()) >> (256 - bits):
        nonce += 1
    return str(nonce)


def found(app):
    """How many cases there are, and how many reports are held back."""
    with session_of(app) as session:
        return len(session.scalars(select(Case.id)).all()), len(session.scalars(select(HeldReport.id)).all())


def test_with_the_work_a_report_is_a_case_and_without_it_waits(besieged):
    browser = Browser(besieged.test_client())
    assert f'data-bits="{BITS}"' in browser.open()
    key = browser.hidden("key")
    assert browser.send(key=key, proof=work(key)).status_code == 303
    assert found(besieged) == (1, 0)
    for number, wrong in enumerate(("", "x", "-1", "9" * 40), 1):
        browser.open()
        assert browser.send(proof=wrong).status_code == 303, wrong
        assert found(besieged) == (1, number)
    with session_of(besieged) as session:
        assert {tuple(odd) for odd in session.scalars(select(HeldReport.odd))} == {("unproven",)}


def test_work_counts_for_one_report_and_for_its_own_form_alone(besieged):
    browser = Browser(besieged.test_client())
    browser.open()
    key = browser.hidden("key")
    done = work(key)
    browser.send(key=key, proof=done)
    assert browser.send(key=key, proof=done, description="Noe annet.").status_code == 409
    other = browser.hidden("key")
    assert not proof_fits(besieged, other, done) or other == key
    browser.send(key=other, proof=done, description="Noe annet.")
    assert found(besieged) == (1, 1)


def proof_fits(app, key, nonce):
    with app.app_context():
        return proof.fits(key, nonce)


def test_work_that_is_too_old_is_done_anew_and_nothing_is_lost(folder):
    app = make_app(folder, ATTACK_MODE=True, PROOF_BITS=BITS, PROOF_MINUTES=0)
    browser = Browser(app.test_client())
    browser.open()
    key = browser.hidden("key")
    assert browser.send(key=key, proof=work(key)).status_code == 400
    assert "Vi spurte i uke 36." in browser.text
    assert browser.hidden("key") != key
    assert browser.send(key=browser.hidden("key")).status_code == 303
    assert found(app) == (0, 1), "without a script nobody is asked to do it anew"


def test_whoever_is_logged_in_does_no_work(besieged):
    browser = Browser(besieged.test_client())
    browser.log_in("student_idi")
    assert "data-bits" not in browser.open()
    assert browser.send(reporter=None).status_code == 303
    assert found(besieged) == (1, 0)


def test_an_administrator_begins_it_and_it_ends_by_itself(app):
    admin, visitor = Browser(app.test_client()), Browser(app.test_client())
    admin.log_in("admin")
    assert "data-bits" not in visitor.open()
    assert admin.client.post("/studio/operations/attack", data={"hours": "99"}).status_code == 400
    assert admin.client.post("/studio/operations/attack", data={"hours": "4"}).status_code == 302
    assert "data-bits" in visitor.open()
    assert visitor.client.get("/healthz").get_json()["attack"] is True
    visitor.send()
    page = admin.open("/studio/operations/")
    assert "Den er på." in page
    assert "1 melding er holdt tilbake siden da." in page
    with session_of(app) as session:
        row = session.scalars(select(AttackMode)).one()
        assert row.started_by.name == "admin"
        assert row.until - row.since == timedelta(hours=4)
        session.execute(update(AttackMode).values(until=datetime.now(UTC) - timedelta(seconds=1)))
        session.commit()
    assert "data-bits" not in visitor.open()
    assert visitor.client.get("/healthz").get_json()["attack"] is False
    assert "Tidligere angrep" in admin.open("/studio/operations/")


def test_begun_anew_it_is_one_and_it_can_be_ended(app):
    admin = Browser(app.test_client())
    admin.log_in("admin")
    for hours in ("1", "24", "0", "0"):
        admin.client.post("/studio/operations/attack", data={"hours": hours})
    assert "Den er av." in admin.open("/studio/operations/")
    with session_of(app) as session:
        rows = session.scalars(select(AttackMode).order_by(AttackMode.id)).all()
        assert [(each.ended_by.name, each.ended_at is not None) for each in rows] == [("admin", True)] * 2


def test_meanwhile_fewer_reports_and_tries_are_let_in(folder):
    tight = {"ATTACK_SUBMIT_LIMIT": "1 per hour", "ATTACK_LOGIN_LIMIT": "1 per hour", "RATELIMIT_ENABLED": True}
    app = make_app(folder, **tight)

    def tried():
        browser = Browser(app.test_client())
        wrong = {"username": "admin", "password": "wrong"}
        logins = [browser.client.post("/api/v1/security/login", json=wrong).status_code for _ in range(2)]
        return logins, [browser.open() and browser.send().status_code for _ in range(2)]

    assert tried() == ([401, 401], [303, 303])
    with app.app_context():
        db.session.add(AttackMode(since=datetime.now(UTC), until=datetime.now(UTC) + timedelta(hours=1)))
        db.session.commit()
    assert tried() == ([401, 429], [303, 429])


def test_f9_files_count_by_themselves_and_what_was_written_is_kept(elsewhere, folder):
    elsewhere.publish(("optional: [unit, course]", "optional: [unit, course, attachments]"))
    app = make_app(folder, UPLOAD_LIMIT="3 per hour", RATELIMIT_ENABLED=True)
    browser = Browser(app.test_client())

    def send(*names):
        browser.open()
        return browser.send(attachments=[(io.BytesIO(b"%PDF-1.7\n"), name) for name in names]).status_code

    assert [send("a.pdf", "b.pdf"), send("c.pdf", "d.pdf"), send()] == [303, 429, 303]
    browser.open()
    assert (
        browser.send(attachments=[(io.BytesIO(b"%PDF-1.7\n"), name) for name in ("e.pdf", "f.pdf")]).status_code == 429
    )
    assert "Vi spurte i uke 36." in browser.text
    assert "Du kan trykke på knappen igjen fra" in browser.text
