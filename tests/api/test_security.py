from datetime import timedelta

import pytest
from flask_appbuilder.security.sqla.models import Group, User
from sqlalchemy import select

from tests.api.program import Program
from tests.house import Person, make_app, session_of


def test_a_token_opens_what_its_owner_sees_and_is_kept_by_nobody(program):
    desk = program("desk")
    assert set(desk.json) == {"access_token", "token_type", "expires_in"}
    assert desk.answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in desk.answer.headers
    assert desk.get("/cases") == 200
    assert desk.answer.headers["Cache-Control"] == "no-store"
    assert desk.answer.headers["X-Content-Type-Options"] == "nosniff"
    assert desk.answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(program):
    told = []
    for name in ("desk", "nobody-of-that-name", "", "desk\0", "\ud800"):
        nobody = program()
        assert nobody.post("/security/login", username=name, password="wrong\ud800\0") == 401
        told.append(nobody.json)
    assert all(each == told[0] for each in told)


def test_form_and_program_share_their_tries(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, RATELIMIT_ENABLED=True, LOGIN_LIMIT="3 per minute")
    person, program = Person(app), Program(app)
    person.get("/login/")
    assert person.post("/login/", username="admin", password="wrong").status_code == 401
    assert [program.sign_in("admin", "wrong") for _ in range(3)] == [401, 401, 429]
    assert person.post("/login/", username="admin", password="wrong").status_code == 429
    assert program.sign_in("desk") == 429


def test_good_logins_cost_no_tries(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, RATELIMIT_ENABLED=True, LOGIN_LIMIT="2 per minute")
    assert {Program(app).sign_in("desk") for _ in range(4)} == {200}


def test_a_browsers_session_is_no_token(full_house):
    person = Person(full_house, "quality_ie")
    assert person.client.get("/api/v1/cases").status_code == 401
    assert person.client.post("/api/v1/cases", json={}).status_code == 401
    assert person.client.post("/api/v1/security/logout").status_code == 401
    assert person.get("/cases/").status_code == 200


def test_a_token_opens_no_page(full_house, program):
    desk = program("desk")
    answer = full_house.test_client().get("/cases/", headers=desk.headers)
    assert answer.status_code == 302
    assert "/login/" in answer.location


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Bearer a.b.c", "Basic ZGVzazphdnZpa3NmbHl0", "bearer \xe5"]
)
def test_what_is_no_token_is_told_so(program, header):
    nobody = program()
    nobody.headers["Authorization"] = header
    assert nobody.get("/cases") == 401
    assert nobody.answer.headers["WWW-Authenticate"] == "Bearer"
    assert nobody.json["title"] == "Log in first"


def test_a_token_signed_elsewhere_is_none(full_house, program, tmp_path):
    other = make_app(full_house.config["DATABASE_URL"], tmp_path, SECRET_KEY="the secret of another house")
    stranger = Program(other, "desk")
    stranger.client = full_house.test_client()
    assert stranger.get("/cases") == 401


def test_a_token_ends_by_itself(full_house, program):
    full_house.config["JWT_ACCESS_TOKEN_EXPIRES"] = timedelta(seconds=-1)
    assert program("desk").get("/cases") == 401


def test_signing_out_ends_every_token_and_every_session(full_house, program):
    first, second, person = program("desk"), program("desk"), Person(full_house, "desk")
    assert first.post("/security/logout") == 204
    assert first.get("/cases") == 401
    assert second.get("/cases") == 401
    assert person.get("/cases/").status_code == 302


def test_logging_out_on_a_page_ends_the_token(full_house, program):
    desk, person = program("desk"), Person(full_house, "desk")
    person.get("/logout/")
    person.post("/logout/")
    assert desk.get("/cases") == 401


def change(app, what):
    with session_of(app) as session:
        user = session.scalar(select(User).where(User.username == "desk"))
        match what:
            case "password":
                app.appbuilder.sm.reset_password(user.id, "another password")
            case "active":
                user.active = False
            case "role taken":
                user.roles = []
            case "role given":
                user.roles = [*user.roles, app.appbuilder.sm.find_role("Admin")]
            case "group":
                session.add(Group(name="more", users=[user], roles=[app.appbuilder.sm.find_role("Admin")]))
        session.commit()


@pytest.mark.parametrize("what", ["password", "active", "role taken", "role given", "group"])
def test_a_token_ends_with_what_it_was_given_for(full_house, program, what):
    desk = program("desk")
    assert desk.get("/cases") == 200
    change(full_house, what)
    assert desk.get("/cases") == 401


def test_a_login_with_something_else_in_it_is_not_understood(program):
    nobody = program()
    for sent in ("", "{", "[]", "null", '"x"', "NaN", '{"username": NaN}', "[" * 5_000, "\xff\xfe"):
        assert nobody.send("/security/login", sent) == 400, sent[:20]
    assert nobody.post("/security/login", username="desk") == 400
    assert nobody.post("/security/login", username=["desk"], password={}) == 400
    assert nobody.post("/security/login", username="desk", password="x", provider="ldap") == 400
    assert nobody.send("/security/login", "x" * 10_001) == 413
    assert nobody.json["title"] == "That was too much"
