"""Who somebody is here after the provider has said who they are there."""

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from model import Identity, Person
from tests.house import session_of
from tests.login.visitor import Visitor
from tests.web.english import English

MATCH = "eduPersonPrincipalName"


@pytest.fixture
def house(joined, url, tmp_path):
    """Joined to the provider, on each kind of database."""
    return joined(url, tmp_path, OIDC_KIND="eduPersonPrimaryAffiliation")


def facts(app, mail="new@stud.example"):
    """(user name, roles, kind of person) of the account with that address."""
    with session_of(app) as session:
        user = session.scalar(select(User).where(User.email == mail))
        return user and (user.username, sorted(role.name for role in user.roles), user.person.kind)


def identities(app):
    with session_of(app) as session:
        rows = session.execute(select(Identity.sub, User.username).join(User).order_by(Identity.sub))
        return [tuple(row) for row in rows]


def mail_of(app, name):
    with session_of(app) as session:
        return session.scalar(select(User.email).where(User.username == name))


def test_a_first_login_makes_an_account_for_one_who_reports_and_a_second_finds_it(house, provider):
    claims = {"eduPersonPrimaryAffiliation": "student", "given_name": "Student", "family_name": "IDI"}
    provider.says(claims=claims)
    for _ in range(2):
        visitor = Visitor(house)
        visitor.logs_in()
        assert visitor.status == 302, visitor.text
    assert facts(house) == ("new@stud.example", ["Reporter"], "student")
    assert identities(house) == [("subject-1", "new@stud.example")]
    assert visitor.get("/cases/").status_code == 403
    visitor.report()
    assert visitor.status in (200, 302, 303)
    assert "lecture" not in visitor.text


def test_a_new_address_at_the_provider_is_still_the_same_person(house, provider):
    Visitor(house).logs_in()
    provider.says(claims={"email": "other@stud.example"})
    Visitor(house).logs_in()
    assert identities(house) == [("subject-1", "new@stud.example")]


def test_the_same_subject_of_another_issuer_is_somebody_else(house, provider):
    with session_of(house) as session:
        admin = session.scalar(select(User).where(User.username == "admin"))
        session.add(Identity(issuer="https://other.example", sub="subject-1", user=admin, at=func.now()))
        session.commit()
    visitor = Visitor(house)
    visitor.logs_in()
    assert visitor.get("/users/list/").status_code == 403
    assert len(identities(house)) == 2


@pytest.mark.parametrize("where", ["claims", "more"])
def test_somebody_who_is_here_is_found_by_the_claim_wherever_it_is_told(house, provider, where):
    told = {where: {MATCH: mail_of(house, "quality_ie").upper()}}
    provider.says(**told)
    visitor = Visitor(house)
    visitor.logs_in("/cases/")
    assert identities(house) == [("subject-1", "quality_ie")]
    assert visitor.get("/cases/").status_code == 200


def test_a_claim_with_several_values_finds_by_each(house, provider):
    provider.says(claims={MATCH: ["one@example.org", "desk"]})
    Visitor(house).logs_in()
    assert identities(house) == [("subject-1", "desk")]


def test_one_person_is_never_joined_to_two_subjects(house, provider):
    provider.says(claims={MATCH: "desk"})
    Visitor(house).logs_in()
    provider.says(sub="subject-2", claims={MATCH: "desk"})
    visitor = Visitor(house)
    visitor.logs_in()
    assert identities(house) == [("subject-1", "desk"), ("subject-2", "new@stud.example")]
    assert visitor.get("/cases/").status_code == 403


@pytest.mark.parametrize(("proved", "joined_to"), [(True, "desk"), (False, None), (None, None), ("true", None)])
def test_an_address_joins_only_where_the_provider_has_seen_it_proved(
    joined, sqlite_url, tmp_path, provider, proved, joined_to
):
    app = joined(sqlite_url, tmp_path, OIDC_MATCH="email")
    provider.says(claims={"email": mail_of(app, "desk"), "email_verified": proved})
    visitor = Visitor(app)
    visitor.logs_in()
    assert [name for _, name in identities(app)] == ([joined_to] if joined_to else [])
    if not joined_to:
        assert visitor.status == 403
        assert "has your e-mail address already" in visitor.text


