"""After the right password: a code of an app or of paper, a password of one's own, and beginning with codes."""

import base64
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from app.web import second
from model import GivenPassword, RecoveryCode, SecondFactor
from tests.house import make_app, session_of
from tests.web.english import English as Person

PASSWORD = "avviksflyt"
OWN = "gullfisk i taket"
PAPER = re.compile(r"<code>((?:[A-Z2-9]{4}-){3}[A-Z2-9]{4})</code>")
SPELLED = re.compile(r"<code>((?:[A-Z2-7]{4} ?)+)</code>")


def at(clock, seconds):
    """The code that an app shows so many seconds from now."""
    return pyotp.TOTP(clock).at(datetime.now(UTC) + timedelta(seconds=seconds))


def set_up(person, path="/login/second", **answers):
    """Begin with codes; gives the app's secret and the codes on paper."""
    person.get(path)
    secret = SPELLED.search(person.text)[1].replace(" ", "")
    person.post(path, code=at(secret, 0), **answers)
    return secret, PAPER.findall(person.text)


@pytest.fixture
def house(small_house):
    """The database makes no difference here, but where two come at once."""
    return small_house


@pytest.fixture
def coded(house):
    """Somebody with codes: the application, the app's secret, the codes on paper."""
    secret, paper = set_up(Person(house, "desk"), current=PASSWORD)
    return house, secret, paper


def half(house, name="desk", target="/cases/"):
    person = Person(house)
    person.get(f"/login/?next={target}")
    person.post(f"/login/?next={target}", username=name, password=PASSWORD)
    return person


def is_in(person):
    return person.client.get("/users/userinfo/").status_code == 200


