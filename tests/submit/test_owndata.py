"""GDPR article 15: somebody gets all that is held about them, and not a word about others."""

import json
from io import BytesIO
from zipfile import ZipFile

from model import Person as Row
from tests.house import Person, cases, session_of

MINE, THEIRS = "Det som jeg selv har skrevet om referansegruppa.", "Det som en annen har skrevet om lesesalen."


def opened(content):
    archive = ZipFile(BytesIO(content))
    return json.loads(archive.read("data.json")), archive.read("data.html").decode()


def told(app):
    student = Person(app, "student_idi")
    student.report(description=MINE)
    Person(app).report(description=THEIRS)
    first, second = cases(app)
    for number in (first, second):
        Person(app, "desk").move(number, "forward", unit="ie", area="education_quality")
    return student, first, second


def test_a_reporter_gets_their_own_words_and_no_others(small_house):
    student, first, second = told(small_house)
    held, page = opened(student.get("/my/data.zip").data)
    assert [each["number"] for each in held["cases"]] == [first]
    assert MINE in json.dumps(held["cases"], ensure_ascii=False)
    assert MINE in page
    assert held["account"][0]["username"] == "student_idi"
    assert [each["way"] for each in held["logins"]] == ["password"]
    assert held["mails"]
    assert first in [each["number"] for each in held["events"]]
    for text in (json.dumps(held, ensure_ascii=False), page):
        assert THEIRS not in text
        assert second not in text
        assert "scrypt" not in text


def test_a_handler_gets_what_they_did_and_nothing_that_a_case_says(small_house):
    _, first, second = told(small_house)
    held, page = opened(Person(small_house, "desk").get("/my/data.zip").data)
    assert [each["number"] for each in held["events"]] == [first, second]
    assert held["assignments"]
    assert held["cases"] == []
    for text in (json.dumps(held, ensure_ascii=False), page):
        assert MINE not in text
        assert THEIRS not in text


def test_whoever_operates_it_exports_by_address(small_house, tmp_path):
    told(small_house)
    with session_of(small_house) as session:
        mail = session.query(Row).filter_by(name="student_idi").one().mail
        session.add(Row(mail=mail, guest=True))
        session.commit()
    file = tmp_path / "data.zip"
    run = small_house.test_cli_runner().invoke(args=["person", "export", mail.upper(), "--to", str(file)])
    assert run.exit_code == 0, run.output
    assert file.with_stem("data-2").exists(), "the same address, as a guest"
    held, _ = opened(file.read_bytes())
    assert MINE in json.dumps(held["cases"], ensure_ascii=False)
    run = small_house.test_cli_runner().invoke(args=["person", "export", "nobody@town.example"])
    assert run.exit_code == 1
    assert "Nobody has that address" in run.output
