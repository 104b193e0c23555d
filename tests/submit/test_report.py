"""The submit page over HTTP: what it asks, what it sends, what it keeps (S1, S8, S49-S51, F1-F13, F26)."""

import re

import pytest
from sqlalchemy import func, select

from app.web.database import db
from model import MailText, Person
from tests.submit.conftest import REPORT, ROOT, Browser, make_app


def test_the_page_asks_what_the_routine_asks_and_no_more(browser):
    page = browser.open()
    names = re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', page)
    asked = list(dict.fromkeys(name for name in names if name not in ("csrf_token", "key", "shown", "more_about_you")))
    assert asked == ["area", "unit", "description", "tried_first", "no_personal_data", "reporter"]


def test_lowest_level_first_and_other_doors_before_the_questions(browser):
    page = browser.open()
    first = page.index("Prøv først" if "Prøv først" in page else "Try first")
    assert first < page.index('href="/door/whistleblowing"') < page.index('name="area"')
    assert 'value="whistleblowing"' not in page
    assert "<details" in page
    assert "<details open" not in page


def test_a_visitor_reports_and_gets_a_case(browser, office):
    assert browser.send().status_code == 303
    case = office.case()
    assert (case.state, case.unit.name, case.area.name) == ("received", "ie", "education_quality")
    assert case.answers["course"] == "TMA4100"
    assert case.description == REPORT["description"]
    assert case.reporter.guest
    assert case.reporter.mail == "kari@stud.example"


def test_a_student_reports_without_typing_an_address_and_the_home_faculty_is_proposed(browser, office):
    browser.log_in("student_mtp")
    page = browser.open()
    assert 'name="reporter"' not in page
    assert "student.mtp@ntnu.example" in page
    assert 'value="Fakultet for ingeniørvitskap"' in page
    assert browser.send(reporter=None, unit="TPK4186").status_code == 303
    case = office.case()
    assert (case.reporter.name, case.unit.name, case.language) == ("student_mtp", "iv", "nn")
    assert case.answers["course"] == "TPK4186"


def test_the_case_keeps_the_language_of_the_page(browser, office):
    browser.open("/?lang=en")
    browser.send()
    case = office.case()
    assert (case.language, case.reporter.language) == ("en", "en")


def test_f1_everything_missing_is_told_at_once_and_what_was_typed_is_kept(browser, office):
    answer = browser.send(area=None, reporter="", tried_first=None, no_personal_data=None, unit="Narnia & co")
    assert answer.status_code == 400
    page = browser.text
    summary = re.search(r'<div class="ds-error-summary".*?</div>', page, re.DOTALL)[0]
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert len(targets) == 5
    assert all(f'id="{target}"' in page for target in targets)
    assert "Vi spurte i uke 36." in page
    assert 'value="Narnia &amp; co"' in page
    assert office.cases() == 0


def test_f1_choices_stay_chosen(browser):
    browser.send(description="")
    assert re.search(r'value="education_quality"[^>]* checked', browser.text)
    assert re.search(r'value="tried"[^>]* checked', browser.text)
    assert re.search(r'name="no_personal_data"[^>]* checked', browser.text)
    assert 'value="kari@stud.example"' in browser.text


@pytest.mark.parametrize(
    "mail", ["kari", "kari@", "a@b.no, c@d.no", "a@b\r\nBcc: x@y.no", "@stud.no", "x" * 300 + "@a.no"]
)
def test_an_address_that_is_none_is_refused(browser, office, mail):
    assert browser.send(reporter=mail).status_code == 400
    assert office.cases() == 0


def test_f2_too_much_text_is_refused_before_it_is_read(client):
    assert client.post("/", data={**REPORT, "description": "a" * 100_000}).status_code == 413
    assert client.post("/", data={**REPORT, "description": "a" * 10_000_000}).status_code == 413


def test_f2_a_text_of_twenty_thousand_letters_is_taken(browser, office):
    assert browser.send(description="Støy på lesesalen. " * 1050).status_code == 303
    assert len(office.case().description) > 19_000


def test_a_longer_text_is_shown_again(browser, office):
    assert browser.send(description="Støy på lesesalen. " * 1100).status_code == 400
    assert office.cases() == 0


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)> javascript:alert(1) {{ 7*7 }}'


