"""Other routines walked on the product's own pages, nothing but configuration between them."""

import io
import re

import pytest

from app.outbox import tokens
from app.web.database import db
from model import Case
from tests.house import Person, cases, fill, make_app

PDF = b"%PDF-1.7\nThe answer"


@pytest.fixture
def house(tmp_path):
    """Start an institution: house("warwick")."""

    def start(routine):
        url = f"sqlite:///{tmp_path / 'house.db'}"
        fill(url, tmp_path, routine)
        return make_app(url, tmp_path)

    return start


def the_case(app):
    ((number, (state, _)),) = cases(app).items()
    return number, state


def follow_link(app, number):
    with app.app_context():
        case = db.session.query(Case).filter_by(number=number).one()
        found = tokens.token(app.config["SECRET_KEY"], case.id, case.follow_salt)
        db.session.remove()
    return f"/follow/{found}"


def test_a_red_case_is_filed_answered_by_letter_and_read_by_the_student_alone(house):
    app = house("uio-si-fra")
    student = Person(app, "stud")
    student.get("/")
    assert "Speak up" in student.text or "Si fra" in student.text
    student.post("/", area="red", unit="hf", reporter_kind="student", description="The supervisor threatens us.")
    assert student.status == 303, student.text
    number, state = the_case(app)
    assert state == "received"

    archive = Person(app, "archive")
    archive.move(number, "file", unit="hf")
    assert archive.status == 302, archive.text

    contact = Person(app, "hfc")
    contact.get(f"/cases/{number}/answer")
    assert 'type="file"' in contact.text
    contact.post(f"/cases/{number}/answer")
    assert contact.status == 400
    contact.post(f"/cases/{number}/answer", letter=(io.BytesIO(b"MZ\x90"), "letter.pdf"))
    assert contact.status == 400
    assert "PDF" in contact.text
    contact.post(f"/cases/{number}/answer", letter=(io.BytesIO(PDF), "../Answer.pdf"))
    assert contact.status == 302, contact.text
    contact.get(f"/cases/{number}")
    (href,) = re.findall(rf'href="(/cases/{number}/file/\d+)"', contact.text)
    contact.get(href)
    assert contact.page.get_data() == PDF
    assert contact.page.headers["Content-Disposition"] == "attachment; filename=Answer.pdf"
    assert contact.page.headers["X-Content-Type-Options"] == "nosniff"

    for other in ("mnc", "lecturer", "archive"):
        stranger = Person(app, other)
        assert stranger.get(href).status_code in (403, 404), other
    auditor = Person(app, "rev")
    auditor.get(f"/cases/{number}")
    assert auditor.status == 200
    assert "Answer.pdf" not in auditor.text, "the letter's own `see` leaves the auditor out"
    assert auditor.get(href).status_code == 404

    own = follow_link(app, number)
    visitor = Person(app)
    visitor.get(own)
    (theirs,) = re.findall(rf'href="({own}/file/\d+)"', visitor.text)
    assert visitor.get(theirs).data == PDF
    assert visitor.get(f"{own}/file/999").status_code == 404


def test_staff_register_for_somebody_else(house):
    app = house("uio-si-fra")
    archive = Person(app, "archive")
    archive.get("/")
    assert "way=register" in archive.text
    archive.get("/?way=register")
    archive.post("/", channel="letter", area="red", unit="hf", description="A letter came.")
    assert archive.status == 303, archive.text
    with app.app_context():
        case = db.session.query(Case).one()
        assert (
            case.reporter_id,
            case.entered_by.name if case.entered_by_id and hasattr(case, "entered_by") else "",
        ) in (
            (None, "archive"),
            (None, ""),
        )
        db.session.remove()
    assert "way=register" not in Person(app).get("/").get_data(as_text=True)


def test_a_disposition_waits_for_all_its_signers(house):
    app = house("fort-homes-capa")
    employee = Person(app, "employee_1")
    employee.get("/?way=open")
    given = {
        "area": "supplier",
        "unit": "plant",
        "severity": "minor",
        "description": "Bad screws",
        "containment": "Quarantine",
    }
    employee.post("/", **given)
    assert employee.status == 303, employee.text
    number, _ = the_case(app)
    Person(app, "sup").move(number, "sign_containment")
    manager = Person(app, "qm")
    with app.app_context():
        owner = db.session.execute(db.text("SELECT id FROM person WHERE name = 'mgr'")).scalar()
        db.session.remove()
    manager.move(number, "propose", disposition="return_to_supplier", new_handler=str(owner))
    manager.move(number, "approve_disposition")
    assert manager.status == 302, manager.text
    manager.get(f"/cases/{number}")
    assert "data-approval" in manager.text
    assert "Quality Manager has answered: Quality Manager." in manager.text
    assert "Waits for Finance: Finance." in manager.text
    assert the_case(app)[1] == "disposition"
    assert manager.move(number, "approve_disposition").status_code == 404
    Person(app, "fin").move(number, "approve_disposition")
    assert the_case(app)[1] == "root_cause"


def test_pages_speak_the_routines_languages_only(house):
    app = house("warwick")
    visitor = Person(app)
    visitor.get("/", headers={"Accept-Language": "nb"})
    assert 'lang="en"' in visitor.text
    assert 'hreflang="nb"' not in visitor.text
