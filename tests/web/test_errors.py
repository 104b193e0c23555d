import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import Conflict

from tests.house import make_app
from tests.web.english import English as Person


@pytest.fixture
def broken(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, MAX_CONTENT_LENGTH=2_000)

    @app.get("/broken")
    def broken():
        raise ZeroDivisionError("secret words")

    @app.get("/conflict")
    def conflict():
        raise Conflict

    @app.get("/no-database")
    def no_database():
        raise OperationalError("SELECT secret", {}, Exception("database is locked"))

    return app


@pytest.mark.parametrize(
    ("path", "code"), [("/nothing", 404), ("/broken", 500), ("/conflict", 409), ("/no-database", 503)]
)
def test_a_fault_is_told_in_the_frame_with_what_to_do(broken, path, code):
    person = Person(broken)
    answer = person.get(path)
    assert answer.status_code == code
    assert "<h1" in person.text
    assert 'class="site-header"' in person.text
    assert "ds-paragraph" in person.text
    assert "secret" not in person.text
    assert "Traceback" not in person.text


def test_a_page_for_a_button_says_so_when_opened_by_address(broken):
    person = Person(broken)
    answer = person.client.put("/login/")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_too_much_text_is_refused_in_words(broken):
    person = Person(broken)
    person.get("/login/")
    answer = person.post("/login/", username="x" * 3_000)
    assert answer.status_code == 413
    assert "<h1" in person.text


def test_a_program_that_asks_gets_the_fault_as_data(broken):
    answer = broken.test_client().get("/nothing", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json["message"]


def test_faults_speak_the_readers_language(broken):
    texts = {
        name: broken.test_client().get("/nothing", headers={"Accept-Language": name}).get_data(as_text=True)
        for name in ("nb", "nn", "en")
    }
    for name, page in texts.items():
        assert f'<html lang="{name}"' in page


def test_without_a_database_the_fault_is_still_told(broken):
    from app.web.database import db  # noqa: PLC0415 - only here the database is taken away

    with broken.app_context():
        db.session.execute(text("DROP TABLE configuration_version"))
        db.session.commit()
    answer = broken.test_client().get("/nothing")
    assert answer.status_code == 404
    assert "<h1" in answer.get_data(as_text=True)
