"""Texts and forms that mean harm, followed to wherever they are shown (F2-F6); see test_report.py for the page itself."""

import re
import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.outbox import message, paper
from app.web.database import db
from app.worker.tick import mailbox
from config import ROOT
from model import Case, OutgoingMail
from model import Person as Somebody
from tests.house import Person, cases, session_of
from tests.outbox.conftest import SETTINGS
from tests.outbox.test_message import LETTER, read
from tests.submit.conftest import REPORT
from tests.web.english import English

SCRIPT = '<script>alert(1)</script>"><img src=x onerror=alert(1)><svg/onload=alert(1)> javascript:alert(1) {{ 7*7 }}'
TRICKS = "Fo\u030ar\u0000\ud800 \u202estøy👩‍💻 z" + "\u0300" * 30 + "q" + "W" * 300


def is_harmless(page):
    assert SCRIPT not in page
    assert not re.search(r"<script>alert|<img src=x|<svg/onload", page)
    assert not re.search(r'(?:href|src|action)="\s*javascript:', page)
    assert "{{ 7*7 }}" in page, "it is shown, and not worked out"


def markup(person):
    return person.page.get_data(as_text=True)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_f2_a_body_of_ten_megabytes_is_refused_by_its_length_alone(small_house, kind):
    class Unread:
        """A body that nobody may read."""

        def read(self, *_):
            pytest.fail("the body was read")

        readline = read

    sent = {"wsgi.input": Unread(), "CONTENT_LENGTH": "10000000", "CONTENT_TYPE": f"{kind}; boundary=x"}
    answer = small_house.test_client().post("/", environ_overrides=sent)
    assert answer.status_code == 413


def test_f3_ten_thousand_parts_are_refused_however_they_are_sent(small_house):
    parts = {f"part{number}": "" for number in range(10_001)}
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        assert small_house.test_client().post("/", data=parts, content_type=kind).status_code == 413, kind


def test_f4_what_is_typed_is_composed_and_without_tricks_wherever_it_is_kept(house):
    visitor = Person(house)
    raw = ("a\u030a" + TRICKS).encode("utf-8", "surrogatepass")
    visitor.get("/")
    body = {name: value.encode() for name, value in {**visitor.hidden(), **REPORT, "unit": "IE"}.items()}
    body["description"] = raw
    line = "\r\n"
    parts = b"".join(
        f'--x{line}Content-Disposition: form-data; name="{name}"{line}{line}'.encode() + value + line.encode()
        for name, value in body.items()
    )
    answer = visitor.client.post("/", data=parts + b"--x--\r\n", content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 303
    with session_of(house) as session:
        [case] = session.scalars(select(Case)).all()
        kept = case.description
        mails = [mail.body + mail.subject for mail in session.scalars(select(OutgoingMail))]
    assert kept.startswith("\u00e5")
    assert not set(kept) & {"\u0000", "\u202e", "\ud800"}
    assert "👩‍💻" in kept
    assert "\u0300" * 5 not in kept
    assert not any(set(each) & {"\u0000", "\u202e"} for each in mails)
    desk = Person(house, "desk")
    for path in ("/cases/", f"/cases/{case.number}"):
        assert desk.get(path).status_code == 200


def test_f5_markup_is_text_in_the_list_the_case_the_message_and_the_search(small_house):
    visitor = English(small_house)
    visitor.report(description=SCRIPT)
    follow = visitor.page.location.replace("receipt", "follow")
    is_harmless(visitor.follow() and markup(visitor))
    is_harmless(visitor.get(follow) and markup(visitor))
    [number] = cases(small_house)
    visitor.get(follow)
    transition = re.search(rf'action="{follow}/(\w+)"', markup(visitor))[1]
    field = re.search(r'<textarea[^>]* name="([^"]+)"', markup(visitor))[1]
    visitor.post(f"{follow}/{transition}", **{field: SCRIPT})
    is_harmless(visitor.follow() and markup(visitor))
    desk = English(small_house, "desk")
    is_harmless(desk.get(f"/cases/{number}") and markup(desk))
    desk.get(f"/cases/?columns=description&q={number}")
    is_harmless(markup(desk))
    desk.get("/cases/", query_string={"q": SCRIPT})
    assert "<script>alert" not in markup(desk)
    visitor.get("/")
    for name in ("description", "unit", "reporter", "area"):
        visitor.report(**{name: SCRIPT, "no_personal_data": None})
        assert visitor.status == 400
        assert not re.search(r"<script>alert|<img src=x|<svg/onload", markup(visitor)), name


def test_f5_a_mail_and_its_letter_hold_text_and_nothing_that_runs(small_house):
    sheet = paper.Sheet("NTNU", "Sak 2026-1", "25. november 2026", SCRIPT, SCRIPT, "nb")
    mail = read(replace(LETTER, subject=SCRIPT, body=SCRIPT))
    assert [part.get_content_type() for part in mail.walk()] == ["text/plain"]
    assert mail.get_content().strip() == SCRIPT
    made = paper.pdf(sheet)
    assert made.startswith(b"%PDF-")
    assert not re.search(rb"/(?:JS|JavaScript|AA|URI|Launch|EmbeddedFile)\b", made)
    box = mailbox(small_house)
    box.keep(message.build(replace(LETTER, subject=SCRIPT, body=SCRIPT), "https://avvik.example.no", SETTINGS))
    reader = English(small_house)
    reader.get("/demo/mail")
    assert "<script>alert" not in markup(reader)
    is_harmless(reader.get(f"/demo/mail/{box.names()[0]}") and markup(reader))


def test_f5_no_page_puts_data_into_a_script():
    for file in (ROOT / "app" / "templates").rglob("*.html"):
        for attributes, inside in re.findall(r"<script([^>]*)>(.*?)</script>", file.read_text("utf-8"), re.DOTALL):
            assert "src=" in attributes, file.name
            assert not inside.strip(), file.name


def test_f6_twenty_presses_at_once_make_one_case_and_one_mail(house):
    visitor = Person(house)
    visitor.get("/")
    data = {**visitor.hidden(), **REPORT, "unit": "IE"}
    cookie = visitor.client.get_cookie("session").value
    answers, start = [], threading.Barrier(20)

    def press():
        client = house.test_client()
        client.set_cookie("session", cookie)
        start.wait()
        answers.append(client.post("/", data=data))

    threads = [threading.Thread(target=press) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    with house.app_context():
        for table, which in (
            (Case, ()),
            (OutgoingMail, (OutgoingMail.name == "receipt",)),
            (Somebody, (Somebody.guest,)),
        ):
            assert db.session.scalar(select(func.count()).select_from(table).where(*which)) == 1, table
