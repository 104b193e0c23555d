"""F8: what looks like a machine's gets the receipt of any other, and waits for a person; a human loses nothing by it."""

import io
import re
import threading
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select

from app.web.database import db
from app.worker.tick import tick
from app.workflow import held
from model import Case, Counter, HeldFile, HeldReport, JournalEntry, OutgoingMail, Person, StoredFile
from tests.house import Person as Visitor
from tests.house import session_of
from tests.submit.conftest import Browser, make_app

TRAP = {"more_about_you": "http://spam.example"}
ODD = "Noe helt eget om heisen i bygg 4."


def count(app, table, *where):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table).where(*where))


def rows(app):
    """Every report that is or was held, oldest first, as (number, status)."""
    with session_of(app) as session:
        return [(each.number, each.status) for each in session.scalars(select(HeldReport).order_by(HeldReport.id))]


def plain(page, number):
    """A page without what differs between any two reports."""
    page = re.sub(r'nonce="[^"]*"|value="[^"]*"|/(follow|receipt)/[\w-]+|datetime="[^"]*"|kl\. \d\d\.\d\d', "", page)
    return re.sub(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", "CODE", page.replace(number, "NUMBER"))


def staff(app, name):
    browser = Browser(app.test_client())
    browser.log_in(name)
    return browser


def hold(app, **answers):
    """Send a report as a machine would; gives (browser, the receipt's page, number)."""
    browser = Browser(app.test_client())
    browser.open()
    assert browser.send(**TRAP, **answers).status_code == 303
    receipt = browser.follow()
    return browser, receipt, re.search(r"\d{4}-\d{4}", receipt)[0]


def test_f8_its_receipt_and_its_page_are_those_of_any_other_and_nobody_is_told(app, office, caplog):
    browser, held_receipt, number = hold(app)
    other = Browser(app.test_client())
    assert other.send().status_code == 303
    case_receipt = other.follow()
    case = office.case().number
    assert plain(held_receipt, number) == plain(case_receipt, case)
    assert int(case[-4:]) == int(number[-4:]) + 1
    link = re.search(r"/follow/[\w-]{43}", held_receipt)[0]
    page = browser.open(link)
    assert browser.page.status_code == 200
    state = re.search(r"<h1[^>]*>(.*?)</h1>", other.open(re.search(r"/follow/[\w-]{43}", case_receipt)[0]))[1]
    assert state in page
    assert "Vi spurte i uke 36." in page
    assert "<textarea" not in page
    browser.open("/follow/")
    assert (
        browser.post("/follow/", {"code": re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", held_receipt)[0]}).location
        == link
    )
    assert count(app, Case) == 1
    assert count(app, OutgoingMail, OutgoingMail.event_key.contains(number)) == 0
    assert count(app, Person, Person.guest) == 1
    assert "held back: trapped" in caplog.text
    assert browser.client.get("/healthz").get_json()["held"]["waiting"] == 1


def test_f8_what_is_wrong_is_told_as_always(app):
    browser = Browser(app.test_client())
    browser.open()
    assert browser.send(**TRAP, description="").status_code == 400
    assert rows(app) == []


def test_f8_so_is_one_that_is_too_quick(folder):
    app = make_app(folder, SUBMIT_SECONDS=2)
    browser = Browser(app.test_client())
    assert browser.send().status_code == 303
    assert [status for _, status in rows(app)] == ["waiting"]


def test_only_who_would_have_the_case_reads_it(app):
    _, _, number = hold(app, description=ODD)
    desk, contact, admin = (staff(app, name) for name in ("desk", "quality_ie", "admin"))
    assert ODD in desk.open("/held/")
    assert "1 melding er holdt tilbake" in desk.open("/cases/")
    assert number not in contact.open("/held/")
    assert "holdt tilbake" not in contact.open("/cases/")
    assert number in admin.open("/held/")
    assert ODD not in admin.text
    assert "Et felt som folk ikke ser" in admin.text
    student = staff(app, "student_idi")
    assert student.client.get("/held/").status_code == 403
    assert app.test_client().get("/held/").location.startswith("/login/")
    for each, action, answer in (
        (contact, "release", 404),
        (contact, "delete", 404),
        (admin, "delete", 404),
        (student, "release", 403),
    ):
        assert each.client.post(f"/held/1/{action}").status_code == answer
    assert rows(app) == [(number, "waiting")]


@pytest.mark.parametrize("by", ["desk", "admin"])
def test_let_through_it_is_an_ordinary_case_and_what_the_sender_has_goes_on(app, office, by):
    browser, receipt, number = hold(app)
    key_page = browser.page.request.path
    code = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", receipt)[0]
    assert staff(app, by).client.post("/held/1/release").status_code == 302
    case = office.case()
    assert (case.number, case.state, case.unit.name, case.answers["course"]) == (number, "received", "ie", "TMA4100")
    assert case.reporter.mail == "kari@stud.example"
    assert count(app, OutgoingMail, OutgoingMail.name == "receipt") == 1
    assert number in browser.open(key_page)
    assert browser.page.status_code == 200
    assert "<textarea" in browser.open(key_page.replace("receipt", "follow"))
    assert browser.post("/follow/", {"code": code}).status_code == 303
    assert number in browser.follow()
    with session_of(app) as session:
        events = session.scalars(select(JournalEntry.event).order_by(JournalEntry.ordinal)).all()
        last = session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
        assert events == ["moved", "let_through"]
        assert last.actor.name == by
        row = session.scalars(select(HeldReport)).one()
        assert (row.status, row.decided_by.name, row.typed, row.shown, row.sender_id) == ("released", by, [], {}, None)
    assert staff(app, "desk").client.post("/held/1/release").status_code == 404
    assert "var holdt tilbake" in staff(app, "desk").open(f"/cases/{number}")


def test_deleted_it_is_gone_and_its_number_is_given_to_nobody(app, office):
    browser, _, number = hold(app, description=ODD)
    page = browser.page.request.path
    assert staff(app, "desk").client.post("/held/1/delete").status_code == 302
    assert rows(app) == [(number, "deleted")]
    with session_of(app) as session:
        row = session.scalars(select(HeldReport)).one()
        assert (row.typed, row.shown, row.follow_hash, row.code_hash) == ([], {}, None, None)
    assert browser.client.get(page).status_code == 404
    assert browser.client.get(page.replace("receipt", "follow")).status_code == 404
    folder = app.config["VAR"]
    with app.app_context():
        db.engine.dispose()
    assert not any(b"heisen i bygg 4" in file.read_bytes() for file in folder.glob("test.db"))
    other = Browser(app.test_client())
    other.send()
    assert office.case().number != number


def test_after_its_days_it_is_erased_by_itself_and_that_is_foretold(app):
    _, _, number = hold(app)
    days = app.config["HELD_DAYS"]
    now = datetime.now(UTC)
    assert number in staff(app, "admin").open("/studio/retention/")
    with session_of(app) as session:
        ahead = held.ahead(session, now, days, timedelta(days=29), timedelta(days=31))
        assert (ahead.soon, ahead.later, [each for each, _ in ahead.reports]) == (0, 1, [number])
    tick(app, now + timedelta(days=days, hours=-1))
    assert rows(app) == [(number, "waiting")]
    tick(app, now + timedelta(days=days, hours=1))
    assert rows(app) == [(number, "expired")]


def test_its_files_wait_with_it_and_go_with_it(elsewhere):
    elsewhere.publish(("optional: [unit, course]", "optional: [unit, course, attachments]"))
    app = elsewhere.app
    for step in ("release", "delete"):
        hold(app, attachments=(io.BytesIO(b"%PDF-1.7\n"), "bevis.pdf"))
        assert "bevis.pdf" in staff(app, "desk").open("/held/")
        which = len(rows(app))
        assert staff(app, "desk").client.post(f"/held/{which}/{step}").status_code == 302
        assert count(app, HeldFile) == 0
    with session_of(app) as session:
        [file] = session.scalars(select(StoredFile)).all()
        assert (file.name, file.content) == ("bevis.pdf", b"%PDF-1.7\n")


def test_sent_twice_it_has_one_receipt_and_another_text_is_asked_about(app):
    browser = Browser(app.test_client())
    browser.open()
    key = browser.hidden("key")
    first = browser.send(**TRAP, key=key).location
    assert browser.send(**TRAP, key=key).location == first
    assert browser.send(key=key).location == first, "the same report, now without what looked odd"
    assert browser.send(**TRAP, key=key, description=ODD).status_code == 409
    assert ODD in browser.text
    assert len(rows(app)) == 1
    staff(app, "desk").client.post("/held/1/release")
    assert browser.send(**TRAP, key=key).status_code == 303
    assert count(app, Case) == 1


def test_when_too_many_wait_the_next_is_told_so_and_keeps_its_words(folder):
    app = make_app(folder, HELD_MOST=1)
    hold(app)
    browser = Browser(app.test_client())
    browser.open()
    assert browser.send(**TRAP, description=ODD).status_code == 503
    assert ODD in browser.text
    assert browser.page.headers["Retry-After"]
    assert browser.send(description=ODD, key=browser.hidden("key")).status_code == 303


def test_whoever_is_logged_in_finds_it_and_whoever_left_out_their_name_is_not_kept(app):
    student = staff(app, "student_idi")
    student.open()
    student.send(**TRAP, reporter=None)
    number = rows(app)[0][0]
    assert number in student.open("/my/")
    with session_of(app) as session:
        assert session.scalars(select(HeldReport)).one().sender.name == "student_idi"
    assert number.encode() in _data(student)
    staff(app, "desk").client.post("/held/1/release")
    with session_of(app) as session:
        assert session.scalars(select(Case)).one().reporter.name == "student_idi"


def _data(browser):
    return ZipFile(io.BytesIO(browser.client.get("/my/data.zip").data)).read("data.json")


def test_a_report_without_a_name_waits_without_one(elsewhere):
    elsewhere.publish(
        ("fields: [reporter, area,", "fields: [area,"), ("optional: [unit,", "optional: [reporter, unit,")
    )
    app = elsewhere.app
    student = staff(app, "student_idi")
    student.open()
    student.send(**TRAP, reporter=None, nameless="y")
    with session_of(app) as session:
        row = session.scalars(select(HeldReport)).one()
        assert row.sender_id is None
    staff(app, "desk").client.post("/held/1/release")
    with session_of(app) as session:
        assert session.scalars(select(Case)).one().reporter_id is None


def test_what_the_routine_takes_no_more_waits_on(elsewhere):
    app = elsewhere.app
    hold(app)
    elsewhere.publish(("fields: [reporter, area,", "fields: [severity, reporter, area,"))
    desk = staff(app, "desk")
    assert desk.client.post("/held/1/release").status_code == 302
    assert "Den venter fortsatt her" in desk.open("/held/")
    assert [status for _, status in rows(app)] == ["waiting"]


def test_pressed_at_once_it_is_held_once_and_let_through_once(house):
    browser = Visitor(house)
    browser.get("/")
    data = {**browser.hidden(), **TRAP, "area": "education_quality", "unit": "IE", "description": ODD}
    data |= {"tried_first": "tried", "no_personal_data": "y", "reporter": "melder@stud.example"}
    cookies = browser.client.get_cookie("session").value
    desks = [Visitor(house, "desk") for _ in range(2)]
    tokens = [desk.get("/cases/") and desk.hidden()["csrf_token"] for desk in desks]

    def sender():
        client = house.test_client()
        client.set_cookie("session", cookies)
        return client.post("/", data=data).location

    assert len(set(_at_once([sender] * 4))) == 1
    assert [status for _, status in rows(house)] == ["waiting"]
    presses = [
        lambda desk=desk, token=token: desk.client.post("/held/1/release", data={"csrf_token": token}).status_code
        for desk, token in zip(desks, tokens, strict=True)
    ]
    assert sorted(_at_once(presses)) == [302, 404]
    assert count(house, Case) == 1
    assert count(house, OutgoingMail, OutgoingMail.name == "receipt") == 1
    with session_of(house) as session:
        assert session.scalars(select(Counter.value)).one() == 1


def _at_once(presses):
    answers, start = [], threading.Barrier(len(presses))

    def press(each):
        start.wait()
        answers.append(each())

    threads = [threading.Thread(target=press, args=(each,)) for each in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
