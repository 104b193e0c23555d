import pytest
from sqlalchemy import select

from model import Area, Assignment, Role, Unit
from tests.house import cases, session_of
from tests.studio.forms import send
from tests.web.english import English as Person


@pytest.fixture
def town(small_house):
    """A case at HF, then HF, an area, a door and a role are retired."""
    Person(small_house).report()
    number = next(iter(cases(small_house)))
    Person(small_house, "desk").move(number, "forward", unit="hf", area="education_quality")
    with session_of(small_house) as session:
        for table, name in ((Unit, "hf"), (Area, "education_quality"), (Area, "repairs"), (Role, "dean")):
            session.scalar(select(table).where(table.name == name)).retired = True
        session.commit()
    return small_house


def test_a_report_is_offered_nothing_that_is_retired(town):
    visitor = Person(town)
    page = visitor.get("/").get_data(as_text=True)
    assert 'value="education_quality"' not in page
    assert '<option value="HF"' not in page
    assert 'value="hse"' in page
    assert "/door/repairs" not in page
    assert "/door/whistleblowing" in page
    for answers in ({"area": "education_quality"}, {"area": "hse", "unit": "HF"}):
        visitor.report(**answers)
        assert visitor.status == 400, answers
    assert len(cases(town)) == 1


def test_a_case_keeps_what_it_has_and_is_sent_to_nothing_retired(town):
    desk = Person(town, "desk")
    desk.report(area="hse", unit="")
    number = list(cases(town))[-1]
    page = desk.get(f"/cases/{number}/forward").get_data(as_text=True)
    assert 'value="hf"' not in page
    assert 'value="ie"' in page
    assert 'value="education_quality"' not in page
    desk.move(number, "forward", unit="hf", area="hse")
    assert cases(town)[number][0] == "received"
    desk.move(number, "forward", unit="ie", area="hse")
    assert cases(town)[number][0] == "at_faculty"


def test_what_is_retired_is_shown_as_such_and_is_no_new_choice(town):
    admin = Person(town, "admin")
    for table in ("unit", "area", "role"):
        assert '<span class="ds-tag" data-color="neutral">Retired</span>' in admin.get(f"/studio/{table}/").get_data(
            as_text=True
        ), table
    page = admin.get("/studio/assignment/new/").get_data(as_text=True)
    for value in ("hf", "education_quality", "dean"):
        assert f'<option value="{value}"' not in page
    with session_of(town) as session:
        pk = session.scalar(select(Assignment.id).join(Assignment.unit).where(Unit.name == "hf"))
    admin.get(f"/studio/assignment/edit/?id={pk}")
    assert "(retired)" in admin.text
    send(admin, f"/studio/assignment/edit/?id={pk}", ends_on="2040-01-01", save="draft")
    assert admin.status == 302, admin.text
