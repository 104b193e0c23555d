"""The receipt and the follow page over HTTP (S26, S27, F21-F23)."""

import logging
import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from app.web.database import db
from model import Calendar, Case, ConfigurationVersion, JournalEntry, OutgoingMail
from tests.submit.conftest import REPORT, Browser, make_app


@pytest.fixture
def token(browser):
    """The token of a case that was just reported."""
    return browser.send().headers["Location"].rsplit("/", 1)[1]


def moved_on(office):
    """Bring the newest case to the faculty and into handling."""
    office.move("forward", "desk", unit="ie", area="education_quality")
    office.move("accept", "quality_ie")


EMPTY = {"former_states": [], "answers": {}, "done": {}, "next_step": {}, "trace": []}


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")]).split())


def test_the_receipt_has_number_code_steps_and_a_copy(browser, token, office):
    page = browser.open(f"/receipt/{token}")
    assert office.case().number in page
    assert re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", words(page))
    assert page.count("data-state=") == 3
    assert "Vi spurte i uke 36." in page
    assert "TMA4100" in words(page)


def test_a_student_with_an_account_needs_no_code(browser):
    browser.log_in("student_mtp")
    browser.send(reporter=None)
    page = browser.follow()
    assert not re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", words(page))


def test_the_code_leads_to_the_case_however_it_is_typed(browser, token):
    code = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", browser.open(f"/receipt/{token}"))[0]
    for typed in (code, code.lower(), code.replace("-", " "), f" {code.replace('-', '')} "):
        answer = browser.post("/follow/", {"code": typed})
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/follow/{token}"


def test_every_wrong_code_gets_the_same_answer(browser, token):
    texts = set()
    for typed in ("", "7K4M-Q2XP-9TRA", "7K4M-Q2XP-9TRA-VW3E", "' OR 1=1 --", "x" * 5000):
        answer = browser.post("/follow/", {"code": typed})
        assert answer.status_code == 400
        texts.add(re.sub(r'value="[^"]*"|nonce="[^"]*"', "", browser.text))
    assert len(texts) == 1


def test_codes_cannot_be_guessed_in_numbers(folder):
    client = make_app(folder, LOGIN_LIMIT="3 per hour", RATELIMIT_ENABLED=True).test_client()
    codes = [client.post("/follow/", data={"code": "7K4M"}).status_code for _ in range(4)]
    assert codes == [400, 400, 400, 429]


def test_the_page_tells_state_way_and_words_and_what_comes_next(browser, token, office):
    moved_on(office)
    office.move("note", "quality_ie", comment="Ikke et skritt på veien.")
    page = browser.open(f"/follow/{token}")
    told = words(page)
    assert "Under behandling" in re.search(r"<h1[^>]*>(.*?)</h1>", page)[1]
    assert told.index("Mottatt") < told.index("Hos fakultetet")
    assert page.count('data-state="done"') == 2
    assert page.count('aria-current="step"') == 1
    assert page.count('data-state="next"') == 1
    assert "Vi spurte i uke 36." in told


def test_the_conversation_shows_functions_and_only_what_the_reporter_may_read(browser, token, office):
    moved_on(office)
    office.move("note", "quality_ie", comment="Internt: dette er vanskelig.")
    office.move("write_to_reporter", "quality_ie", conversation="Ble det valgt en gruppe?")
    office.move("assess", "quality_ie", severity="high", others_to_inform="nobody")
    told = words(browser.open(f"/follow/{token}"))
    assert "Ble det valgt en gruppe?" in told
    assert "Studiekvalitetskontakt IE" in told
    assert "Internt" not in told
    assert "Høy" not in told
    assert "quality.ie@" not in told
    assert "kari@stud.example" not in told


def test_the_reporter_answers(browser, token, office):
    moved_on(office)
    browser.open(f"/follow/{token}")
    version = browser.hidden("version")
    answer = browser.post(f"/follow/{token}/reply", {"conversation": "Nei, ingen.", "version": version})
    assert answer.status_code == 303
    assert "Nei, ingen." in words(browser.follow())
    with office.app.app_context():
        last = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
        assert (last.transition, last.actor_as) == ("reply", "reporter")
        assert db.session.scalar(select(OutgoingMail).where(OutgoingMail.name == "message_from_reporter"))


def test_a_second_press_says_it_once(browser, token, office):
    browser.open(f"/follow/{token}")
    data = {"conversation": "En gang.", "version": browser.hidden("version")}
    for _ in range(2):
        assert browser.post(f"/follow/{token}/reply", data).status_code == 303
    assert words(browser.follow()).count("En gang.") == 1


def test_a_case_that_changed_meanwhile_keeps_the_words(browser, token, office):
    """F47."""
    browser.open(f"/follow/{token}")
    version = browser.hidden("version")
    moved_on(office)
    answer = browser.post(f"/follow/{token}/reply", {"conversation": "Hallo?", "version": version})
    assert answer.status_code == 409
    assert "Hallo?" in browser.text
    data = {"conversation": "Hallo?", "version": browser.hidden("version")}
    assert browser.post(f"/follow/{token}/reply", data).status_code == 303


