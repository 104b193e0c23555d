from datetime import UTC, datetime
from hashlib import sha256

import pytest
from sqlalchemy import func, select

from config import ROOT
from model import Case, MailText, OutgoingMail, WorkflowEdition
from model import Person as Row
from tests.house import Person as Norwegian
from tests.house import cases, mails, session_of
from tests.studio.forms import drafted, filled, send
from tests.web.english import English as Person

FIELD = """fields:
  answer: {label: {nb: Svar, nn: Svar, en: Answer}, see: [handler, reporter], templates: [thanks, sorry, unwritten]}
"""


@pytest.fixture
def admin(small_house):
    return Person(small_house, "admin")


def of(app, name):
    with session_of(app) as session:
        return session.scalar(select(MailText.id).where(MailText.name == name))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("Hei {nummer}", "Did you mean {number}?"),
        ("Hei {zzzzzz}", "Nothing is called {zzzzzz}"),
        ("Hei {due at_facultie}", "Did you mean {due at_faculty}?"),
        ("Hei {{number}}", "{ and } are only for what is filled in"),
        ("{% for x in y %}", "{ and } are only for what is filled in"),
        ("{number.__class__}", "{ and } are only for what is filled in"),
        ("{number!r:>9}", "{ and } are only for what is filled in"),
        ("{ number }", "{ and } are only for what is filled in"),
        ("Half {number", "{ and } are only for what is filled in"),
        ("{{ 7*7 }}", "{ and } are only for what is filled in"),
        ("{{ case.delete() }}", "{ and } are only for what is filled in"),
        ("{% include 'secret' %}", "{ and } are only for what is filled in"),
        (" ".join(["{description}"] * 51), "{ } stands for something at most 50 times"),
        ("x" * 20_001, "A text has room for 20000 letters. This one has 20001."),
    ],
)
def test_f59_a_text_that_nothing_can_fill_in_is_refused_and_kept_as_typed(small_house, admin, body, told):
    path = f"/studio/mail/edit/?id={of(small_house, 'receipt')}"
    send(admin, path, **{"body-en": body})
    assert admin.status == 200
    assert told in admin.text
    assert body in admin.text
    with session_of(small_house) as session:
        assert session.get(MailText, of(small_house, "receipt")).body["en"] != body


def test_f59_a_text_of_a_megabyte_is_refused(small_house, admin):
    path = f"/studio/mail/edit/?id={of(small_house, 'receipt')}"
    send(admin, path, **{"body-en": "x" * 1_000_000})
    assert admin.status == 200
    assert "A text has room for 20000 letters. This one has 1000000." in admin.text
    with session_of(small_house) as session:
        assert len(session.get(MailText, of(small_house, "receipt")).body["en"]) < 10_000


def test_every_word_that_is_listed_may_be_used(small_house, admin):
    path = f"/studio/mail/edit/?id={of(small_house, 'receipt')}"
    admin.get(path)
    for word in ("number", "link", "told", "unit", "area", "due at_faculty", "description", "notice"):
        assert f"<dt>{{{word}}}</dt>" in admin.text
    send(admin, path, **{"body-en": "{number} {due at_faculty} {description} {link}"})
    assert admin.status == 302, admin.text


def test_a_preview_saves_nothing_and_says_what_would_be_sent(small_house, admin):
    path = f"/studio/mail/edit/?id={of(small_house, 'receipt')}"
    send(admin, path, **{"subject-en": "About {number}", "body-en": "See {told}\n{link}"}, preview="1")
    assert admin.status == 200
    assert "About 2026-0001" in admin.text
    assert "[link]" in admin.text
    assert "With a made-up case." in admin.text
    assert filled(admin.page)["subject-en"] == ["About {number}"]
    with session_of(small_house) as session:
        assert "About" not in session.get(MailText, of(small_house, "receipt")).subject["en"]
        assert session.scalar(select(func.count()).select_from(OutgoingMail)) == 0
    assert drafted(small_house) == []


