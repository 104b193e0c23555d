"""Faults F29 and F30: a session is new at each login, and ends at once with whatever ends it."""

from datetime import timedelta

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from tests.house import make_app, session_of
from tests.web.english import English as Person


def seen(person, **ago):
    """Change when the session began or was last used: so many seconds ago."""
    with person.client.session_transaction() as session:
        for name, seconds in ago.items():
            session[name] -= seconds


def is_in(person):
    return person.client.get("/users/userinfo/").status_code == 200


def user_of(session, name="desk"):
    return session.scalar(select(User).where(User.username == name))


def test_f29_nothing_of_the_session_before_login_is_kept(small_house):
    person = Person(small_house)
    person.name = "desk"
    person.get("/login/")
    before, token = person.client.get_cookie("session").value, person.hidden()["csrf_token"]
    with person.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    person.log_in()
    with person.client.session_transaction() as session:
        assert "planted" not in session
    person.get("/logout/")
    assert person.hidden()["csrf_token"] != token
    other = Person(small_house)
    other.client.set_cookie("session", before)
    assert not is_in(other)


def test_the_cookie_is_for_this_site_s_requests_and_no_script(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, SESSION_COOKIE_SECURE=True)
    cookie = app.test_client().get("/login/", base_url="https://localhost").headers["Set-Cookie"]
    assert {"HttpOnly", "Secure", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}


def test_a_login_that_nobody_uses_ends(small_house):
    person = Person(small_house, "desk")
    idle = small_house.config["SESSION_IDLE"].total_seconds()
    seen(person, seen=idle - 60)
    assert is_in(person)
    seen(person, seen=idle - 60)
    assert is_in(person), "being used is what counts"
    seen(person, seen=idle + 60)
    assert person.get("/cases/").location == "/login/?next=/cases/"


def test_a_login_ends_however_much_it_is_used(small_house):
    person = Person(small_house, "desk")
    longest = small_house.config["PERMANENT_SESSION_LIFETIME"].total_seconds()
    seen(person, began=longest - 60)
    assert is_in(person)
    seen(person, began=120)
    assert not is_in(person)


def test_an_installation_may_say_how_long(sqlite_url, tmp_path):
    person = Person(make_app(sqlite_url, tmp_path, SESSION_IDLE=timedelta(minutes=5)), "desk")
    seen(person, seen=400)
    assert not is_in(person)


def test_a_session_without_a_beginning_is_none(small_house):
    person = Person(small_house, "desk")
    with person.client.session_transaction() as session:
        del session["began"]
    assert not is_in(person)


@pytest.mark.parametrize("ends", ["own password", "admin's password", "closed", "logged out elsewhere", "deleted"])
def test_f30_a_cookie_is_refused_at_once(small_house, ends):
    person = Person(small_house, "desk")
    copied = person.client.get_cookie("session").value
    assert is_in(person)
    if ends == "own password":
        person.get("/resetmypassword/form")
        person.post(
            "/resetmypassword/form", current="avviksflyt", password="new password 1", conf_password="new password 1"
        )
    elif ends == "admin's password":
        with session_of(small_house) as session:
            pk = user_of(session).id
        admin = Person(small_house, "admin")
        admin.get(f"/resetpassword/form?pk={pk}")
        admin.post(f"/resetpassword/form?pk={pk}", password="new password 1", conf_password="new password 1")
        assert admin.follow().status_code == 200
        assert "The password is changed." in admin.text
    elif ends == "logged out elsewhere":
        other = Person(small_house, "desk")
        other.get("/logout/")
        other.post("/logout/")
    else:
        with session_of(small_house) as session:
            user = user_of(session)
            user.active = False
            if ends == "deleted":
                user.person.user = None
                session.flush()
                session.delete(user)
            session.commit()
    thief = small_house.test_client()
    thief.set_cookie("session", copied)
    assert thief.get("/users/userinfo/").status_code == 302


def test_f30_access_that_is_taken_away_or_given_counts_at_once(small_house):
    person = Person(small_house, "desk")
    assert person.get("/cases/").status_code == 200
    with session_of(small_house) as session:
        user_of(session).roles = user_of(session, "admin").roles[:0]
        session.commit()
    assert person.get("/cases/").status_code == 403
    with session_of(small_house) as session:
        user_of(session).roles = list(user_of(session, "admin").roles)
        session.commit()
    assert person.get("/users/list/").status_code == 200


def test_f30_a_changed_name_of_one_s_own_does_not_log_out(small_house):
    person = Person(small_house, "desk")
    person.get("/userinfoeditview/form")
    person.post("/userinfoeditview/form", first_name="Desk", last_name="")
    assert is_in(person)