def test_f5_markup_is_text_on_every_page(browser, office):
    browser.send(description=HOSTILE, unit="")
    for page in (browser.follow(), browser.open(browser.page.request.path.replace("receipt", "follow"))):
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "49" not in re.findall(r"javascript:alert\(1\) (\S+)", page)
    browser.page = None
    assert browser.send(description=HOSTILE, unit=HOSTILE, area=HOSTILE, reporter=HOSTILE).status_code == 400
    assert "<script>alert" not in browser.text
    assert "<img src=x" not in browser.text


def test_f6_the_same_form_sent_again_leads_to_the_same_receipt(browser, office):
    browser.open()
    key = browser.hidden("key")
    first = browser.send(key=key).headers["Location"]
    for _ in range(3):
        assert browser.send(key=key).headers["Location"] == first
    assert office.cases() == 1


def test_f7_the_same_form_with_another_report_is_asked_about_and_nothing_is_lost(browser, office):
    browser.open()
    key = browser.hidden("key")
    browser.send(key=key)
    assert browser.send(key=key, description="").status_code == 409
    assert browser.send(key=key, description="Noe helt annet.").status_code == 409
    assert "Noe helt annet." in browser.text
    assert office.cases() == 1
    assert browser.hidden("key") != key
    assert browser.send(key=browser.hidden("key"), description="Noe helt annet.").status_code == 303
    assert office.cases() == 2


def test_a_form_without_our_ticket_is_shown_again(browser, office):
    assert browser.send(key="made up").status_code == 400
    assert "Vi spurte i uke 36." in browser.text
    assert browser.send(key=browser.hidden("key")).status_code == 303
    assert office.cases() == 1