def test_a_visitor_s_address_joins_nobody(house, provider):
    with session_of(house) as session:
        session.add(Person(mail="typed@stud.example", guest=True))
        session.commit()
    provider.says(claims={MATCH: "typed@stud.example"})
    Visitor(house).logs_in()
    assert identities(house) == [("subject-1", "new@stud.example")]


@pytest.mark.parametrize(("name", "role"), [("quality_ie", "Staff"), ("student_idi", "Reporter")])
def test_a_person_without_an_account_gets_one_that_opens_what_their_function_needs(house, provider, name, role):
    with session_of(house) as session:
        person = session.scalar(select(Person).where(Person.name == name))
        user, person.user = person.user, None
        session.flush()
        user.email, user.username = "old@example.org", "old"
        session.commit()
        mail = person.mail
    provider.says(claims={MATCH: mail})
    Visitor(house).logs_in()
    assert facts(house)[1] == [role]
    with session_of(house) as session:
        assert session.scalar(select(Person).where(Person.name == name)).user.email == "new@stud.example"


@pytest.mark.parametrize("mail", [None, "", "no address", 7, ["a@stud.example"]])
def test_f32_without_an_address_nobody_is_let_in_for_the_first_time(app, provider, mail):
    provider.says(claims={"email": mail})
    visitor = Visitor(app)
    visitor.logs_in()
    assert visitor.status == 403
    assert "did not tell us your e-mail address" in visitor.text
    assert identities(app) == []


def test_whoever_is_known_needs_no_address(app, provider):
    Visitor(app).logs_in()
    provider.says(claims={"email": None})
    assert Visitor(app).logs_in().status_code == 302


def test_f32_a_role_that_the_provider_claims_opens_nothing(house, provider):
    Visitor(house).logs_in()
    claimed = {
        "eduPersonPrimaryAffiliation": "employee",
        "roles": ["Admin"],
        "role_keys": ["Admin"],
        "groups": ["Admin"],
    }
    provider.says(claims=claimed)
    visitor = Visitor(house)
    visitor.logs_in()
    assert facts(house) == ("new@stud.example", ["Reporter"], "employee")
    assert visitor.get("/users/list/").status_code == 403
    assert visitor.get("/cases/").status_code == 403


def test_f32_a_kind_that_the_provider_claims_takes_nothing_from_a_handler(house, provider):
    provider.says(claims={MATCH: "quality_ie", "eduPersonPrimaryAffiliation": "student"})
    Visitor(house).logs_in()
    mail = mail_of(house, "quality_ie")
    assert facts(house, mail) == ("quality_ie", ["Staff"], "")


@pytest.mark.parametrize("known", [True, False])
def test_f30_a_closed_account_stays_closed_for_the_provider(app, provider, known):
    provider.says(claims={MATCH: "desk"})
    if known:
        Visitor(app).logs_in()
    with session_of(app) as session:
        session.scalar(select(User).where(User.username == "desk")).active = False
        session.commit()
    visitor = Visitor(app)
    visitor.logs_in()
    assert visitor.status == 403
    assert "closed" in visitor.text
    assert len(identities(app)) == known


def test_an_account_that_is_deleted_takes_its_subject_along(house):
    Visitor(house).logs_in()
    with session_of(house) as session:
        session.execute(Person.__table__.delete().where(Person.mail == "new@stud.example"))
        session.commit()
        user = session.scalar(select(User).where(User.email == "new@stud.example"))
        session.delete(user)
        session.commit()
    assert identities(house) == []


def test_passwords_still_open_local_accounts(app):
    assert English(app, "admin").get("/users/list/").status_code == 200
