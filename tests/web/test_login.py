import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from tests.house import make_app, session_of
from tests.web.english import English as Person

EVIL = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "https:///evil.example",
    "\\\\evil.example",
    "/%0d%0aLocation:https://evil.example",
    "\x00https://evil.example",
]


def test_a_link_leads_on_after_login_with_its_question(shared_house):
    person = Person(shared_house)
    person.get("/users/list/?q=kvalitet&size=5")
    assert person.status == 302
    login = person.page.location
    assert login == "/login/?next=/users/list/?q%3Dkvalitet%26size%3D5"
    person.name = "admin"
    person.log_in(login)
    assert person.page.location == "/users/list/?q=kvalitet&size=5"


def test_the_login_page_says_which_case_the_link_leads_to(shared_house):
    assert "2026-0187" in Person(shared_house).get("/login/?next=/cases/2026-0187").get_data(as_text=True)


@pytest.mark.parametrize("target", EVIL)
def test_no_link_leads_to_another_site(shared_house, target):
    person = Person(shared_house)
    person.name = "admin"
    person.get("/login/", query_string={"next": target})
    hidden = person.hidden()
    answer = person.client.post(
        "/login/", query_string={"next": target}, data={**hidden, "username": "admin", "password": "avviksflyt"}
    )
    assert answer.status_code == 302
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\"))
    assert "\r" not in answer.location


def test_a_wrong_password_and_an_unknown_user_are_told_alike(shared_house):
    told = []
    for name in ("admin", "nobody-of-that-name"):
        person = Person(shared_house)
        person.get("/login/")
        person.post("/login/", username=name, password="wrong")
        assert person.status == 401
        told.append(person.text.replace(name, ""))
        assert "ds-error-summary" in person.text
    assert told[0].count("<form") == told[1].count("<form")
    assert person.client.get("/users/list/").status_code == 302


def test_too_many_tries_are_stopped(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, RATELIMIT_ENABLED=True, LOGIN_LIMIT="3 per minute")
    person = Person(app)
    person.get("/login/")
    codes = [person.post("/login/", username="admin", password="wrong").status_code for _ in range(4)]
    assert codes == [401, 401, 401, 429]
    assert "ds-heading" in person.text
    assert person.get("/login/").status_code == 200


def test_a_spoofed_forwarding_header_gives_no_new_tries(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, RATELIMIT_ENABLED=True, LOGIN_LIMIT="2 per minute")
    codes = []
    for number in range(4):
        headers = {"X-Forwarded-For": f"10.0.0.{number}"}
        page = Person(app)
        page.get("/login/")
        codes.append(
            page.client.post(
                "/login/", data={**page.hidden(), "username": "admin", "password": "wrong"}, headers=headers
            ).status_code
        )
    assert codes[-2:] == [429, 429]


def test_opening_the_logout_page_logs_nobody_out(small_house):
    person = Person(small_house, "admin")
    assert person.get("/logout/").status_code == 200
    assert person.get("/users/list/").status_code == 200
    person.get("/logout/")
    person.post("/logout/")
    assert person.get("/users/list/").status_code == 302


def test_a_copied_cookie_is_worth_nothing_after_logout(small_house):
    person = Person(small_house, "admin")
    copied = person.client.get_cookie("session").value
    person.get("/logout/")
    person.post("/logout/")
    thief = small_house.test_client()
    thief.set_cookie("session", copied)
    assert thief.get("/users/list/").status_code == 302


@pytest.mark.parametrize("change", ["password", "active"])
def test_a_login_ends_with_the_password_or_the_right_to_log_in(small_house, change):
    person = Person(small_house, "admin")
    with session_of(small_house) as session:
        user = session.scalar(select(User).where(User.username == "admin"))
        user.active = change != "active"
        if change == "password":
            small_house.appbuilder.sm.reset_password(user.id, "another password")
        session.commit()
    assert person.get("/users/list/").status_code == 302


def test_a_role_taken_away_is_gone_at_once(small_house):
    person = Person(small_house, "admin")
    with session_of(small_house) as session:
        session.scalar(select(User).where(User.username == "admin")).roles = []
        session.commit()
    assert person.get("/users/list/").status_code == 403


def test_one_changes_ones_own_password_but_not_anothers(small_house):
    person = Person(small_house, "desk")
    assert person.get("/resetpassword/form?pk=1").status_code == 403
    assert person.get("/resetmypassword/form").status_code == 200
    person.post(
        "/resetmypassword/form", current="avviksflyt", password="new password 1", conf_password="new password 1"
    )
    assert person.status == 302
    again = Person(small_house)
    again.get("/login/")
    again.post("/login/", username="desk", password="new password 1")
    assert again.status == 302


def test_without_a_demo_no_password_is_shown(sqlite_url, tmp_path):
    assert "avviksflyt</b>" in Person(make_app(sqlite_url, tmp_path)).get("/login/").get_data(as_text=True)
    bare = make_app(sqlite_url, tmp_path, DEMO=False)
    assert "avviksflyt</b>" not in Person(bare).get("/login/").get_data(as_text=True)
