import re

import pytest
from flask_appbuilder.security.sqla.models import Group, Role, User
from sqlalchemy import func, select

from model import Area, Assignment, MailText, RoutingRow, Unit
from model import Person as Row
from model import Role as Function
from tests.house import session_of
from tests.web.english import English as Person

TABLES = (User, Role, Group, Unit, Area, Function, Row, Assignment, RoutingRow, MailText)


def counts(app):
    with session_of(app) as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in TABLES]


def routes(app):
    """Every GET address of the generated screens, with 1 where a key stands."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    paths = {re.sub(r"<[^>]*>", "1", rule.rule) for rule in rules}
    return sorted(paths | {f"{path}?id=1" for path in paths if path.startswith("/studio/")})


def loose_rows(app):
    """Make a row of every kind that nothing uses; give the addresses that delete them."""
    with session_of(app) as session:
        named = {"groups": Group(name="loose"), "roles": Role(name="Loose")}
        named["users"] = User(first_name="L", last_name="", username="loose", email="loose@x.example", active=True)
        kept = {"mail": MailText(name="loose", subject={}, body={})}
        kept["person"] = Row(name="loose", label="Loose", mail="loose@x.example")
        session.add_all([*named.values(), *kept.values()])
        session.commit()
        paths = [f"/{page}/delete/{row.id}" for page, row in named.items()]
        return paths + [f"/studio/{page}/delete/?id={row.id}" for page, row in kept.items()]


def test_no_get_changes_anything(small_house):
    loose = loose_rows(small_house)
    person = Person(small_house, "admin")
    before = counts(small_house)
    for path in (*routes(small_house), *loose):
        answer = person.get(path)
        assert answer.status_code != 500, f"{path}: {answer.status_code}"
    assert counts(small_house) == before
    for path in loose:
        person.get(path)
        person.post(path)
    assert sum(counts(small_house)) == sum(before) - len(loose)


def test_a_post_without_its_token_changes_nothing_and_says_so(small_house):
    person = Person(small_house, "admin")
    before = counts(small_house)
    for path in ("/users/delete/3", "/groups/add", "/studio/mail/delete/?id=1", "/logout/"):
        answer = person.client.post(path, data={"name": "x"})
        assert answer.status_code == 400
        assert "Nothing is saved" in answer.get_data(as_text=True)
    assert counts(small_house) == before
    assert person.get("/users/list/").status_code == 200


def test_a_group_is_added_changed_and_deleted(small_house):
    person = Person(small_house, "admin")
    person.get("/groups/add")
    person.post("/groups/add", name="night", label="Night shift")
    assert person.status == 302
    shown = person.follow().get_data(as_text=True)
    assert "Night shift" in shown
    assert "Saved." in shown
    pk = person.page.request.path.rsplit("/", 1)[1]
    person.get(f"/groups/edit/{pk}")
    person.post(f"/groups/edit/{pk}", name="night", label="Late shift")
    assert "Late shift" in person.follow().get_data(as_text=True)
    person.get(f"/groups/delete/{pk}")
    person.post(f"/groups/delete/{pk}")
    assert person.get(f"/groups/show/{pk}").status_code == 404


def test_what_is_missing_is_told_at_its_field_and_kept_answers_stay(small_house):
    person = Person(small_house, "admin")
    person.get("/groups/add")
    person.post("/groups/add", name="", label="Night shift")
    assert 'href="#name"' in person.text
    assert 'aria-invalid="true"' in person.text
    assert 'value="Night shift"' in person.text


def test_a_clash_is_told_in_words_and_keeps_the_database_whole(small_house):
    person = Person(small_house, "admin")
    for _ in range(2):
        person.get("/groups/add")
        person.post("/groups/add", name="same")
    assert person.status == 200
    assert not re.search("IntegrityError|INSERT|UNIQUE", person.text)


def test_what_is_in_use_stays(small_house):
    person = Person(small_house, "admin")
    with session_of(small_house) as session:
        role = session.scalar(select(Role.id).where(Role.name == "Staff"))
        user = session.scalar(select(User.id).where(User.username == "desk"))
    before = counts(small_house)
    for path in (f"/roles/delete/{role}", f"/users/delete/{user}"):
        person.get(path)
        person.post(path)
        assert "ds-alert" in person.follow().get_data(as_text=True)
    assert counts(small_house) == before


def test_a_user_without_a_last_name_can_be_changed(small_house):
    person = Person(small_house, "admin")
    with session_of(small_house) as session:
        user = session.scalar(select(User).where(User.username == "desk"))
        pk, roles = user.id, [str(role.id) for role in user.roles]
    person.get(f"/users/edit/{pk}")
    person.post(
        f"/users/edit/{pk}", first_name="Front", username="desk", email="desk@x.example", active="y", roles=roles
    )
    assert person.status == 302
    assert "desk@x.example" in person.follow().get_data(as_text=True)


@pytest.mark.parametrize("name", ["desk", "student_idi", None])
def test_only_those_with_the_permission_see_accounts(small_house, name):
    person = Person(small_house, name)
    for path in ("/users/list/", "/users/show/1", "/users/edit/1", "/users/delete/1", "/roles/list/", "/groups/add"):
        assert person.get(path).status_code == (403 if name else 302), path
    before = counts(small_house)
    person.get("/logout/")
    token = person.hidden()["csrf_token"]
    for path in ("/users/edit/1", "/users/delete/1", "/groups/add"):
        assert person.post(path, name="x", csrf_token=token).status_code == (403 if name else 302), path
    assert counts(small_house) == before
