import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from model import ConfigurationEntry, Role
from model import Person as Row
from tests.house import session_of
from tests.studio.forms import filled, journal, send
from tests.web.english import English as Person

NUMBERS = re.compile(r"to “Number (\d+)\.”")
OLDER = re.compile(r"href=\"([^\"]*before=\d+)\"")
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def admin(small_house):
    return Person(small_house, "admin")


def of(app, model, **wanted):
    with session_of(app) as session:
        return session.scalar(select(model.id).filter_by(**wanted))


def test_every_save_is_told_with_who_and_from_what_to_what(small_house, admin):
    pk = of(small_house, Role, name="dean")
    send(admin, f"/studio/role/edit/?id={pk}", **{"label-en": "Head of faculty"})
    page = admin.get("/studio/history/").get_data(as_text=True)
    assert "Administrator" in page
    assert "from “Dean”" in page
    assert "to “Head of faculty”" in page
    assert f"/studio/role/edit/?id={pk}" in page
    assert "/studio/history/?table=role&amp;key=dean" in admin.get(f"/studio/role/edit/?id={pk}").get_data(as_text=True)


def test_a_form_that_is_refused_or_changes_nothing_leaves_no_line(small_house, admin):
    path = f"/studio/role/edit/?id={of(small_house, Role, name='dean')}"
    send(admin, path)
    send(admin, path, **{"label-en": ""})
    assert admin.status == 200
    assert journal(small_house) == []


def test_a_mail_address_is_said_to_be_changed_and_never_written_down(small_house, admin):
    path = f"/studio/person/edit/?id={of(small_house, Row, name='desk')}"
    admin.get(path)
    old = filled(admin.page)["mail"][0]
    admin.post(path, **{**filled(admin.page), "mail": "another@desk.example"})
    assert admin.status == 302, admin.text
    ((_, _, _, before, after),) = journal(small_house)
    assert (before, after) == ({"mail": "changed"}, {"mail": "changed"})
    page = admin.get("/studio/history/").get_data(as_text=True)
    assert "E-mail</b>: changed" in page
    for address in (old, "another@desk.example"):
        assert address not in page


def test_days_away_and_new_and_deleted_rows_are_told(small_house, admin):
    path = f"/studio/person/edit/?id={of(small_house, Row, name='dean_iv')}"
    send(admin, path, **{"away-0-from": "2030-01-02", "away-0-until": "2030-01-09"})
    send(admin, "/studio/person/new/", name="somebody", label="Someone", mail="some@body.example")
    assert admin.status == 302, admin.text
    path = f"/studio/person/delete/?id={of(small_house, Row, name='somebody')}"
    admin.get(path)
    admin.post(path, save="now")
    assert [entry[1:3] for entry in journal(small_house)] == [
        ("person", "change"),
        ("person", "add"),
        ("person", "remove"),
    ]
    page = admin.get("/studio/history/").get_data(as_text=True)
    assert "2 Jan 2030 to 9 Jan 2030" in page
    assert "+ Added" in page
    assert "− Deleted" in page
    assert "some@body.example" not in page


def test_the_journal_is_narrowed_to_a_setting_a_row_and_a_person(small_house, admin):
    for name in ("dean", "intake"):
        pk = of(small_house, Role, name=name)
        send(admin, f"/studio/role/edit/?id={pk}", **{"label-en": f"Changed {name}"})
    me = of(small_house, Row, name="admin")
    narrowed = admin.get("/studio/history/?table=role&key=dean").get_data(as_text=True)
    assert "to “Changed dean”" in narrowed
    assert "to “Changed intake”" not in narrowed
    assert "to “Changed intake”" in admin.get(f"/studio/history/?who={me}").get_data(as_text=True)
    for none in ("?table=unit", "?who=999999", "?before=1"):
        assert "No setting has been changed yet" in admin.get(f"/studio/history/{none}").get_data(as_text=True)
    for odd in ("?table=x&key=%00", "?table=role&key=%00", "?who=x", "?before=-1", "?before=99999999999999999999"):
        assert admin.get(f"/studio/history/{odd}").status_code == 200, odd


def test_older_lines_are_reached_page_by_page_and_each_is_shown_once(small_house, admin):
    with session_of(small_house) as session:
        first = {"table": "role", "key": "dean", "operation": "change"}
        rows = session.scalar(select(Row.id).where(Row.name == "admin"))
        for number in range(120):
            texts = {"before": {"label": {"en": "Same"}}, "after": {"label": {"en": f"Number {number}."}}}
            session.add(ConfigurationEntry(**first, **texts, actor_id=rows, at=NOW, reason="edition 7"))
        session.commit()
    found, path = [], "/studio/history/?table=role"
    while path:
        admin.get(path)
        found += NUMBERS.findall(admin.text)
        older = OLDER.search(admin.page.get_data(as_text=True))
        path = older and older[1].replace("&amp;", "&")
    assert found == [str(number) for number in reversed(range(120))]
    assert "edition 7" in admin.text


def test_a_file_read_by_a_command_is_told_without_a_person(small_house, admin, tmp_path):
    run = small_house.test_cli_runner().invoke
    file = tmp_path / "all.yaml"
    assert run(args=["organisation", "export", str(file)]).exit_code == 0
    file.write_text(file.read_text().replace("en: Dean}", "en: Head of faculty}"))
    done = run(args=["organisation", "import", str(file)])
    assert done.exit_code == 0, done.output
    assert [entry[1:3] for entry in journal(small_house)] == [("role", "change")]
    page = admin.get("/studio/history/").get_data(as_text=True)
    assert "the system" in page
    assert "all.yaml" in page
