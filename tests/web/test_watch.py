"""The log of who came in and who was turned away: enough to follow what happened, and nothing personal."""

import json

import pytest
from structlog.testing import capture_logs

from tests.house import make_app
from tests.web.english import English as Person

PERSONAL = ("desk", "quality_ie", "127.0.0.1", "wrong-one", "nobody@", "avviksflyt", "gullfisk")


@pytest.fixture
def app(sqlite_url, tmp_path):
    return make_app(sqlite_url, tmp_path, RATELIMIT_ENABLED=True, LOGIN_LIMIT="2 per minute", MAX_CONTENT_LENGTH=3000)


def told(logs):
    return [each for each in logs if "sender" in each]


def test_every_way_in_and_every_refusal_is_told_without_names_or_texts(app):
    with capture_logs() as logs:
        visitor = Person(app)
        visitor.get("/login/")
        visitor.post("/login/", username="nobody@ntnu.example", password="wrong-one")
        program = app.test_client()
        program.post("/api/v1/security/login", json={"username": "desk", "password": "wrong-one"})
        visitor.post("/login/", username="desk", password="avviksflyt")
        visitor.get("/login/")
        visitor.post("/login/", username="desk", password="wrong-one")
        program.get("/api/v1/cases")
        visitor.client.post("/", data={"description": "no token"})
        visitor.client.post("/login/", data={"username": "x" * 4000})
        visitor.client.put("/login/")
    events = [(each["event"], each["rule"]) for each in told(logs)]
    assert events == [
        ("login_failed", "/login/"),
        ("login_failed", "/api/v1/security/login"),
        ("limit_reached", "/login/"),
        ("limit_reached", "/login/"),
        ("not_let_in", "/api/v1/cases"),
        ("form_not_ours", "/"),
        ("too_large", "/login/"),
        ("method_refused", ""),
    ]
    assert not [word for word in PERSONAL if word in json.dumps(logs)]
    assert len({each["sender"] for each in told(logs)}) == 1


def test_what_an_account_does_is_told_by_its_number(small_house):
    with capture_logs() as logs:
        desk = Person(small_house, "desk")
        desk.get("/users/list/")
        desk.get("/cases/2026-0001")
        desk.get("/resetmypassword/form")
        desk.post("/resetmypassword/form", current="wrong-one", password="gullfisk i taket")
        desk.get("/resetmypassword/form")
        new = "gullfisk i taket"
        desk.post("/resetmypassword/form", current="avviksflyt", password=new, conf_password=new)
        program = small_house.test_client().post("/api/v1/security/login", json={"username": "desk", "password": new})
        token = {"Authorization": f"Bearer {program.json['access_token']}"}
        small_house.test_client().post("/api/v1/security/logout", headers=token)
        other = Person(small_house, "admin")
        other.get("/logout/")
        other.post("/logout/")
    assert [(each["event"], each.get("way")) for each in told(logs)] == [
        ("login", "password"),
        ("access_refused", None),
        ("absent_or_not_theirs", None),
        ("not_let_in", None),
        ("password_changed", None),
        ("login", "token"),
        ("logout", None),
        ("login", "password"),
        ("logout", None),
    ]
    first, *_, last = told(logs)
    assert first["account"] != last["account"]
    assert all(isinstance(each["account"], int) for each in told(logs))
    assert not [word for word in PERSONAL if word in json.dumps(logs)]


def test_a_sender_can_not_be_reckoned_back_from_its_mark(app, sqlite_url, tmp_path):
    marks = set()
    for house, address in (
        (app, "10.0.0.1"),
        (app, "10.0.0.2"),
        (make_app(sqlite_url, tmp_path, SECRET_KEY="another"), "10.0.0.1"),
    ):
        with capture_logs() as logs:
            house.test_client().get("/api/v1/cases", environ_base={"REMOTE_ADDR": address})
        marks.add(told(logs)[0]["sender"])
    assert len(marks) == 3
