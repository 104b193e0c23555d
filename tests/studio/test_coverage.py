"""The coverage page shows every hole with what mends it; the explaining page tells why, never what a case says."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from app.change import drafts
from app.change.changes import Change
from model import (
    Area,
    Assignment,
    Case,
    ConfigurationEntry,
    ConfigurationVersion,
    DraftChange,
    RoutingRow,
    StuckCase,
    Unit,
)
from model import Person as Persons
from tests.house import Person, session_of

CELL = "/studio/coverage/?unit=ad&area=hse&lang=en"


@pytest.fixture
def admin(small_house):
    return Person(small_house, "admin")


def text(person):
    """The page as read, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", person.text))


def held(session, role, unit):
    return session.scalars(
        select(Assignment)
        .join(Assignment.role)
        .join(Assignment.unit)
        .where(Assignment.role.has(name=role), Unit.name == unit, ~Assignment.deputy)
    ).one()


@pytest.fixture
def hole(small_house):
    """AD has no HSE coordinator since October."""
    with session_of(small_house) as session:
        held(session, "hse_coordinator", "ad").ends_on = date(2020, 10, 31)
        session.commit()


def test_the_grid_shows_who_gets_what(admin):
    admin.get("/studio/coverage/?lang=en")
    assert "There are no holes" in admin.text
    assert "Study quality contact and deputy" in text(admin)
    assert "HSE coordinator ! no deputy" in text(admin)
    assert "Whistleblowing" not in text(admin).split("Left out")[0].split("Receiver for each")[1]
    admin.get("/studio/coverage/?all=1&lang=en")
    assert admin.text.count("Not handled here") > 4
    assert 'data-level="3"' in admin.text


@pytest.mark.usefixtures("hole")
def test_a_hole_is_told_with_what_mends_it(admin):
    admin.get("/studio/coverage/?lang=en")
    assert "2 holes." in admin.text
    assert "AD has no HSE coordinator (2 cells). Such cases go to Study quality contact meanwhile." in admin.text
    assert "✕ No HSE coordinator" in admin.text
    admin.get(CELL)
    assert "AD has no HSE coordinator. The last assignment ended 31 October 2020." in admin.text
    assert "Set HSE coordinator at AD" in admin.text
    assert admin.text.count('data-color="danger" aria-current="true"') == 1


@pytest.mark.usefixtures("hole")
def test_somebody_is_given_the_role_on_the_spot(admin, small_house):
    admin.get(CELL)
    admin.post(CELL, person="HSE coordinator HF", **{"from": "", "to": "2999-01-01"})
    assert admin.status == 400  # the names are Norwegian
    assert "HSE coordinator HF" in admin.text
    admin.post(CELL, person="HMS-koordinator HF", **{"from": "", "to": "2999-01-01"})
    assert admin.status == 302
    assert admin.page.location.endswith("unit=ad&area=hse#why")
    admin.get(CELL)
    assert "There are no holes" in admin.text
    assert "AD: HSE coordinator is HMS-koordinator HF. Ends 1 January 2999." in admin.text
    with session_of(small_house) as session:
        entry = session.scalars(select(ConfigurationEntry)).one()
        assert (entry.table, entry.operation, entry.actor.name) == ("assignment", "add", "admin")


@pytest.mark.usefixtures("hole")
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"person": "Nobody at all"}, "Nobody is called that."),
        ({"person": "\0" * 9}, "Nobody is called that."),
        ({"from": "tomorrow"}, "“tomorrow” isn't a day."),
        ({"from": "2026-02-02", "to": "2026-02-01"}, "The last day comes before the first."),
        ({"role": "king"}, "The role or the unit isn't there any more."),
        ({"unit": "x" * 9999}, "The role or the unit isn't there any more."),
    ],
)
def test_what_was_typed_is_kept_when_it_is_wrong(admin, small_house, typed, told):
    admin.get(CELL)
    given = {"person": "HMS-koordinator HF", "role": "hse_coordinator", "unit": "ad", "deputy": "y", **typed}
    admin.page = admin.client.post(CELL, data={"csrf_token": admin.hidden()["csrf_token"], **given})
    assert admin.status == 400
    assert told in admin.text
    assert f'value="{given["person"].strip(chr(0))}"' in admin.text
    assert 'name="deputy" value="y" checked' in admin.text
    with session_of(small_house) as session:
        assert session.scalar(select(func.count()).select_from(ConfigurationEntry)) == 0


