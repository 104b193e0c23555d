"""The first page tells an administrator how it stands, and nothing of what cases are about."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, event, select, update

from app.web.database import bump, db
from model import (
    Assignment,
    Case,
    Draft,
    LastCheck,
    Migration,
    OutgoingMail,
    Role,
    StuckCase,
    Subject,
    Unit,
    WorkflowEdition,
)
from model import Person as Persons
from tests.house import Person, session_of
from tests.web.english import English

SECRET = "En hemmelig tekst."


@pytest.fixture
def admin(house):
    return English(house, "admin")


def case(app, **answers):
    """A case that waits in the shared intake; its number."""
    Person(app).report(description=SECRET, **answers)
    with session_of(app) as session:
        return session.scalar(select(Case.number).order_by(Case.id.desc()))


def without(app, role, unit):
    with session_of(app) as session:
        those = Assignment.role_id.in_(select(Role.id).where(Role.name == role))
        there = Assignment.unit_id.in_(select(Unit.id).where(Unit.name == unit))
        session.execute(delete(Assignment).where(those, there))
        bump(session)
        session.commit()


def test_all_well_is_said(house, admin):
    admin.get("/studio/")
    assert "All is well: somebody can take the next step" in admin.text
    assert "Not checked yet." in admin.text
    assert "No case is open." in admin.text
    assert Person(house, "desk").get("/studio/").status_code == 403


def test_a_check_finds_cases_that_nobody_can_move_with_why_and_how_to_mend_it(house, admin):
    number = case(house)
    without(house, "intake", "ntnu")
    admin.get("/studio/")
    assert f'data-case="{number}"' not in admin.text
    admin.post("/studio/check")
    admin.follow()
    assert "1 open case was checked." in admin.text
    assert f'data-case="{number}"' in admin.text
    assert "Nobody has the role “Student Services” at" in admin.text
    assert "/studio/coverage/?unit=ie&area=education_quality#why" in admin.text
    assert "All is well" not in admin.text
    assert SECRET not in admin.text
    assert "melder@stud.example" not in admin.text


def test_a_case_without_a_handler_is_listed_before_any_check(house, admin):
    number = case(house)
    with session_of(house) as session:
        row = session.scalars(select(Case)).one()
        row.handler, row.orphaned = None, True
        session.commit()
    admin.get("/studio/")
    assert f'data-case="{number}"' in admin.text
    assert "Nobody has the case." in admin.text


def test_a_finished_case_is_not_listed(house, admin):
    number = case(house)
    with session_of(house) as session:
        row = session.scalars(select(Case)).one()
        session.add(
            StuckCase(subject_id=row.id, since=datetime.now(UTC), reasons=[{"why": "no_way", "state": "received"}])
        )
        session.commit()
    assert f'data-case="{number}"' in admin.get("/studio/").get_data(as_text=True)
    with session_of(house) as session:
        session.execute(update(Subject).values(finished=True))
        session.commit()
    assert f'data-case="{number}"' not in admin.get("/studio/").get_data(as_text=True)


def test_looking_changes_nothing_and_a_check_is_sent(house, admin):
    assert admin.get("/studio/check").status_code == 405
    admin.get("/studio/")
    with session_of(house) as session:
        assert session.get(LastCheck, "radar") is None
    assert Person(house, "desk").client.post("/studio/check").status_code in (400, 403)


def test_queues_are_counted_by_unit_the_worst_first(house, admin):
    case(house, unit="IV")
    case(house, unit="IE")
    case(house, unit="IE")
    with session_of(house) as session:
        unit = session.scalar(select(Unit.id).where(Unit.name == "ie"))
        first = session.scalars(select(Case).where(Case.unit_id == unit).order_by(Case.id)).first()
        first.due_at = datetime.now(UTC) - timedelta(days=1)
        first.submitted_at = datetime.now(UTC) - timedelta(days=9)
        session.commit()
    admin.get("/studio/")
    rows = admin.text.split('id="queues"')[1].split("<tbody")[1].split("</tbody>")[0].split("<tr")[1:]
    assert ["Information Technology" in rows[0], "data-late" in rows[0], ">2<" in rows[0], ">1<" in rows[0]] == [
        True
    ] * 4
    assert "9 days" in rows[0]
    assert "data-late" not in rows[1]
    assert "<b>1</b><span>case past its deadline" in admin.text


def test_holes_in_the_coverage_are_counted(house, admin):
    assert "<b>0</b><span>holes in the coverage" in admin.get("/studio/").get_data(as_text=True)
    for role in ("quality_contact", "intake"):
        for unit in ("hf", "ntnu"):
            without(house, role, unit)
    admin.get("/studio/")
    assert "holes in the coverage" in admin.text
    assert "<b>0</b><span>holes in the coverage" not in admin.text


def test_mails_that_did_not_arrive_are_tried_again(house, admin):
    case(house)
    with session_of(house) as session:
        count = len(session.scalars(select(OutgoingMail.id)).all())
        session.execute(update(OutgoingMail).values(status="dead", fault="no such address"))
        session.commit()
    admin.get("/studio/")
    assert f"{count} mails did not arrive." in admin.text
    admin.post("/studio/mails")
    admin.follow()
    assert f"{count} mails are tried again." in admin.text
    assert "Every mail has arrived at its server." in admin.text


def test_what_comes_soon(house, admin):
    today = datetime.now(UTC).date()
    with session_of(house) as session:
        rows = session.scalars(select(Assignment).order_by(Assignment.id).limit(3)).all()
        for row, days in zip(rows, (10, 10, 40), strict=True):
            row.ends_on = today + timedelta(days=days)
        edition = session.scalars(select(WorkflowEdition)).one()
        session.add(Migration(edition_id=edition.id, flow="case", total=7, done=3, started_at=datetime.now(UTC)))
        now = datetime.now(UTC)
        session.add(Draft(base_id=edition.id, text=edition.text, made_at=now, changed_at=now))
        session.commit()
    admin.get("/studio/")
    assert "2 assignments end." in admin.text
    assert "1 assignment ends." not in admin.text
    assert "3 of 7 cases have been brought to the new edition." in admin.text
    assert "Draft of edition 2:" in admin.text
    assert "draft is waiting" in admin.text


def test_a_failed_check_is_told(house, admin):
    with session_of(house) as session:
        session.add(LastCheck(name="radar", at=datetime.now(UTC), result={"failed": True}))
        session.commit()
    admin.get("/studio/")
    assert "The last check came to no end" in admin.text


def test_the_page_asks_the_same_whether_one_case_is_stuck_or_many(house, admin):
    case(house)
    without(house, "intake", "ntnu")
    admin.get("/studio/")
    admin.post("/studio/check")

    def asked():
        statements = []
        with house.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        admin.get("/studio/")
        return len(statements)

    first = asked()
    for _ in range(5):
        case(house)
    admin.get("/studio/")
    admin.post("/studio/check")
    with session_of(house) as session:
        assert len(session.scalars(select(StuckCase)).all()) == 6
    assert asked() == first


def test_a_person_with_an_account_is_kept(small_house):
    with session_of(small_house) as session:
        pk = session.scalar(select(Persons.id).where(Persons.name == "desk"))
    admin = English(small_house, "admin")
    admin.get(f"/studio/person/delete/?id={pk}")
    admin.post(f"/studio/person/delete/?id={pk}")
    assert "This person has an account." in admin.follow().get_data(as_text=True)
    with session_of(small_house) as session:
        assert session.get(Persons, pk) is not None
