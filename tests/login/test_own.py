"""Where one is logged in, to look at and to end; and codes, to stop."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from model import Login, RecoveryCode, SecondFactor
from tests.house import session_of
from tests.login.test_steps import PASSWORD, set_up
from tests.login.visitor import Visitor
from tests.web.english import English as Person

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"
PAGE = "/login/own/list"


def with_browser(app, told):
    person = Person(app)
    person.client.environ_base["HTTP_USER_AGENT"] = told
    person.name = "desk"
    return person.log_in()


def keys(app):
    with session_of(app) as session:
        return {each.browser: each.key for each in session.scalars(select(Login))}


def is_in(person):
    return person.client.get("/users/userinfo/").status_code == 200


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", "Chrome, Android"),
        ("curl/8 <script>", "Unknown browser"),
    ],
)
def test_a_browser_is_told_by_two_words_and_nothing_else_of_it_is_kept(small_house, told, shown):
    person = with_browser(small_house, told)
    person.get(PAGE)
    assert f"<b>{shown}</b> – this one" in person.text


def test_one_login_is_ended_and_the_others_go_on(small_house):
    here, there, third = Person(small_house, "desk"), with_browser(small_house, FIREFOX), Person(small_house, "desk")
    here.get(PAGE)
    assert here.text.count(">Since ") == 3
    here.post(PAGE, which=keys(small_house)["Firefox, Windows"], current=PASSWORD)
    assert here.page.location == PAGE
    here.follow()
    assert here.text.count(">Since ") == 2
    assert "That login is ended." in here.text
    assert [is_in(each) for each in (here, there, third)] == [True, False, True]


def test_all_others_are_ended_at_once(small_house):
    here, *others = (Person(small_house, "desk") for _ in range(3))
    stranger = Person(small_house, "quality_ie")
    here.get(PAGE)
    here.post(PAGE, which="others", current=PASSWORD)
    assert [is_in(each) for each in (here, stranger, *others)] == [True, True, False, False]


def test_it_takes_the_password(small_house):
    here, other = Person(small_house, "desk"), Person(small_house, "desk")
    here.get(PAGE)
    for answers in ({}, {"current": "wrong"}):
        here.post(PAGE, which="others", **answers)
        assert here.status == 401
        assert is_in(other)


def test_nobody_sees_or_ends_anothers_login(small_house):
    theirs = with_browser(small_house, FIREFOX)
    here = Person(small_house, "quality_ie")
    here.get(PAGE)
    assert "Firefox" not in here.text
    here.post(PAGE, which=keys(small_house)["Firefox, Windows"], current=PASSWORD)
    here.follow()
    assert "That login was over already." in here.text
    assert is_in(theirs)


def test_a_login_whose_row_is_gone_is_none(small_house):
    person = Person(small_house, "desk")
    with session_of(small_house) as session:
        session.delete(session.scalars(select(Login)).one())
        session.commit()
    assert not is_in(person)


def test_what_is_over_is_not_shown(small_house):
    out, here = Person(small_house, "desk"), Person(small_house, "desk")
    out.get("/logout/")
    out.post("/logout/")
    here.client.delete_cookie("session")
    here.log_in()
    here.get(PAGE)
    assert here.text.count(">Since ") == 1


def test_the_last_login_is_told_in_the_place_s_own_time(small_house):
    person = Person(small_house, "desk")
    with session_of(small_house) as session:
        user = session.scalars(select(User).where(User.username == "desk")).one()
        user.last_login = datetime(2026, 1, 5, 12)  # noqa: DTZ001 - as the framework writes it
        told = user.last_login.astimezone(ZoneInfo("Europe/Oslo")).strftime("%H.%M")
        session.commit()
    person.get("/users/userinfo/")
    assert f"5 Jan at {told}" in person.text


def test_visitors_are_led_to_the_login_page_and_back(small_house):
    for path in (PAGE, "/login/own/codes"):
        assert Person(small_house).get(path).location == f"/login/?next={path}"


def test_codes_are_stopped_by_whoever_knows_the_password(small_house):
    person = Person(small_house, "desk")
    set_up(person, current=PASSWORD)
    person.get("/login/own/codes")
    assert "You have 10 codes on paper left." in person.text
    person.post("/login/own/codes", current="wrong")
    assert person.status == 401
    person.post("/login/own/codes", current=PASSWORD)
    assert person.page.location == "/users/userinfo/"
    with session_of(small_house) as session:
        assert session.scalars(select(SecondFactor)).all() == session.scalars(select(RecoveryCode)).all() == []
    assert person.get("/login/own/codes").location == "/login/second"


def test_whoever_logs_in_elsewhere_ends_others_just_after_a_login_and_has_no_codes_here(joined, sqlite_url, tmp_path):
    app = joined(sqlite_url, tmp_path)
    here, other = Visitor(app), Visitor(app)
    for each in (here, other):
        each.logs_in()
    assert here.get("/login/second").location == "/users/userinfo/"
    here.get(PAGE)
    assert "password you have now" not in here.text
    with here.client.session_transaction() as session:
        session["began"] -= 901
    here.get(PAGE)
    assert "within the last 15 minutes" in here.text
    here.post(PAGE, which="others")
    assert is_in(other)
    with here.client.session_transaction() as session:
        session["began"] += 901
    here.get(PAGE)
    here.post(PAGE, which="others")
    assert not is_in(other)