@pytest.mark.parametrize("version", ["", "-1", "abc", "9" * 50])
def test_a_version_that_is_none_is_stale(browser, token, version):
    assert browser.post(f"/follow/{token}/reply", {"conversation": "Hei", "version": version}).status_code == 409


def test_an_empty_answer_and_one_with_personal_data_are_shown_again(browser, token, office):
    browser.open(f"/follow/{token}")
    version = browser.hidden("version")
    assert browser.post(f"/follow/{token}/reply", {"conversation": " ", "version": version}).status_code == 400
    text = "Ring meg på 901 23 456."
    assert browser.post(f"/follow/{token}/reply", {"conversation": text, "version": version}).status_code == 400
    assert "<mark>901 23 456</mark>" in browser.text
    data = {"conversation": text, "version": version, "keep_personal_data": "y"}
    assert browser.post(f"/follow/{token}/reply", data).status_code == 303
    fnr = {"conversation": "13097248022", "version": version, "keep_personal_data": "y"}
    assert browser.post(f"/follow/{token}/reply", fnr).status_code == 400


@pytest.mark.parametrize("transition", ["accept", "close", "forward", "note", "submit", "nothing", "reject"])
def test_nothing_but_what_is_the_reporters_can_be_done(browser, token, office, transition):
    before = office.case().version
    answer = browser.post(f"/follow/{token}/{transition}", {"comment": "x", "reason": "x", "version": before})
    assert answer.status_code == 409
    assert office.case().version == before


def test_a_reporter_who_is_also_the_handler_acts_here_as_reporter_alone(browser, office):
    browser.log_in("quality_ie")
    token = browser.send(reporter=None).headers["Location"].rsplit("/", 1)[1]
    office.move("forward", "desk", unit="ie", area="education_quality")
    page = browser.open(f"/follow/{token}")
    assert re.findall(rf'action="/follow/{token}/(\w+)"', page) == ["reply"]
    assert browser.post(f"/follow/{token}/accept", {"version": browser.hidden("version")}).status_code == 409


def test_a_rejected_case_says_why_and_takes_no_more_answers(browser, token, office):
    office.move("reject", "desk", reason="Dette hører til hos HR.", help_offered=True)
    page = browser.open(f"/follow/{token}")
    assert "Dette hører til hos HR." in words(page)
    assert words(page).index("Dette hører til hos HR.") < words(page).index("Mottatt")
    assert "<form class" not in page[page.index("<main") :]
    assert browser.post(f"/follow/{token}/reply", {"conversation": "Men hør!", "version": "2"}).status_code == 409
    assert "Men hør!" in words(browser.text), "what was typed is given back"


def test_a_closed_case_tells_what_was_done(browser, token, office):
    moved_on(office)
    office.move("close", "quality_ie", summary="Referansegruppe er valgt.")
    assert "Referansegruppe er valgt." in words(browser.open(f"/follow/{token}"))


def test_f21_every_token_that_opens_nothing_gets_the_same_answer(browser, token, office):
    pages = set()
    for wrong in ("x", token[:-1], token + "a", token.lower(), "a" * 43, "%00", "0"):
        answer = browser.client.get(f"/follow/{wrong}")
        assert answer.status_code == 404
        pages.add(re.sub(r'nonce="[^"]*"|href="[^"]*lang=[^"]*"', "", answer.text))
        assert browser.client.get(f"/receipt/{wrong}").status_code == 404
        assert browser.client.post(f"/follow/{wrong}/reply", data={"conversation": "x"}).status_code == 404
    assert len(pages) == 1


def test_f21_an_exchanged_salt_ends_the_old_link(browser, token, office):
    with office.app.app_context():
        db.session.query(Case).update({"follow_hash": None, "code_hash": None})
        db.session.commit()
    assert browser.client.get(f"/follow/{token}").status_code == 404


def test_f22_reading_changes_nothing(browser, token, office):
    before = office.case()
    for path in (f"/follow/{token}", f"/receipt/{token}", f"/follow/{token}/reply"):
        for _ in range(5):
            browser.client.get(path)
            browser.client.head(path)
    after = office.case()
    assert (after.version, after.events, after.changed_at) == (before.version, before.events, before.changed_at)


def test_f23_the_token_is_in_no_log_and_the_browser_tells_nobody(browser, token, office, caplog):
    caplog.set_level(logging.DEBUG)
    answer = browser.client.get(f"/follow/{token}")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    office.app.logger.error("a request failed: %s %s", "GET", f"/follow/{token}")
    logging.getLogger("werkzeug").warning('"GET /receipt/%s HTTP/1.1" 200', token)
    browser.client.get(f"/follow/{token}x")
    assert "a request failed" in caplog.text
    assert token not in caplog.text