def test_f9_f10_too_many_reports_are_stopped_whatever_address_they_claim(folder):
    browser = Browser(make_app(folder, SUBMIT_LIMIT="2 per hour", RATELIMIT_ENABLED=True).test_client())
    for _ in range(2):
        browser.open()
        assert browser.send().status_code == 303
    answer = browser.client.post("/", data=REPORT, headers={"X-Forwarded-For": "10.1.2.3"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Vi spurte i uke 36." in answer.text
    assert browser.open()


def test_f11_without_a_valid_csrf_token_nothing_is_sent_and_nothing_is_lost(folder, office):
    browser = Browser(make_app(folder, WTF_CSRF_ENABLED=True).test_client())
    browser.open()
    key = browser.hidden("key")
    for token in ("", "foreign"):
        assert browser.send(csrf_token=token, key=key).status_code == 400
        assert "Vi spurte i uke 36." in browser.text
    assert office.cases() == 0
    assert browser.send(csrf_token=browser.hidden("csrf_token"), key=key).status_code == 303


@pytest.mark.parametrize("written", ["13097248022", "130972 48022", "13.09.72-48022", "13897248098"])
def test_f12_a_national_identity_number_is_never_sent_and_never_repeated(browser, office, written):
    text = f"Jeg fikk avslag.\nMitt nummer er {written} og ingen svarer."
    for keep in (None, "y"):
        assert browser.send(description=text, keep_personal_data=keep).status_code == 400
        page = browser.text
        assert page.count(written) == 1, "in the text itself and nowhere else"
        assert re.search(r'<textarea[^>]*name="description"[^>]*aria-invalid="true"', page)
        assert "Mitt nummer er" in page.split("ds-error-summary")[1].split("</div>")[0]
    assert office.cases() == 0


def test_f12_saying_where_one_number_is_repeats_no_other(browser):
    browser.send(description="Vi er 13097248022 og 13897248098.")
    assert browser.text.count("13097248022") == 1


def test_f12_an_address_is_warned_about_and_sent_once_confirmed(browser, office):
    text = "Svar til leder.klasse2@example.no, eller ring 901 23 456."
    assert browser.send(description=text).status_code == 400
    page = browser.text
    assert "<mark>leder.klasse2@example.no</mark>" in page
    assert "<mark>901 23 456</mark>" in page
    assert re.search(r'name="keep_personal_data"(?![^>]*checked)', page)
    described = re.search(r'<textarea[^>]*name="description"[^>]*aria-describedby="([^"]+)"', page)[1]
    assert 'id="description-w"' in page
    assert "description-w" in described
    assert office.cases() == 0
    assert browser.send(key=browser.hidden("key"), description=text, keep_personal_data="y").status_code == 303
    assert office.case().description == text


def test_f13_what_only_looks_like_it_is_sent_at_once(browser):
    text = "TDT4100 i Kristian Birkeland-auditoriet 23.11.2026, konto 1234 56 78903, rom A4-112, sak 2026-0187."
    assert browser.send(description=text).status_code == 303


def test_an_institution_may_block_what_others_warn_about(folder):
    browser = Browser(make_app(folder, PRIVACY_KINDS={"email": "block"}).test_client())
    assert browser.send(description="Svar a@b.no", keep_personal_data="y").status_code == 400


def test_f26_fields_that_are_not_asked_are_ignored(browser, office):
    browser.send(state="closed", handler="@1", version="99", severity="high", number="1", reason="x", reporter_id="1")
    case = office.case()
    assert (case.state, case.severity, case.version) == ("received", None, 1)
    assert set(case.answers) <= {"course", "tried_first", "no_personal_data"}


@pytest.mark.parametrize("area", ["whistleblowing", "repairs", "exam_complaint"])
def test_an_area_that_belongs_elsewhere_leads_to_its_door_and_nothing_is_kept(browser, office, area):
    answer = browser.send(area=area)
    assert answer.status_code == 200
    assert "Vi spurte i uke 36." in browser.text
    assert office.cases() == 0
    with office.app.app_context():
        assert db.session.scalar(select(func.count()).where(Person.guest)) == 0
    assert browser.open(f"/door/{area}")
    assert browser.page.status_code == 200


def test_an_area_that_is_taken_has_no_door(client):
    assert client.get("/door/education_quality").headers["Location"] == "/"
    assert client.get("/door/nothing").headers["Location"] == "/"


def test_an_area_that_does_not_exist_is_refused(browser, office):
    assert browser.send(area="nothing").status_code == 400
    assert office.cases() == 0


def test_get_and_head_make_nothing(browser, office):
    for _ in range(3):
        browser.open()
        browser.client.head("/")
    assert office.cases() == 0
    with office.app.app_context():
        assert db.session.scalar(select(func.count()).where(Person.guest)) == 0


def test_a_routine_without_courses_asks_for_a_unit_and_takes_nothing_else(elsewhere):
    elsewhere.publish(("optional: [unit, course]", "optional: [unit]"))
    browser = Browser(elsewhere.app.test_client())
    assert "Enhet meldingen gjelder" in browser.open()
    assert browser.send(unit="TMA4100").status_code == 400
    assert browser.send(key=browser.hidden("key"), unit="IMF").status_code == 303
    assert elsewhere.case().unit.name == "ie"


def test_the_page_says_what_the_routine_says_and_nothing_of_its_own(elsewhere):
    with elsewhere.app.app_context():
        for row in db.session.scalars(select(MailText).where(MailText.name.like("submit_%"))):
            db.session.delete(row)
        db.session.flush()
        words = {"subject": {"nb": "Si fra om barnehagen"}, "body": {"nb": "Kort.\n\nSnakk med oss\nVed døra."}}
        db.session.add(MailText(name="submit_page", **words))
        db.session.add(MailText(name="submit_receipt", subject={"nb": "Takk!"}, body={"nb": "Vi ringer deg."}))
        db.session.commit()
    browser = Browser(elsewhere.app.test_client())
    page = browser.open()
    assert page.index("Si fra om barnehagen") < page.index("Snakk med oss") < page.index('name="area"')
    assert "Emnekode / Enhet meldingen gjelder" in page
    assert "Beskrivelse" in page
    assert not re.search("Hva har skjedd|tillitsvalgt|TMA4100|emneansvarlig", page)
    browser.send()
    assert "Takk!" in browser.follow()
    assert "Vi ringer deg." in browser.text
    assert "straffet" not in browser.text


def test_no_page_speaks_of_what_only_one_routine_has():
    texts = (ROOT / "app" / "templates" / "submit").glob("*.html")
    code = (ROOT / "app" / "submit").glob("*.py")
    own = re.compile(r"tried_first|[Cc]ourse|[Ss]tud(?:y|ies|ent)|[Ff]aculty|[Dd]epartment")
    assert [file.name for file in (*texts, *code) if own.search(file.read_text("utf-8"))] == []
