import pytest
from sqlalchemy import func, select

from app.language.data_rest import WEEKDAYS
from model import Area, Assignment, Calendar, ConfigurationVersion, MailText, Role, RoutingRow, Unit
from model import Person as Row
from tests.house import session_of
from tests.studio.forms import drafted, filled
from tests.web.english import English as Person

PAGES = ("unit", "area", "role", "person", "assignment", "routing", "mail", "calendar", "door")


@pytest.fixture
def admin(small_house):
    return Person(small_house, "admin")


def id_of(app, model, **wanted):
    with session_of(app) as session:
        return session.scalar(select(model.id).filter_by(**wanted))


def version(app):
    with session_of(app) as session:
        return session.scalar(select(ConfigurationVersion.version))


@pytest.mark.parametrize("name", ["desk", "student_idi"])
def test_only_those_who_may_configure_come_in(small_house, name):
    person, visitor = Person(small_house, name), Person(small_house)
    for page in PAGES:
        for path in (f"/studio/{page}/", f"/studio/{page}/new/", f"/studio/{page}/edit/?id=1"):
            assert person.get(path).status_code == 403, path
            answer = visitor.get(path)
            assert answer.status_code == 302, path
            assert answer.location.startswith("/login/?next=/studio/")
    assert "/studio/" not in person.get("/users/userinfo/").get_data(as_text=True)


@pytest.mark.parametrize("page", PAGES)
def test_a_form_that_is_sent_as_it_stands_changes_nothing(small_house, admin, page):
    before = version(small_house)
    path = f"/studio/{page}/edit/?id={id_of(small_house, Area, name='repairs') if page == 'door' else 1}"
    admin.get(path)
    admin.post(path, **filled(admin.page))
    assert admin.status == 302, admin.text
    assert drafted(small_house) == []
    assert version(small_house) == before


def test_a_units_name_is_kept_in_three_languages_and_counts_as_a_change(small_house, admin):
    before = version(small_house)
    path = f"/studio/unit/edit/?id={id_of(small_house, Unit, name='idi')}"
    admin.get(path)
    admin.post(path, **{**filled(admin.page), "label-nb": "Nytt", "label-nn": "Nyttt", "label-en": "<b>New</b>"})
    assert admin.status == 302
    with session_of(small_house) as session:
        unit = session.scalar(select(Unit).where(Unit.name == "idi"))
        assert unit.label == {"nb": "Nytt", "nn": "Nyttt", "en": "<b>New</b>"}
    assert version(small_house) == before + 1
    assert "&lt;b&gt;New&lt;/b&gt;" in admin.get("/studio/unit/?lang=en").get_data(as_text=True)


def test_a_unit_can_not_lie_under_itself(small_house, admin):
    path = f"/studio/unit/edit/?id={id_of(small_house, Unit, name='ie')}"
    admin.get(path)
    admin.post(path, **{**filled(admin.page), "parent": "idi"})
    assert admin.status == 200
    assert "under itself" in admin.text
    with session_of(small_house) as session:
        assert session.scalar(select(Unit).where(Unit.name == "ie")).parent.name == "ntnu"


@pytest.mark.parametrize("name", ["", "With Space", "1st", "Big", "idi", "x;drop"])
def test_a_name_the_routine_can_not_use_is_refused(small_house, admin, name):
    with session_of(small_house) as session:
        before = session.scalar(select(func.count()).select_from(Unit))
    admin.get("/studio/unit/new/")
    admin.post("/studio/unit/new/", **{**filled(admin.page), "name": name, "label-nb": "Ny"})
    assert admin.status == 200
    assert "ds-error-summary" in admin.text
    with session_of(small_house) as session:
        assert session.scalar(select(func.count()).select_from(Unit)) == before


def test_the_name_a_routine_knows_something_by_is_never_changed(small_house, admin):
    pk = id_of(small_house, Role, name="dean")
    path = f"/studio/role/edit/?id={pk}"
    admin.get(path)
    admin.post(path, **{**filled(admin.page), "name": "other"})
    assert id_of(small_house, Role, name="dean") == pk


@pytest.mark.parametrize(
    ("page", "model", "name"), [("unit", Unit, "ie"), ("role", Role, "intake"), ("area", Area, "hse")]
)
def test_what_is_in_use_is_not_deleted_and_the_reason_is_told(small_house, admin, page, model, name):
    """F41: a role that is a receiver, too."""
    pk = id_of(small_house, model, name=name)
    admin.get(f"/studio/{page}/delete/?id={pk}")
    assert "when the draft is published" in admin.text
    admin.post(f"/studio/{page}/delete/?id={pk}")
    told = admin.follow().get_data(as_text=True)
    assert "can&#39;t be deleted" in told
    assert id_of(small_house, model, name=name) == pk


def test_an_area_that_nothing_uses_is_deleted_by_the_draft(small_house, admin):
    admin.get("/studio/area/new/")
    texts = {"label-nb": "Ubrukt", "label-nn": "Ubrukt", "label-en": "Unused"}
    admin.post("/studio/area/new/", **{**filled(admin.page), "name": "unused", **texts})
    pk = id_of(small_house, Area, name="unused")
    assert pk
    admin.get(f"/studio/area/delete/?id={pk}")
    admin.post(f"/studio/area/delete/?id={pk}")
    assert id_of(small_house, Area, name="unused") == pk
    assert drafted(small_house) == [("area", "unused", "remove", {})]


