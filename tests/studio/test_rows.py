import re

import pytest
from sqlalchemy import select

from model import Assignment, Role, Unit
from model import Person as Row
from tests.house import cases, session_of
from tests.studio.forms import drafted, filled, journal
from tests.web.english import English as Person

TABLES = ("unit", "area", "role", "person", "assignment", "mail", "door")


@pytest.fixture
def admin(small_house):
    return Person(small_house, "admin")


def of(app, model, **wanted):
    with session_of(app) as session:
        return session.scalar(select(model.id).filter_by(**wanted))


def send(admin, path, **answers):
    admin.get(path)
    assert admin.status == 200
    return admin.post(path, **{**filled(admin.page), **answers})


@pytest.mark.parametrize("table", TABLES)
def test_a_list_that_is_sent_as_it_stands_changes_nothing(small_house, admin, table):
    assert "edit=1" in admin.get(f"/studio/{table}/").get_data(as_text=True)
    send(admin, f"/studio/{table}/?edit=1")
    assert admin.status == 302, admin.text
    assert (journal(small_house), drafted(small_house)) == ([], [])


def test_several_rows_are_changed_at_once_in_the_language_one_reads(small_house, admin):
    ids = [of(small_house, Role, name=name) for name in ("dean", "intake")]
    send(admin, "/studio/role/?edit=1", **{f"row-{pk}-label-en": f"Called {pk}" for pk in ids}, save="now")
    assert admin.status == 302, admin.text
    with session_of(small_house) as session:
        labels = [session.get(Role, pk).label for pk in ids]
    assert [label["en"] for label in labels] == [f"Called {pk}" for pk in ids]
    assert labels[0]["nb"] == "Dekan"
    assert len(journal(small_house)) == 2


def test_each_rows_fault_is_told_and_nothing_typed_is_lost(small_house, admin):
    first, second = (of(small_house, Unit, name=name) for name in ("ie", "iv"))
    answers = {f"row-{first}-position": "many", f"row-{second}-code": "NEW", f"row-{second}-label-en": ""}
    send(admin, "/studio/unit/?edit=1", **answers, save="now")
    assert admin.status == 200
    assert f'href="#row-{first}"' in admin.text
    assert "in these languages, too: English" in admin.text
    sent = filled(admin.page)
    assert (sent[f"row-{first}-position"], sent[f"row-{second}-code"]) == (["many"], ["NEW"])
    assert journal(small_house) == []


def test_a_row_that_somebody_else_has_changed_is_told(small_house, admin):
    """F47."""
    pk = of(small_house, Role, name="dean")
    admin.get("/studio/role/?edit=1")
    late = filled(admin.page)
    seen = {name: value for name, value in admin.hidden().items() if name.startswith("row-")}
    send(Person(small_house, "admin"), "/studio/role/?edit=1", **{f"row-{pk}-label-en": "First"}, save="now")
    admin.post("/studio/role/?edit=1", **{**late, **seen, f"row-{pk}-label-en": "Second"}, save="now")
    assert admin.status == 409
    assert "Somebody has changed this row meanwhile" in admin.text
    assert "Now it says: Name (English): First." in admin.text
    assert 'value="Second"' in admin.text
    admin.post("/studio/role/?edit=1", **filled(admin.page), save="now")
    assert admin.status == 302
    assert journal(small_house)[-1][4]["label"]["en"] == "Second"


def test_the_list_joins_the_draft_or_is_confirmed_like_any_form(small_house, admin):
    Person(small_house).report()
    number = next(iter(cases(small_house)))
    Person(small_house, "desk").move(number, "forward", unit="ie", area="education_quality")
    with session_of(small_house) as session:
        pk = session.scalar(select(Assignment.id).join(Assignment.person).where(Row.name == "quality_ie"))
    path, answers = "/studio/assignment/?edit=1&search=quality_ie", {f"row-{pk}-ends_on": "2020-01-01"}
    path = "/studio/assignment/?edit=1&search=IE"
    send(admin, path, **answers, save="now")
    assert "This is what it does" in admin.text
    assert number in admin.text
    admin.post(path, save="draft")
    assert admin.status == 302
    assert [change[:3] for change in drafted(small_house)] == [("assignment", str(pk), "change")]
    send(admin, path, **answers, save="now")
    admin.post(path, save="now")
    assert admin.status == 302
    with session_of(small_house) as session:
        assert session.get(Assignment, pk).ends_on.isoformat() == "2020-01-01"


def test_rows_that_may_not_be_seen_are_not_changed_and_nonsense_breaks_nothing(small_house, admin):
    with session_of(small_house) as session:
        pk = session.scalar(select(Row.id).where(Row.kind == "student"))
        before = session.get(Row, pk).label
    admin.get("/studio/person/?edit=1")
    admin.post("/studio/person/?edit=1", **{f"row-{pk}-seen": "x", f"row-{pk}-label": "Changed"})
    with session_of(small_house) as session:
        assert session.get(Row, pk).label == before
    for path in (
        "/studio/routing/?edit=1",
        "/studio/calendar/?edit=1",
        "/studio/unit/?edit=1&page=99&sort=77&search=%00",
    ):
        assert admin.get(path).status_code == 200
    admin.get("/studio/unit/")
    assert admin.post("/studio/unit/").status_code == 405
    assert re.search("<h1", admin.get("/studio/unit/").get_data(as_text=True))