@pytest.mark.usefixtures("hole")
def test_going_back_from_what_it_does_keeps_what_was_typed(admin):
    admin.get(CELL)
    admin.post(CELL, person="HMS-koordinator HF", back="1")
    assert admin.status == 200
    assert 'value="HMS-koordinator HF" required' in admin.text


def test_a_role_that_cannot_be_saved_is_told(admin, small_house):
    """A unit that only the draft has can't be given anybody yet, except in the draft."""
    with session_of(small_house) as session:
        draft = drafts.start(session, None, datetime.now(UTC))
        values = {"label": {"nb": "Ny"}, "code": "NY", "kind": "faculty", "parent": "ntnu"}
        drafts.put(draft, Change("unit", "new_one", "add", values), None, datetime.now(UTC))
        session.commit()
    cell = "/studio/coverage/?unit=new_one&area=hse&lang=en"
    admin.get(cell)
    assert "There is no such unit or area." in admin.text
    assert "Show it as the draft would have it" in admin.text
    admin.get(f"{cell}&draft=1")
    assert "NY has no HSE coordinator." in admin.text
    assert "Set in the draft" in admin.text
    admin.post(f"{cell}&draft=1", person="HMS-koordinator HF", save="now")
    assert (admin.status, "is only in the draft" in admin.text) == (400, True)
    admin.post(f"{cell}&draft=1", person="HMS-koordinator HF", save="draft")
    assert admin.status == 302
    admin.get(f"{cell}&draft=1")
    assert "NY: HSE coordinator is HMS-koordinator HF." in admin.text
    with session_of(small_house) as session:
        assert session.scalar(select(func.count()).select_from(DraftChange)) == 2


def test_a_draft_that_cannot_be_read_shows_its_settings_with_the_routine_in_force(admin, small_house):
    with session_of(small_house) as session:
        draft = drafts.start(session, None, datetime.now(UTC))
        drafts.write(draft, None, datetime.now(UTC), text="title: [")
        session.commit()
    admin.get("/studio/coverage/?draft=1&lang=en")
    assert "The draft's workflow has errors." in admin.text
    with session_of(small_house) as session:
        draft = drafts.open_draft(session)
        drafts.put(draft, Change("unit", "nowhere", "change", {"code": "X"}), None, datetime.now(UTC))
        session.commit()
    admin.get("/studio/coverage/?draft=1&lang=en")
    assert "no longer fits what there is" in admin.text


def test_another_day_is_shown(admin, small_house):
    last = date.today() + timedelta(days=400)  # noqa: DTZ011 - the day doesn't matter
    with session_of(small_house) as session:
        held(session, "hse_coordinator", "ad").ends_on = last
        session.commit()
    admin.get("/studio/coverage/?lang=en")
    assert "There are no holes" in admin.text
    admin.get(f"/studio/coverage/?date={(last + timedelta(days=1)).isoformat()}&lang=en")
    assert "2 holes." in admin.text
    admin.get(f"/studio/coverage/?date={last.isoformat()}&lang=en")
    assert "! ends " in admin.text


@pytest.mark.parametrize("page", ["coverage", "explain"])
@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("unit=nowhere&area=hse", "There is no such unit"),
        ("unit=ad&area=" + "x" * 5000, "There is no such"),
        ("unit=%00x&area=%00x", "There is no such unit"),
        ("date=2026-99-99", "isn't a day"),
        ("date=0001-01-01", "isn't a day"),
        ("date=9999-12-31", "isn't a day"),
        ("date=" + "9" * 5000, "isn't a day"),
        ("draft=1", "There is no draft"),
    ],
)
def test_what_cannot_be_asked_is_told(admin, page, query, told):
    admin.get(f"/studio/{page}/?{query}&lang=en")
    assert admin.status == 200
    assert told in admin.text


def test_stuck_cases_are_named_without_their_words(admin, small_house):
    Person(small_house).report(description="En hemmelig tekst.")
    with session_of(small_house) as session:
        case = session.scalars(select(Case)).one()
        case.unit_id = session.scalar(select(Unit.id).where(Unit.name == "ad"))
        case.area_id = session.scalar(select(Area.id).where(Area.name == "hse"))
        number = case.number
        session.commit()
    admin.get(CELL)
    assert "1 open case from here." in admin.text
    assert number not in admin.text
    with session_of(small_house) as session:
        session.add(StuckCase(subject_id=session.scalar(select(Case.id)), since=datetime.now(UTC), reasons=[]))
        session.commit()
    admin.get(CELL)
    assert number in admin.text
    assert f"/cases/{number}" not in admin.text
    assert "hemmelig" not in admin.text


