"""The first page tells an administrator which cases nobody has, and nothing of what they are about."""

from sqlalchemy import select

from model import Case
from model import Person as Persons
from tests.house import Person, session_of


def test_cases_without_a_handler_are_listed_without_their_words(small_house):
    visitor = Person(small_house)
    visitor.report(description="En hemmelig tekst.")
    with session_of(small_house) as session:
        case = session.scalars(select(Case)).one()
        case.handler, case.orphaned = None, True
        number = case.number
        session.commit()
    admin = Person(small_house, "admin")
    admin.get("/studio/?lang=en")
    assert f'data-case="{number}"' in admin.text
    assert "hemmelig" not in admin.text


def test_all_well_is_said(small_house):
    admin = Person(small_house, "admin")
    admin.get("/studio/?lang=en")
    assert "Every open case has somebody to handle it." in admin.text
    assert Person(small_house, "desk").get("/studio/").status_code == 403


def test_a_person_with_an_account_is_kept(small_house):
    with session_of(small_house) as session:
        pk = session.scalar(select(Persons.id).where(Persons.name == "desk"))
    admin = Person(small_house, "admin")
    admin.get(f"/studio/person/delete/?id={pk}&lang=en")
    admin.post(f"/studio/person/delete/?id={pk}")
    assert "This person has an account." in admin.follow().get_data(as_text=True)
    with session_of(small_house) as session:
        assert session.get(Persons, pk) is not None