def passed(house, seconds):
    """Let the app's last code be so much older."""
    with session_of(house) as session:
        session.execute(update(SecondFactor).values(last_step=SecondFactor.last_step - seconds // second.STEP))
        session.commit()


def test_the_password_alone_no_longer_logs_in_and_the_way_goes_on_after_the_code(coded):
    house, secret, _ = coded
    person = half(house)
    assert person.page.location == "/login/code"
    assert not is_in(person)
    person.follow()
    assert "Six digits from the app" in person.text
    passed(house, 60)
    person.post("/login/code", code=at(secret, 0))
    assert person.page.location == "/cases/"
    assert is_in(person)


@pytest.mark.parametrize(("seconds", "counts"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_code_counts_for_its_half_minute_and_for_those_beside_it(coded, seconds, counts):
    house, secret, _ = coded
    passed(house, 3600)
    person = half(house)
    person.follow()
    person.post("/login/code", code=at(secret, seconds))
    assert is_in(person) is counts


def test_a_code_counts_once_also_for_two_at_once(url, tmp_path):
    house = make_app(url, tmp_path)
    secret, _ = set_up(Person(house, "desk"), current=PASSWORD)
    people = [half(house), half(house)]
    passed(house, 60)
    for person in people:
        person.follow()
    code = at(secret, 0)
    with ThreadPoolExecutor(2) as hands:
        list(hands.map(lambda person: person.post("/login/code", code=code), people))
    assert sorted(is_in(person) for person in people) == [False, True]


def test_codes_with_blanks_and_small_letters_are_the_same_codes(coded):
    house, secret, paper = coded
    passed(house, 60)
    digits = at(secret, 0)
    one, other = half(house), half(house)
    one.follow()
    one.post("/login/code", code=f" {digits[:3]} {digits[3:]} ")
    other.follow()
    other.post("/login/code", code=paper[0].lower().replace("-", " "))
    assert is_in(one)
    assert is_in(other)


def test_a_code_on_paper_opens_once_and_is_kept_as_a_digest(coded):
    house, _, paper = coded
    assert len(set(paper)) == second.PAPER
    with session_of(house) as session:
        assert not set(session.scalars(select(RecoveryCode.key))) & {each.replace("-", "") for each in paper}
    first, again = half(house), half(house)
    for person in (first, again):
        person.follow()
        person.post("/login/code", code=paper[3])
    assert is_in(first)
    assert again.status == 401
    assert "wrong or used" in again.text
    assert not is_in(again)
    with session_of(house) as session:
        assert session.scalar(select(func.count()).select_from(RecoveryCode)) == second.PAPER - 1


def test_somebody_elses_code_on_paper_opens_nothing(coded):
    house, _, _ = coded
    _, theirs = set_up(Person(house, "quality_ie"), current=PASSWORD)
    person = half(house)
    person.follow()
    person.post("/login/code", code=theirs[0])
    assert not is_in(person)


@pytest.mark.parametrize("code", ["", "000000", "१२३४५६", "x" * 3000, "\0", "12345"])
def test_a_wrong_code_is_told_and_logs_nobody_in(coded, code):
    person = half(coded[0])
    person.follow()
    person.post("/login/code", code=code)
    assert person.status == (401 if code else 200)
    assert not is_in(person)


def test_after_five_wrong_codes_a_right_one_opens_nothing_until_a_while_has_passed(coded):
    house, secret, paper = coded
    passed(house, 3600)
    person = half(house)
    person.follow()
    for _ in range(second.TRIES):
        person.post("/login/code", code="000000")
    assert "You can try again from" in person.text
    for right in (at(secret, 0), paper[0]):
        person.post("/login/code", code=right)
        assert not is_in(person)
    with session_of(house) as session:
        session.execute(update(SecondFactor).values(shut_until=datetime.now(UTC)))
        session.commit()
    person.post("/login/code", code=at(secret, 0))
    assert is_in(person)


def test_four_wrong_codes_shut_nothing_and_a_right_one_begins_the_count_anew(coded):
    house, _, paper = coded
    for right in paper[:2]:
        person = half(house)
        person.follow()
        for _ in range(second.TRIES - 1):
            person.post("/login/code", code="000000")
        person.post("/login/code", code=right)
        assert is_in(person)


def test_wrong_codes_count_together_with_wrong_passwords(sqlite_url, tmp_path):
    house = make_app(sqlite_url, tmp_path, RATELIMIT_ENABLED=True, LOGIN_LIMIT="3 per hour")
    set_up(Person(house, "desk"), current=PASSWORD)
    person = half(house)
    person.follow()
    assert [person.post("/login/code", code="000000").status_code for _ in range(3)] == [401] * 3
    assert person.post("/login/code", code="000000").status_code == 429
    assert (
        Person(house).client.post("/api/v1/security/login", json={"username": "a", "password": "b"}).status_code == 429
    )


def test_halfway_ends_after_ten_minutes_with_a_new_password_and_with_the_account(coded, monkeypatch):
    house, _, paper = coded
    for spoil in ({"at": 0}, {"seal": "another"}, {"user": 10**6}):
        person = half(house)
        with person.client.session_transaction() as session:
            session["halfway"] = {**session["halfway"], **spoil}
        person.get("/login/code")
        assert person.page.location == "/login/", spoil
    person = half(house)
    person.follow()
    with session_of(house) as session:
        session.execute(update(User).where(User.username == "desk").values(active=False))
        session.commit()
    person.post("/login/code", code=paper[0])
    assert not is_in(person)


@pytest.mark.parametrize("path", ["/login/code", "/login/password", "/login/second"])
def test_without_a_password_before_it_a_step_leads_to_the_login_page(house, path):
    person = Person(house)
    assert person.get(path).location.startswith("/login/")
    person.get("/login/")
    assert person.post(path, code="000000").location.startswith("/login/")


def test_nobody_chooses_a_password_before_the_code_that_is_asked_for(coded):
    house = coded[0]
    person = half(house)
    assert person.get("/login/password").location == "/login/code"
    person.get("/login/code")
    assert person.post("/login/password", password=OWN, conf_password=OWN).location == "/login/code"
    assert half(house).page.location == "/login/code", "the password is as it was"


@pytest.mark.parametrize("path", ["/login/code", "/login/password"])
def test_whoever_is_logged_in_has_no_step_before_them(house, path):
    assert Person(house, "desk").get(path).location == "/login/"


# -- beginning with codes --------------------------------------------------------


def test_the_picture_holds_what_the_letters_say_and_the_secret_is_kept_encrypted(house, monkeypatch):
    drawn = []
    monkeypatch.setattr(second, "picture", lambda told, label: drawn.append(told) or "drawn")
    secret, paper = set_up(Person(house, "desk"), current=PASSWORD)
    asked = urlsplit(drawn[-1])
    assert (asked.scheme, asked.netloc) == ("otpauth", "totp")
    assert parse_qs(asked.query) == {"secret": [secret], "issuer": ["Avviksflyt"]}
    assert len(base64.b32decode(secret)) == second.BYTES
    assert len(paper) == second.PAPER
    with session_of(house) as session:
        assert secret not in session.scalars(select(SecondFactor.sealed)).one()


def test_it_takes_the_password_and_a_fitting_code(house):
    person = Person(house, "desk")
    person.get("/login/second")
    secret = SPELLED.search(person.text)[1].replace(" ", "")
    wrong = [{"current": "wrong", "code": at(secret, 0)}, {"current": PASSWORD, "code": "000000"}]
    for answers in wrong:
        person.post("/login/second", **answers)
        assert person.status == 401
        assert not PAPER.findall(person.text)
    with session_of(house) as session:
        assert session.scalars(select(SecondFactor)).all() == []
    person.post("/login/second", current=PASSWORD, code=at(secret, 0))
    assert len(PAPER.findall(person.text)) == second.PAPER


def test_looking_keeps_nothing_and_each_browser_is_offered_its_own_secret(house):
    offered = set()
    for name in ("desk", "desk", "quality_ie"):
        person = Person(house, name)
        for _ in range(2):
            person.get("/login/second")
            offered.add(SPELLED.search(person.text)[1])
    assert len(offered) == 3
    with session_of(house) as session:
        assert session.scalars(select(SecondFactor)).all() == []


def test_no_browser_keeps_the_page_with_the_secret(sqlite_url, tmp_path):
    person = half(make_app(sqlite_url, tmp_path, SECOND_FACTOR=True))
    assert person.follow().headers["Cache-Control"] == "no-store"


def test_other_logins_end_when_codes_begin_and_this_one_goes_on(house):
    other, person = Person(house, "desk"), Person(house, "desk")
    set_up(person, current=PASSWORD)
    assert not is_in(other)
    assert is_in(person)


def test_a_secret_made_before_the_installations_own_was_changed_still_counts(coded, tmp_path):
    house, secret, _ = coded
    passed(house, 3600)
    kept = house.config["DATABASE_URL"]
    later = make_app(kept, tmp_path, SECRET_KEY="a new one", SECRET_KEY_OLD=("older", "a secret for tests"))
    person = half(later)
    person.follow()
    person.post("/login/code", code=at(secret, 0))
    assert is_in(person)


def test_where_everybody_must_have_codes_the_first_login_begins_them(sqlite_url, tmp_path):
    house = make_app(sqlite_url, tmp_path, SECOND_FACTOR=True)
    person = half(house)
    assert person.page.location == "/login/second"
    assert not is_in(person)
    _, paper = set_up(person)
    assert len(paper) == second.PAPER
    assert 'href="/cases/"' in person.text
    assert is_in(person)
    again = half(house)
    assert again.page.location == "/login/code"
    again.get("/login/second")
    assert again.page.location == "/login/code"


def test_codes_are_set_up_only_once(coded):
    house, _, paper = coded
    person = half(house)
    person.follow()
    person.post("/login/code", code=paper[0])
    assert person.get("/login/second").location == "/login/own/codes"


# -- a password that somebody else chose ----------------------------------------


def given(house, name="quality_ie", **more):
    """Let an administrator set somebody's password."""
    with session_of(house) as session:
        pk = session.scalar(select(User.id).where(User.username == name))
    admin = Person(house, "admin")
    admin.get(f"/resetpassword/form?pk={pk}")
    admin.post(f"/resetpassword/form?pk={pk}", password=PASSWORDS[0], conf_password=PASSWORDS[0], **more)
    assert admin.status == 302, admin.text
    person = Person(house)
    person.get("/login/")
    person.post("/login/", username=name, password=PASSWORDS[0])
    return person


PASSWORDS = ("sju lyse netter hos onkel", "åtte mørke dager hos tante")


def test_a_password_that_somebody_else_chose_is_changed_at_the_first_login(house):
    person = given(house)
    assert person.page.location == "/login/password"
    assert not is_in(person)
    person.follow()
    person.post("/login/password", password="123", conf_password="123")
    assert "at least 8" in person.text
    assert not is_in(person)
    person.post("/login/password", password=PASSWORDS[1], conf_password=PASSWORDS[1])
    assert person.page.location == "/home/"
    assert is_in(person)
    again = Person(house)
    again.get("/login/")
    again.post("/login/", username="quality_ie", password=PASSWORDS[1])
    assert is_in(again)


def test_a_new_account_begins_with_a_password_of_its_owners(house):
    admin = Person(house, "admin")
    admin.get("/users/add")
    new = {"first_name": "New", "last_name": "One", "username": "new", "email": "new@ntnu.example", "active": "y"}
    with session_of(house) as session:
        role = session.scalars(select(User).where(User.username == "desk")).one().roles[0].id
    admin.post("/users/add", **new, roles=str(role), password=PASSWORDS[0], conf_password=PASSWORDS[0])
    assert admin.status == 302, admin.text
    person = Person(house)
    person.get("/login/")
    person.post("/login/", username="new", password=PASSWORDS[0])
    assert person.page.location == "/login/password"


def test_it_opens_nothing_after_two_weeks(house):
    given(house)
    with session_of(house) as session:
        session.execute(update(GivenPassword).values(at=datetime.now(UTC) - timedelta(days=14, seconds=1)))
        session.commit()
    person = Person(house)
    person.get("/login/")
    person.post("/login/", username="quality_ie", password=PASSWORDS[0])
    assert person.status == 401
    assert "Ask for a new one" in person.text


def test_ones_own_change_asks_for_nothing_more(house):
    person = Person(house, "desk")
    person.get("/resetmypassword/form")
    person.post("/resetmypassword/form", current=PASSWORD, password=OWN, conf_password=OWN)
    with session_of(house) as session:
        assert session.scalars(select(GivenPassword)).all() == []


def test_codes_go_with_the_lost_phone_and_only_then(house):
    for lost, next_page in ((None, "/login/code"), ("y", "/login/password")):
        if lost is None:
            set_up(Person(house, "quality_ie"), current=PASSWORD)
        assert given(house, lost=lost).page.location == next_page


def test_a_command_prints_a_password_for_one_login_and_takes_codes_away(coded):
    house = coded[0]
    run = house.test_cli_runner().invoke
    assert run(args=["person", "new-password", "nobody"]).exit_code == 1
    told = run(args=["person", "new-password", "desk"])
    assert told.exit_code == 0, told.output
    person = Person(house)
    person.get("/login/")
    person.post("/login/", username="desk", password=told.output.strip())
    assert person.page.location == "/login/password"
    assert run(args=["person", "new-password", "desk"]).output != told.output


# -- programs, and what is told ---------------------------------------------------


def test_programs_send_the_code_and_begin_nothing(coded):
    house, secret, _ = coded
    passed(house, 3600)
    client = house.test_client()

    def sign_in(**more):
        return client.post("/api/v1/security/login", json={"username": "desk", "password": PASSWORD, **more})

    assert sign_in().status_code == 401
    assert sign_in(code="000000").status_code == 401
    code = at(secret, 0)
    assert sign_in(code=code).status_code == 200
    assert sign_in(code=code).status_code == 401
    given(house)
    wrong = client.post("/api/v1/security/login", json={"username": "quality_ie", "password": PASSWORDS[0]})
    assert wrong.status_code == 401
    assert "login page first" in wrong.get_data(as_text=True).replace("\\u201c", "“") or wrong.json


def test_each_of_it_is_told_to_the_log_by_number(house):
    with capture_logs() as logs:
        secret, _ = set_up(Person(house, "desk"), current=PASSWORD)
        person = half(house)
        person.follow()
        person.post("/login/code", code="000000")
        passed(house, 60)
        person.post("/login/code", code=at(secret, 0))
        person.get("/login/own/codes")
        person.post("/login/own/codes", current=PASSWORD)
    told = [each["event"] for each in logs if "sender" in each]
    assert told == ["login", "codes_on", "code_refused", "login", "codes_off"]
