"""What stands on every page."""

import pytest
from sqlalchemy import select

from model import Assignment
from model import Person as Persons
from tests.house import Person, make_app, session_of


def test_the_routines_own_page_is_linked_from_every_page(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, ROUTINE_URL="https://routine.example/page")
    for name, path in ((None, "/"), (None, "/login/"), ("desk", "/cases/"), ("admin", "/studio/unit/")):
        assert 'href="https://routine.example/page"' in Person(app, name).get(path).get_data(as_text=True), path


def test_without_such_a_page_the_link_leads_to_the_one_written_from_the_routine(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, ROUTINE_URL="")
    assert '<a class="ds-link" href="/routine">Rutinen</a>' in Person(app).get("/").get_data(as_text=True)
    assert Person(app).get("/routine").status_code == 200


@pytest.mark.parametrize(
    ("name", "first"), [("desk", "/cases/"), ("admin", "/studio/"), ("student_idi", "/"), (None, "/")]
)
def test_everybody_starts_at_the_page_they_came_for(small_house, name, first):
    assert Person(small_house, name).get("/home/").location == first


def test_an_administrator_who_is_given_cases_starts_with_them(small_house):
    with session_of(small_house) as session:
        admin = session.scalars(select(Persons).where(Persons.name == "admin")).one()
        first = session.scalars(select(Assignment).limit(1)).one()
        session.add(Assignment(person_id=admin.id, role_id=first.role_id, unit_id=first.unit_id))
        session.commit()
    assert Person(small_house, "admin").get("/home/").location == "/cases/"
