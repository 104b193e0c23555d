"""Files and people named by address, in a routine that asks for them."""

import base64

import pytest
from sqlalchemy import select

from model import Case
from tests.api.program import Program
from tests.house import fill, make_app, session_of

PDF = b"%PDF-1.4 a plan"
REPORT = {"area": "red", "unit": "iln", "reporter_kind": "student", "description": "Something is broken."}


@pytest.fixture(scope="module")
def oslo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("oslo")
    fill(f"sqlite:///{folder / 'house.db'}", folder, "uio-si-fra")
    return make_app(f"sqlite:///{folder / 'house.db'}", folder)


def coded(content):
    return base64.b64encode(content).decode()


def report(program, **answers):
    return program.post("/cases", transition="submit", answers={**REPORT, **answers})


def test_a_file_is_sent_in_json_and_saved_by_whoever_may_read_it(oslo):
    student, archive, faculty = (Program(oslo, who) for who in ("stud", "archive", "hfs"))
    assert report(student, attachments=[{"name": "../plan.exe", "content": coded(PDF)}]) == 201
    archive.get(f"/cases/{student.json['number']}")
    [file] = archive.json["files"]
    assert (file["field"], file["name"], file["size"]) == ("attachments", "plan.pdf", len(PDF))
    answer = archive.client.get(file["address"], headers=archive.headers)
    assert (answer.status_code, answer.data) == (200, PDF)
    assert answer.headers["Content-Disposition"] == "attachment; filename=plan.pdf"
    assert faculty.client.get(file["address"], headers=faculty.headers).status_code == 404


@pytest.mark.parametrize(
    "file", ["plan.pdf", {"name": "x"}, {"name": "x", "content": "%"}, {"name": 1, "content": ""}, {"path": "/etc"}]
)
def test_what_is_no_file_is_refused(oslo, file):
    assert report(Program(oslo, "stud"), attachments=[file]) == 400


def test_a_file_of_another_kind_is_told_so(oslo):
    student = Program(oslo, "stud")
    assert report(student, attachments=[{"name": "x.pdf", "content": coded(b"MZ a program")}]) == 422
    assert [each["reason"] for each in student.json["reasons"]] == ["unknown_kind"]


def test_somebody_without_an_account_is_named_by_mail_address_and_never_by_number(oslo):
    student = Program(oslo, "stud")
    assert report(student, area="green", subject=1) == 422
    assert report(student, area="green", subject="no address") == 422
    assert report(student, area="green", subject="somebody@example.org") == 201
    with session_of(oslo) as session:
        case = session.scalar(select(Case).where(Case.number == student.json["number"]))
        assert isinstance(case.answers["subject"], int)


def test_a_form_tells_neither_who_was_named_by_address_nor_which_files_were_sent(oslo):
    archive = Program(oslo, "archive")
    archive.get("/cases")
    for row in archive.json["rows"]:
        archive.get(f"/cases/{row['number']}")
        for move in archive.json["moves"]:
            archive.get(move["address"].removeprefix("/api/v1"))
            named = [each for each in archive.json["fields"] if each["type"] in ("person", "file")]
            assert not [each for each in named if each["choices"] is None and each["value"] is not None]