def table(small_house, *rows):
    with session_of(small_house) as session:
        for row in session.scalars(select(RoutingRow)):
            session.delete(row)
        for position, (condition, receiver) in enumerate(rows):
            session.add(RoutingRow(position=position, condition=condition, receiver=receiver))
        session.get_one(ConfigurationVersion, 1).version += 1
        session.commit()


def test_rows_of_no_use_are_told(admin, small_house):
    table(small_house, (None, "intake"), ({"area": "hse"}, "quality_contact"))
    admin.get("/studio/coverage/?lang=en")
    assert "The routing table should be looked at" in admin.text
    assert "Row 2: The rows above take every case" in text(admin)


def test_inherited_and_by_name_and_nobody_have_words(admin, small_house):
    table(small_house, (None, "intake"))
    admin.get("/studio/coverage/?unit=ad&area=hse&lang=en")
    assert "↑ Inherited from NTNU" in admin.text
    assert "Set Student Services at AD" in admin.text
    table(small_house, (None, {"who": "intake", "except": {"who": "dean", "at": "anywhere"}}))
    admin.get("/studio/coverage/?unit=ad&area=hse&lang=en")
    assert "There are no holes" in admin.text
    table(small_house, (None, {"did": "submit"}))
    admin.get("/studio/coverage/?unit=ad&area=hse&lang=en")
    assert "Nobody gets cases from AD." in admin.text
    assert "And 3 more." in admin.text
    assert 'name="person"' not in admin.text
    admin.get("/studio/coverage/?unit=ad&area=repairs&all=1&lang=en")
    assert 'id="person"' not in admin.text


def test_a_deputy_alone_and_absence_have_words(admin, small_house):
    with session_of(small_house) as session:
        held(session, "hse_coordinator", "ad").deputy = True
        session.commit()
    admin.get(CELL)
    assert "! only the deputy is there" in admin.text


# -- explained -----------------------------------------------------------------


def test_any_place_is_explained(admin):
    admin.get("/studio/explain/?unit=iv&area=hse&lang=en")
    assert "IV: HSE coordinator is HMS-koordinator IV." in admin.text
    assert "HSE coordinator at IV gets the case." in admin.text
    admin.get("/studio/explain/?lang=en")
    assert "gets the case." not in admin.text


def test_other_answers_are_asked_where_the_routing_looks_at_them(admin, small_house):
    rows = (
        ({"severity": "high"}, "intake"),
        ({"personnel_matter": "ticked"}, "dean"),
        ({"course": "filled"}, {"who": "hse_coordinator", "when": {"new_handler": "filled"}}),
        (None, "quality_contact"),
    )
    table(small_house, *rows)
    admin.get("/studio/explain/?unit=ie&area=hse&f-severity=high&lang=en")
    assert "Student Services at NTNU gets the case." in admin.text
    assert 'name="f-new_handler"' not in admin.text
    admin.get("/studio/explain/?unit=ie&area=hse&f-personnel_matter=ticked&f-severity=odd&lang=en")
    assert "Dean at IE gets the case." in admin.text
    admin.get("/studio/explain/?unit=ie&area=hse&f-course=TDT4100&lang=en")
    assert "Nobody gets the case." in admin.text
    admin.get("/studio/explain/?unit=ie&area=hse&lang=en")
    assert "Study quality contact at IE gets the case." in admin.text


def forwarded(small_house, **answers):
    """A case that the quality contact of IE has; gives its number."""
    Person(small_house).report(description="En hemmelig tekst.", **answers)
    with session_of(small_house) as session:
        number = session.scalars(select(Case.number)).one()
    desk = Person(small_house, "desk")
    desk.move(number, "forward", unit="ie", area="education_quality")
    assert desk.status == 302, desk.text
    return number


def test_a_case_that_one_may_not_see_is_explained_by_its_place_alone(admin, small_house):
    number = forwarded(small_house)
    table(small_house, ({"severity": "empty"}, "intake"), (None, "quality_contact"))
    with session_of(small_house) as session:
        session.scalars(select(Case)).one().severity = "high"
        session.commit()
    admin.get(f"/studio/explain/?number={number}&lang=en")
    assert "You may not see this case, so only its unit and area are used." in admin.text
    assert "IE · Education quality" in admin.text
    assert "How it was decided then" in admin.text
    assert "Student Services at NTNU gets the case." in admin.text
    assert "hemmelig" not in admin.text
    assert "high" not in text(admin).split("How it was decided then")[1].split("Why does somebody")[0].lower()