def test_f23_the_database_does_not_hold_the_token(token, folder, office):
    with office.app.app_context():
        db.session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert all(token.encode() not in file.read_bytes() for file in folder.iterdir() if file.is_file())


def test_f11_an_answer_with_an_old_csrf_token_is_not_lost(folder, token):
    browser = Browser(make_app(folder, WTF_CSRF_ENABLED=True).test_client())
    browser.open(f"/follow/{token}")
    data = {"conversation": "Skrev lenge.", "version": browser.hidden("version")}
    assert browser.post(f"/follow/{token}/reply", data).status_code == 400
    assert "Skrev lenge." in browser.text
    data["csrf_token"] = browser.hidden("csrf_token")
    assert browser.post(f"/follow/{token}/reply", data).status_code == 303


def test_a_case_whose_flow_has_no_page_for_its_reporter_opens_for_nobody(token, elsewhere):
    elsewhere.publish(("see: [reporter, {who", "see: [{who"))
    browser = Browser(elsewhere.app.test_client())
    assert browser.client.get(f"/follow/{token}").status_code == 404
    assert browser.send().headers["Location"] == "/receipt/"
    assert elsewhere.case().number in words(browser.follow())


def test_where_a_report_may_be_anonymous_the_code_is_all_one_has(elsewhere):
    elsewhere.publish(
        ("fields: [reporter, area,", "fields: [area,"),
        ("optional: [unit, course]", "optional: [reporter, unit, course]"),
    )
    browser = Browser(elsewhere.app.test_client())
    assert browser.send(reporter="").status_code == 303
    assert elsewhere.case().reporter is None
    page = browser.follow()
    code = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", words(page))[0]
    browser.post("/follow/", {"code": code})
    page = browser.follow()
    data = {"conversation": "Jeg vil ikke si hvem jeg er.", "version": browser.hidden("version")}
    assert browser.post(browser.page.request.path + "/reply", data).status_code == 303
    assert "Jeg vil ikke si" in words(browser.follow())


def test_how_long_it_usually_takes_is_told_when_ten_cases_tell_it(browser, token, office):
    page = browser.open(f"/follow/{token}")
    with office.app.app_context():
        case = db.session.scalars(select(Case)).one()
        for number in range(10):
            taken = timedelta(days=10 + number)
            known = {"kind": "case", "flow": "case", "edition_id": case.edition_id, "unit_id": case.unit_id}
            ended = {"state": "closed", "finished": True, "closed_at": case.submitted_at}
            moments = {"submitted_at": case.submitted_at - taken, "changed_at": case.submitted_at}
            db.session.execute(insert(Case).values(number=f"old-{number}", **known, **ended, **moments, **EMPTY))
            db.session.commit()
            usual = page = browser.open(f"/follow/{token}")
            assert ("14" in re.findall(r"(\d+) (?:dager|days)", words(page))) == (number == 9)
    assert usual


def test_students_find_their_own_cases_and_nobody_elses(browser, office):
    browser.send()
    others = office.case().number
    browser.log_in("student_mtp")
    browser.send(reporter=None)
    own = office.case().number
    assert browser.client.get("/follow/").headers["Location"] == "/my/"
    page = browser.open("/my/")
    assert own in page
    assert others not in page
    assert browser.client.get(f"/my/{own}").headers["Location"].startswith("/follow/")
    assert browser.client.get(f"/my/{others}").headers["Location"] == "/my/"


def test_visitors_have_no_list(client):
    assert client.get("/my/").headers["Location"] == "/follow/"
    assert client.get("/my/2026-0001").headers["Location"] == "/my/"


def test_who_can_see_is_told_as_functions(browser, token, office):
    moved_on(office)
    told = words(browser.open(f"/follow/{token}"))
    assert "Studiekvalitetskontakt IE" in told
    assert "@" not in told
    assert REPORT["description"].splitlines()[0] in told


def test_the_calendars_notices_stand_where_people_report_and_follow(elsewhere, browser, token):
    def standing(path):
        page = Browser(elsewhere.app.test_client()).open(path)
        return "Vi svarer seinere i juli" in page, "Stengt i fjor" in page

    notices = [
        {
            "from": "2020-01-01",
            "until": "",
            "text": {"nb": "Vi svarer seinere i juli", "en": "We answer later in July"},
        },
        {"from": "2020-01-01", "until": "2020-12-31", "text": {"nb": "Stengt i fjor"}},
    ]
    assert standing("/") == (False, False)
    with elsewhere.app.app_context():
        db.session.scalars(select(Calendar)).one().notices = notices
        db.session.scalars(select(ConfigurationVersion)).one().version += 1
        db.session.commit()
    assert standing("/?lang=nb") == (True, False)
    assert standing(f"/follow/{token}") == (True, False)
