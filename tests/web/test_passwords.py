"""Passwords: hard to guess, of any letters, and changed only by whoever knows the one of now."""

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.web.passwords import SHORTEST, fault
from tests.house import make_app, session_of
from tests.web.english import English as Person

LONG = "måke under broen 🐦 " * 12
GUESSED = [
    "short 1",
    "password",
    "sommer2026",
    "qwertyuiop",
    "aaaaaaaaaaaaaaa",
    "avviksflyt2026",
    "Desk2026",
    "desk desk desk",
    "fakultet",
]
GOOD = ["gullfisk i taket", "måke ski vinter", "        tre mellomrom", "kun små bokstaver her", LONG]


def changed(person, current, new, again=None):
    person.get("/resetmypassword/form")
    return person.post("/resetmypassword/form", current=current, password=new, conf_password=again or new)


def lets_in(app, name, password):
    other = Person(app)
    other.get("/login/")
    return other.post("/login/", username=name, password=password).status_code == 302


@pytest.fixture(scope="module")
def desk(shared_house):
    return Person(shared_house, "desk")


@pytest.mark.parametrize("password", GUESSED)
def test_what_is_easy_to_guess_is_refused_with_what_to_take_instead(desk, password):
    changed(desk, "avviksflyt", password)
    assert desk.status == 200
    assert "at least 8 characters" in desk.text or "words that don't belong together" in desk.text
    assert not lets_in(desk.app, "desk", password)


def test_the_most_used_of_the_leaked_passwords_are_known(shared_house):
    leaked = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= SHORTEST]
    assert len(leaked) > 3000
    with shared_house.test_request_context():
        assert all(fault(word) for word in leaked[::200])


@pytest.mark.parametrize("password", GOOD)
def test_any_letters_and_any_length_make_a_password_that_is_kept_whole(small_house, password):
    desk = Person(small_house, "desk")
    assert changed(desk, "avviksflyt", password).status_code == 302
    assert lets_in(small_house, "desk", password)
    assert not lets_in(small_house, "desk", password[:-2])
    assert not lets_in(small_house, "desk", password.swapcase() + "x")


def test_whoever_does_not_know_the_password_of_now_changes_nothing(small_house):
    desk = Person(small_house, "desk")
    assert changed(desk, "not it", "gullfisk i taket").status_code == 401
    assert "This isn't your password." in desk.text
    assert changed(desk, None, "gullfisk i taket").status_code == 200
    assert changed(desk, "avviksflyt", "gullfisk i taket", "gullfisk i gulvet").status_code == 200
    assert lets_in(small_house, "desk", "avviksflyt")


def test_guessing_the_password_of_now_counts_among_failed_logins(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, RATELIMIT_ENABLED=True, LOGIN_LIMIT="2 per minute")
    desk = Person(app, "desk")
    codes = [changed(desk, "not it", "gullfisk i taket").status_code for _ in range(3)]
    assert codes == [401, 401, 429]


def test_whoever_sets_somebodys_password_reads_whose_it_is_and_what_it_is_good_for(small_house):
    admin = Person(small_house, "admin")
    with session_of(small_house) as session:
        desk = session.scalars(select(User).where(User.username == "desk")).one()
        pk, name = desk.id, f"{desk.first_name} {desk.last_name}".strip()
    days = {"nb": "i 14 dager", "nn": "i 14 dagar", "en": "for 14 days"}
    for lang, said in days.items():
        page = admin.client.get(f"/resetpassword/form?pk={pk}&lang={lang}").get_data(as_text=True)
        assert name in page
        assert "desk" in page
        assert said in page
    admin.get(f"/resetpassword/form?pk={pk}")
    assert "choose a password of their own, and nothing else" in admin.text
    admin.post(f"/resetpassword/form?pk={pk}", password="123", conf_password="123")
    assert f"For {name}, who logs in as desk." in admin.text, "also when it comes again"
    assert "14 days" not in admin.get("/resetpassword/form?pk=99999").get_data(as_text=True)


def test_an_administrator_gives_nobody_a_password_that_is_easy_to_guess(small_house):
    admin = Person(small_house, "admin")
    with session_of(small_house) as session:
        pk = session.scalar(select(User.id).where(User.username == "desk"))
    admin.get(f"/resetpassword/form?pk={pk}")
    admin.post(f"/resetpassword/form?pk={pk}", password="desk2026", conf_password="desk2026")
    assert "words that don't belong together" in admin.text
    assert lets_in(small_house, "desk", "avviksflyt")
    admin.get("/users/add")
    given = {
        "first_name": "Ny",
        "last_name": "",
        "username": "kokkelure",
        "email": "ny@ntnu.example",
        "active": "y",
        "roles": ["1"],
    }
    for password, status in (("kokkelure2026", 200), ("gullfisk i taket", 302)):
        admin.post("/users/add", **given, password=password, conf_password=password)
        assert admin.status == status, admin.text
    assert lets_in(small_house, "kokkelure", "gullfisk i taket")


def test_fields_for_passwords_are_masked_and_open_to_password_managers(desk):
    page = desk.get("/resetmypassword/form").get_data(as_text=True)
    assert page.count('type="password"') == 3
    assert page.count('autocomplete="new-password"') == 2
    assert page.count('autocomplete="current-password"') == 1
    assert "onpaste" not in page