def test_a_case_that_one_sees_is_explained_by_its_own_answers(admin, small_house):
    number = forwarded(small_house)
    with session_of(small_house) as session:
        someone = session.scalars(select(Persons).where(Persons.name == "admin")).one()
        held(session, "quality_contact", "ie").person = someone
        session.commit()
    admin.get(f"/studio/explain/?number={number}&lang=en")
    assert "taken from the case" in admin.text
    assert "hemmelig" not in admin.text


def test_a_case_that_was_never_passed_on_says_so(admin, small_house):
    Person(small_house).report(unit=None)
    with session_of(small_house) as session:
        case = session.scalars(select(Case)).one()
        case.trace = []
        number = case.number
        session.commit()
    admin.get(f"/studio/explain/?number={number}&lang=en&date=2030-01-01")
    assert "The case has never been passed on by the routing." in admin.text
    assert "What the routing would say 1 January 2030" in admin.text


def person_id(small_house, name):
    with session_of(small_house) as session:
        return session.scalar(select(Persons.id).where(Persons.name == name))


def asked(admin, small_house, name, number):
    admin.get(f"/studio/explain/?person={person_id(small_house, name)}&case={number}&lang=en")
    return text(admin)


def test_why_somebody_sees_a_case_is_told(admin, small_house):
    number = forwarded(small_house)
    told = asked(admin, small_house, "quality_ie", number)
    assert "Kvalitetskontakt IE sees the whole case." in told
    assert "has an account that may open cases" in told
    assert "Functions today: Study quality contact at IE." in told
    told = asked(admin, small_house, "hse_iv", number)
    assert "HMS-koordinator IV does not see the case." in told
    assert "hemmelig" not in admin.text
    told = asked(admin, small_house, "admin", number)
    assert "No functions today." in told


def test_what_keeps_an_account_out_is_told(admin, small_house):
    number = forwarded(small_house)
    with session_of(small_house) as session:
        session.scalars(select(User).where(User.username == "hse_iv")).one().active = False
        session.scalars(select(Persons).where(Persons.name == "dean_iv")).one().user_id = None
        session.scalars(select(User).where(User.username == "head_idi")).one().roles = []
        session.commit()
    assert "has an account that is switched off" in asked(admin, small_house, "hse_iv", number)
    assert "has no account, so nobody can log in as them" in asked(admin, small_house, "dean_iv", number)
    assert "The account may not open the pages about cases." in asked(admin, small_house, "head_idi", number)


def test_those_who_only_report_are_never_among_the_people(admin, small_house):
    number = forwarded(small_house, reporter="melder@stud.example")
    with session_of(small_house) as session:
        reporter = session.scalars(select(Persons).where(Persons.mail == "melder@stud.example")).one().id
    admin.get(f"/studio/explain/?person={reporter}&case={number}&lang=en")
    assert "There is no such person." in admin.text
    assert "melder@stud.example" not in admin.text
    admin.get(f"/studio/explain/?person={'9' * 30}&case=2020-1&lang=en")
    assert "There is no such person." in admin.text
    assert "There is no case with the number 2020-1." in admin.text


def test_looking_changes_nothing(admin, small_house):
    number = forwarded(small_house)
    admin.get("/home/")
    before = state(small_house)
    for address in (CELL, "/studio/coverage/?all=1&draft=1", f"/studio/explain/?number={number}"):
        admin.get(address)
    asked(admin, small_house, "quality_ie", number)
    assert state(small_house) == before


def state(small_house):
    with session_of(small_house) as session:
        counted = [session.scalar(select(func.count()).select_from(each)) for each in (ConfigurationEntry, Assignment)]
        return counted, session.scalar(select(ConfigurationVersion.version)), session.scalar(select(Case.version))


def test_others_are_kept_out(small_house):
    for name in ("desk", "quality_ie"):
        person = Person(small_house, name)
        for page in ("coverage", "explain"):
            assert person.get(f"/studio/{page}/").status_code == 403
            assert person.get(f"/studio/{page}/?unit=ad&area=hse").status_code == 403
