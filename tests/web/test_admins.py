import pytest
from flask_appbuilder.security.sqla.models import Group, Role, User
from sqlalchemy import select

from tests.house import session_of
from tests.web.english import English as Person


@pytest.fixture
def admin(small_house):
    return Person(small_house, "admin")


def pk(app, model, **wanted):
    with session_of(app) as session:
        return session.scalar(select(model.id).filter_by(**wanted))


def user_form(app, name, **changed):
    with session_of(app) as session:
        user = session.scalar(select(User).where(User.username == name))
        roles, groups = [str(role.id) for role in user.roles], [str(group.id) for group in user.groups]
        kept = {"first_name": user.first_name, "username": name, "email": user.email, "active": "y"}
    return {**kept, "roles": roles, "groups": groups, **changed}


def told(person):
    return person.text if person.status == 200 else person.follow().get_data(as_text=True)


@pytest.mark.parametrize("taken", ["active", "roles"])
def test_the_last_administrator_is_not_locked_out(small_house, admin, taken):
    change = {"active": None} if taken == "active" else {"roles": [str(pk(small_house, Role, name="Staff"))]}
    path = f"/users/edit/{pk(small_house, User, username='admin')}"
    admin.get(path)
    admin.post(path, **user_form(small_house, "admin", **change))
    assert "nobody could administer" in told(admin)
    assert admin.get("/users/list/").status_code == 200


def test_the_last_administrator_is_not_deleted(small_house, admin):
    with session_of(small_house) as session:
        session.scalar(select(User).where(User.username == "admin")).person.user_id = None
        session.commit()
    path = f"/users/delete/{pk(small_house, User, username='admin')}"
    admin.get(path)
    admin.post(path)
    assert "nobody could administer" in told(admin)
    assert pk(small_house, User, username="admin")


def test_the_administrators_access_keeps_its_name_and_what_lets_others_in(small_house, admin):
    path = f"/roles/edit/{pk(small_house, Role, name='Admin')}"
    for answers in ({"name": "Other"}, {"name": "Admin", "permissions": []}):
        admin.get(path)
        admin.post(path, **answers)
        assert "nobody could administer" in told(admin)
    assert admin.get("/users/list/").status_code == 200


def test_a_group_that_makes_the_last_administrator_stays(small_house, admin):
    with session_of(small_house) as session:
        role = session.scalar(select(Role).where(Role.name == "Admin"))
        user = session.scalar(select(User).where(User.username == "admin"))
        session.add(Group(name="admins", label="", description="", roles=[role], users=[user]))
        user.roles = []
        session.commit()
        one, other = str(user.id), str(role.id)
    group = pk(small_house, Group, name="admins")
    for answers in ({"roles": [], "users": [one]}, {"roles": [other], "users": []}):
        admin.get(f"/groups/edit/{group}")
        admin.post(f"/groups/edit/{group}", name="admins", label="", description="", **answers)
        assert "nobody could administer" in told(admin)
    assert admin.get("/users/list/").status_code == 200


def test_one_of_two_administrators_may_go(small_house, admin):
    role = str(pk(small_house, Role, name="Admin"))
    path = f"/users/edit/{pk(small_house, User, username='desk')}"
    admin.get(path)
    admin.post(path, **user_form(small_house, "desk", roles=[role]))
    assert admin.status == 302
    path = f"/users/edit/{pk(small_house, User, username='admin')}"
    admin.get(path)
    admin.post(path, **user_form(small_house, "admin", active=None))
    assert admin.status == 302
    with session_of(small_house) as session:
        assert not session.scalar(select(User.active).where(User.username == "admin"))