def test_a_mail_text_that_nothing_uses_is_deleted_at_once(small_house, admin):
    with session_of(small_house) as session:
        session.add(MailText(name="unused", subject={"nb": "A"}, body={"nb": "B"}))
        session.commit()
    path = f"/studio/mail/delete/?id={id_of(small_house, MailText, name='unused')}"
    admin.get(path)
    admin.post(path, save="now")
    assert id_of(small_house, MailText, name="unused") is None


@pytest.mark.parametrize(
    ("condition", "receiver"),
    [
        ("area: [hse", "intake"),
        ("nothing_like_this: yes", "intake"),
        ("", "no_such_role"),
        ("", ""),
        ("", "first: []"),
        ("*anchor", "intake"),
    ],
)
def test_a_routing_row_that_means_nothing_is_refused_with_the_reason(small_house, admin, condition, receiver):
    with session_of(small_house) as session:
        kept = session.get(RoutingRow, 1).receiver
    path = "/studio/routing/edit/?id=1&text=1"
    admin.get(path)
    admin.post(path, **{**filled(admin.page), "condition": condition, "receiver": receiver})
    assert admin.status == 200
    assert "ds-error-summary" in admin.text
    with session_of(small_house) as session:
        assert session.get(RoutingRow, 1).receiver == kept


def test_a_routing_row_joins_the_draft_as_it_was_written(small_house, admin):
    before = version(small_house)
    path = "/studio/routing/edit/?id=1&text=1"
    admin.get(path)
    answers = {"condition": "area: [hse]", "receiver": "first: [hse_coordinator, intake]"}
    admin.post(path, **{**filled(admin.page), **answers})
    assert admin.status == 302, admin.text
    wanted = {"condition": {"area": ["hse"]}, "receiver": {"first": ["hse_coordinator", "intake"]}}
    assert drafted(small_house) == [("routing", "1", "change", wanted)]
    assert version(small_house) == before


def test_reporters_are_neither_listed_nor_found_nor_opened(small_house, admin):
    with session_of(small_house) as session:
        session.add(Row(mail="melder@x.example", label="A reporter", guest=True))
        session.commit()
        student = session.scalar(select(Row).where(Row.kind == "student"))
        ids = [session.scalar(select(Row.id).where(Row.guest)), student.id]
        student_mail = student.mail
    for path in ("/studio/person/", "/studio/person/?search=melder", f"/studio/person/?search={student_mail}"):
        page = admin.get(path).get_data(as_text=True)
        assert "melder@x.example" not in page
        assert f'">{student_mail}' not in page
    for pk in ids:
        assert admin.get(f"/studio/person/edit/?id={pk}").status_code == 404
        assert f'<option value="{pk}"' not in admin.get("/studio/assignment/new/").get_data(as_text=True)


def test_an_assignment_ends_after_it_starts(small_house, admin):
    pk = id_of(small_house, Assignment, id=1)
    path = f"/studio/assignment/edit/?id={pk}"
    admin.get(path)
    admin.post(path, **{**filled(admin.page), "starts_on": "2027-01-02", "ends_on": "2027-01-01"})
    assert admin.status == 200
    assert "before the first" in admin.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Mars/Olympus"},
        {"weekend": ["saturday", "funday"]},
        {"weekend": list(WEEKDAYS)},
        {"closed-0-from": "tomorrow", "closed-0-until": "2027-01-01"},
        {"closed-0-from": "2027-01-02", "closed-0-until": "2027-01-01"},
        {"notices-0-from": "2027-01-02", "notices-0-until": ""},
        {"country": "", "holidays": "christmas"},
        {"country": "XX"},
    ],
)
def test_a_calendar_that_can_not_be_counted_with_is_refused(small_house, admin, wrong):
    admin.get("/studio/calendar/edit/?id=1")
    admin.post("/studio/calendar/edit/?id=1", **{**filled(admin.page), **wrong})
    assert admin.status == 200, wrong
    assert "ds-error-summary" in admin.text
    with session_of(small_house) as session:
        assert session.get(Calendar, 1).timezone == "Europe/Oslo"


def test_an_address_that_is_none_and_a_link_that_is_none_are_refused(small_house, admin):
    path = f"/studio/person/edit/?id={id_of(small_house, Row, name='desk')}"
    admin.get(path)
    admin.post(path, **{**filled(admin.page), "mail": "a@b.example, evil@x.example"})
    assert admin.status == 200
    path = f"/studio/area/edit/?id={id_of(small_house, Area, name='repairs')}"
    admin.get(path)
    admin.post(path, **{**filled(admin.page), "door_url": "javascript:alert(1)"})
    assert admin.status == 200
    assert "https://" in admin.text


def test_nobody_makes_a_second_calendar_or_takes_the_only_one_away(admin):
    assert admin.get("/studio/calendar/new/").status_code == 404
    assert admin.get("/studio/calendar/delete/?id=1").status_code == 404


def test_a_mail_text_is_kept_word_for_word(small_house, admin):
    path = f"/studio/mail/edit/?id={id_of(small_house, MailText, name='receipt')}"
    admin.get(path)
    body = "Hei {number}\n\n<b>7*7</b> {link}"
    admin.post(path, **{**filled(admin.page), "body-nb": body})
    assert admin.status == 302
    with session_of(small_house) as session:
        assert session.scalar(select(MailText).where(MailText.name == "receipt")).body["nb"] == body