def test_a_preview_is_what_is_sent_about_a_case_that_one_may_see(small_house, admin):
    Person(small_house).report()
    number = next(iter(cases(small_house)))
    with session_of(small_house) as session:
        case = session.scalar(select(Case))
        case.handler = f"@{session.scalar(select(Row.id).where(Row.name == 'admin'))}"
        session.commit()
    admin.get(f"/studio/mail/preview/?id={of(small_house, 'new_case')}")
    page = admin.text
    assert f"As it would be for case {number}." in page
    sent = next(mail for mail in mails(small_house) if mail[2] == "new_case")
    assert sent[3] in page
    first = sent[4].splitlines()[0]
    assert first in page


def test_a_preview_with_nothing_typed_or_nonsense_typed_never_breaks(small_house, admin):
    path = f"/studio/mail/edit/?id={of(small_house, 'receipt')}"
    empty = {f"{part}-{name}": "" for part in ("subject", "body") for name in ("nb", "nn", "en")}
    for answers in (empty, {"body-en": "{{{"}, {"subject-en": "a\nb\x00" + "x" * 3000}):
        send(admin, path, **answers, preview="1")
        assert admin.status == 200


# -- texts to start from -------------------------------------------------------


@pytest.fixture
def town(small_house):
    """A routine in which a note is an answer that may start from texts; its case has a handler."""
    text = (ROOT / "workflow.yaml").read_text(encoding="utf-8")
    text = text.replace("by: handler, fields: [comment]}\n      close:", "by: handler, fields: [answer]}\n      close:")
    head, _, tail = text.partition("\nfields:\n")
    text = f"{head}\n{FIELD}{tail}"
    with session_of(small_house) as session:
        sha = sha256(text.encode()).hexdigest()
        session.add(WorkflowEdition(number=2, text=text, sha256=sha, published_at=datetime.now(UTC)))
        for name, body in (("thanks", "Takk for sak {number}. {reporter}{link}"), ("sorry", "Beklager.")):
            texts = dict.fromkeys(("nb", "nn", "en"), body)
            session.add(MailText(name=name, subject=dict.fromkeys(texts, name.title()), body=texts))
        session.commit()
    return small_house


def test_a_writer_starts_from_a_text_and_keeps_what_is_typed(town):
    Norwegian(town).report()
    number = next(iter(cases(town)))
    desk = Person(town, "desk")
    path = f"/cases/{number}/note"
    desk.get(path)
    assert 'name="start" value="answer thanks"' in desk.text
    assert "unwritten" not in desk.text
    desk.post(path, answer="", start="answer thanks")
    assert desk.status == 200
    assert filled(desk.page)["answer"] == [f"Takk for sak {number}."]
    desk.post(path, answer="Typed first.", start="answer sorry")
    assert filled(desk.page)["answer"] == ["Typed first.\r\n\r\nBeklager."]
    with session_of(town) as session:
        assert session.scalar(select(Case)).version == 1
    for odd in ("answer receipt", "comment thanks", "nothing", "", "answer \0"):
        desk.post(path, answer="Typed.", start=odd)
        assert filled(desk.page)["answer"] == ["Typed."], odd
    desk.post(path, answer="Typed.")
    assert desk.status == 302, desk.text


def test_the_reply_texts_are_listed_with_those_that_have_no_words_yet(town):
    admin = Person(town, "admin")
    page = admin.get("/studio/reply/").get_data(as_text=True)
    assert "Thanks" in page
    assert "/studio/mail/new/?name=unwritten" in page
    admin.get("/studio/mail/new/?name=unwritten")
    assert filled(admin.page)["name"] == ["unwritten"]


def test_what_the_pages_for_reports_may_say_is_listed_place_by_place(small_house, admin):
    admin.get("/studio/page/")
    assert f"/studio/mail/edit/?id={of(small_house, 'submit_page')}" in admin.text
    assert "/studio/mail/new/?name=submit_tried_first" in admin.text
    assert "add_page" not in admin.text
