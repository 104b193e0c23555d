"""F47: two people with the same form: one saves, the other is told what has changed and loses nothing typed.

Every address that takes a POST is in one of the tables here: with a way to try it out, with the test that does, or with
the reason why nothing can be undone by it. A new address that is in none makes a test fail.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask_appbuilder.security.sqla.models import Group, Role, User
from sqlalchemy import select

from app.outbox import pausing
from model import Area, Assignment, MailText, OutboxPause, Unit
from model import Person as Staff
from model import Role as Function
from tests.house import make_app, session_of
from tests.studio.drafting import another_admin
from tests.studio.forms import drafted, filled
from tests.web.english import English as Person

TESTS = Path(__file__).parents[1]
FORMS = {
    "/studio/unit/edit/": ("unit", "label-en", "First", "Second"),
    "/studio/area/edit/": ("area", "label-en", "First", "Second"),
    "/studio/role/edit/": ("role", "label-en", "First", "Second"),
    "/studio/person/edit/": ("person", "label", "First", "Second"),
    "/studio/assignment/edit/": ("assignment", "ends_on", "2031-01-01", "2032-01-01"),
    "/studio/mail/edit/": ("mail", "subject-en", "First", "Second"),
    "/studio/door/edit/": ("door", "door_url", "https://first.example/", "https://second.example/"),
    "/studio/calendar/edit/": ("calendar", "timezone", "Europe/Stockholm", "Europe/Copenhagen"),
    "/studio/routing/edit/": ("routing", "receiver", "dean", "intake"),
    "/users/edit/<pk>": ("user", "last_name", "First", "Second"),
    "/roles/edit/<pk>": ("access", "name", "First", "Second"),
    "/groups/edit/<pk>": ("group", "label", "First", "Second"),
    "/userinfoeditview/form": ("", "last_name", "First", "Second"),
}
"""Forms about one row: whose, the field, what one writes first, and what the other does."""
LISTS = {f"/studio/{name}/" for name in ("unit", "area", "role", "person", "assignment", "mail", "door")}
"""Lists that can be changed as a form."""
PRESSES = {
    f"/studio/{name}/{what}/"
    for name in ("unit", "area", "role", "person", "assignment", "mail", "door", "calendar", "routing")
    for what in ("delete", "retire")
} | {"/users/delete/<pk>", "/roles/delete/<pk>", "/groups/delete/<pk>"}
"""Buttons about one row: pressed after somebody else has changed the row, they do nothing."""
IN_A_TEST = {
    "/cases/<number>/<name>": "handling/test_moving.py::test_a_form_sent_after_somebody_else_has_moved_the_case",
    "/actions/<number>/<name>": "matrix/test_moves.py::test_every_move_of_an_action_that_is_declared_as_somebodys_happens",
    "/cases/<number>/remove-words": "handling/test_redaction.py::test_f12_a_case_that_moved_meanwhile",
    "/follow/<token>/<transition>": "submit/test_follow.py::test_a_case_that_changed_meanwhile_keeps_the_words",
    "/api/v1/cases/<number>/moves/<transition>": "api/test_moves.py::test_an_old_version_is_told",
    "/api/v1/actions/<number>/moves/<transition>": "api/test_moves.py::test_an_old_version_is_told",
    "/studio/changes/out/": "web/test_lost_updates.py::test_f47_a_change_is_not_taken_out",
    "/held/<int:pk>/release": "submit/test_held.py::test_pressed_at_once_it_is_held_once_and_let_through_once",
    "/held/<int:pk>/delete": "submit/test_held.py::test_pressed_at_once_it_is_held_once_and_let_through_once",
    "/studio/routing/order/": "web/test_lost_updates.py::test_f47_the_order_of_the_routing",
    "/studio/operations/release": "web/test_lost_updates.py::test_f47_the_outbox_is_not_released",
    "/studio/publish/discard": "web/test_lost_updates.py::test_f47_a_draft_is_not_discarded",
    "/studio/publish/ask": "studio/test_publish.py::test_odd_numbers_change_nothing",
    "/studio/publish/approve": "studio/test_publish.py::test_an_approval_counts_only_for_what_was_seen",
    "/studio/publish/map": "studio/test_publish.py::test_odd_numbers_change_nothing",
    "/studio/publish/publish": "studio/test_publish.py::test_a_draft_that_was_changed_meanwhile_is_not_published_unseen",
    "/studio/scenarios/": "studio/test_scenarios.py::test_who_comes_late_loses_nothing",
    "/studio/workflow/": "studio/test_workflow.py::test_of_two_who_change_one_thing_at_once",
    "/studio/workflow/remove": "studio/test_workflow.py::test_what_somebody_else_has_changed_is_not_taken_out_unseen",
    "/studio/workflow/text/": "studio/test_workflow.py::test_of_two_who_change_the_text_at_once",
}
NOTHING_TO_UNDO = {
    "/": "begins a case",
    "/api/v1/cases": "begins a case",
    "/api/v1/security/login": "logs in",
    "/api/v1/security/logout": "logs out",
    "/login/": "logs in",
    "/logout/": "logs out",
    "/login/code": "takes a code",
    "/login/password": "sets a password afresh: the form shows nothing of the old one",
    "/login/second": "begins with codes, and is refused where they have begun",
    "/login/own/list": "ends logins, and says so where one was over",
    "/login/own/codes": "stops asking for codes",
    "/follow/": "finds a case by its code",
    "/cases/<number>/reporter": "looks up who reported",
    "/resetmypassword/form": "sets a password afresh: the form shows nothing of the old one",
    "/resetpassword/form": "sets a password afresh: the form shows nothing of the old one",
    "/users/add": "adds a row",
    "/roles/add": "adds a row",
    "/groups/add": "adds a row",
    "/studio/coverage/": "adds a row",
    **{
        f"/studio/{name}/new/": "adds a row"
        for name in ("unit", "area", "role", "person", "assignment", "mail", "door", "calendar", "routing")
    },
    "/studio/check": "looks open cases over",
    "/studio/mails": "tries mails again",
    "/studio/operations/retry": "tries mails again",
    "/studio/operations/attack": "turns a switch, and the page says who turned it last",
    "/studio/files/": "joins the draft, whose page shows each difference before it counts",
    "/studio/publish/run": "tries the draft, and changes nothing",
    "/studio/publish/back": "begins a draft, and is refused where there is one",
    "/studio/publish/restore": "opens a discarded draft, and is refused where there is an open one",
    "/studio/scenarios/check": "keeps nothing",
    "/studio/workflow/text/check": "keeps nothing",
    "/studio/workflow/start": "begins a draft, and goes on with the one there is",
}


@pytest.fixture(scope="module")
def app(sqlite_filled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lost")
    copy = folder / "house.db"
    copy.write_bytes(sqlite_filled.read_bytes())
    made = make_app(f"sqlite:///{copy}", folder)
    with session_of(made) as session:
        session.add(Group(name="group", label="A group"))
        session.add(Role(name="An access"))
        session.commit()
    return made


@pytest.fixture(scope="module")
def two(app):
    another_admin(app)
    return Person(app, "admin"), Person(app, "desk")


def row_of(app, what):
    queries = {
        "unit": select(Unit.id).where(Unit.name == "idi"),
        "area": select(Area.id).where(Area.name == "repairs"),
        "door": select(Area.id).where(Area.name == "repairs"),
        "role": select(Function.id).where(Function.name == "dean"),
        "person": select(Staff.id).where(Staff.name == "quality_iv"),
        "assignment": select(Assignment.id).join(Assignment.person).where(Staff.name == "quality_iv"),
        "mail": select(MailText.id).where(MailText.name == "receipt"),
        "user": select(User.id).where(User.username == "quality_iv"),
        "access": select(Role.id).where(Role.name.in_(["An access", "First", "Second"])),
        "group": select(Group.id).where(Group.name == "group"),
    }
    with session_of(app) as session:
        return session.scalar(queries[what]) if what in queries else 1


def address(app, rule, what):
    if "<pk>" in rule:
        return rule.replace("<pk>", str(row_of(app, what)))
    more = "&text=1" if what == "routing" else ""
    return f"{rule}?id={row_of(app, what)}{more}" if what else rule


def form_on(person, path):
    """What the form at the address would send, with what it was made from."""
    person.get(path)
    assert person.status == 200, path
    return again(person)


def again(person):
    """What the page's form would send; buttons below it have seals of their own."""
    seen = person.text.partition('name="seen" value="')[2].partition('"')[0]
    return {**filled(person.page), **person.hidden(), "seen": seen}


def tried(app, rule):
    found = [rule_ for rule_ in app.url_map.iter_rules() if rule_.rule == rule and "POST" in rule_.methods]
    assert found, f"there is no {rule} any more"


def test_f47_every_address_that_takes_a_post_is_declared_here(app):
    declared = [*FORMS, *LISTS, *PRESSES, *IN_A_TEST, *NOTHING_TO_UNDO]
    assert len(declared) == len(set(declared)), "each in one table"
    there = {rule.rule for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    assert there == set(declared)
    for where in IN_A_TEST.values():
        file, _, name = where.partition("::")
        assert name in (TESTS / file).read_text(), where


def test_f47_of_two_who_fill_in_the_same_form_one_is_told_and_loses_nothing(app, two):
    first, second = two
    wrong = []
    for rule, (what, field, one, other) in FORMS.items():
        a, b = (Person(app, "hse_ie"), Person(app, "hse_ie")) if not what else two
        path = address(app, rule, what)
        early, late = form_on(a, path), form_on(b, path)
        a.post(path, **{**early, field: one}, save="now")
        assert a.status == 302, (path, a.text)
        b.post(path, **{**late, field: other}, save="now")
        told = b.status == 409 and "you wrote" in b.text and "Somebody has changed this" in b.text
        kept = filled(b.page).get(field) == [other]
        if not (told and kept):
            wrong.append((rule, b.status, filled(b.page).get(field)))
            continue
        assert filled(a.get(path))[field] == [one], "what was saved first stands"
        b.post(path, **{**again(b), field: other}, save="now")
        assert b.status == 302, "who has seen it may go on"
        assert filled(a.get(path))[field] == [other]
    assert not wrong
    assert first is not second


def test_f47_a_form_that_comes_again_is_still_the_old_one(app, two):
    """Neither a fault nor a button that adds a row makes a form new."""
    a, b = two
    path = address(app, "/studio/unit/edit/", "unit")
    late = form_on(b, path)
    a.post(path, **{**form_on(a, path), "label-en": "Between"}, save="now")
    b.post(path, **{**late, "label-en": ""}, save="now")
    assert b.status == 200, "a language is missing"
    b.post(path, **{**again(b), "label-en": "Mine"}, save="now")
    assert b.status == 409
    user = address(app, "/users/edit/<pk>", "user")
    late = form_on(b, user)
    a.post(user, **{**form_on(a, user), "last_name": "Between"})
    b.post(user, **{**late, "username": ""})
    assert b.status == 200
    b.post(user, **{**again(b), "username": "quality_iv", "last_name": "Mine"})
    assert b.status == 409


def test_f47_a_form_that_doesnt_say_what_it_was_made_from_saves_nothing(app, two):
    admin, _ = two
    for rule in ("/studio/role/edit/", "/users/edit/<pk>"):
        what, field, *_ = FORMS[rule]
        path = address(app, rule, what)
        answers = {**form_on(admin, path), field: "Blind"}
        for seen in ("", "x"):
            admin.post(path, **{**answers, "seen": seen}, save="now")
            assert admin.status == 409, (path, seen)


def test_f47_the_same_in_a_list_that_is_a_form(app, two):
    a, b = two
    for path in sorted(LISTS):
        what = path.split("/")[2]
        field = {"assignment": "ends_on", "door": "door_url", "person": "label", "mail": "subject-en"}.get(
            what, "label-en"
        )
        one, other = {"ends_on": ("2033-01-01", "2034-01-01"), "door_url": ("https://a.no/", "https://b.no/")}.get(
            field, ("Third", "Fourth")
        )
        here = f"{path}?edit=1"
        early, late = form_on(a, here), form_on(b, here)
        name = next(each for each in early if each.endswith(f"-{field}"))
        a.post(here, **{**early, name: one}, save="now")
        assert a.status == 302, (path, a.text)
        b.post(here, **{**late, name: other}, save="now")
        assert b.status == 409, path
        assert "Now it says" in b.text
        assert filled(b.page)[name] == [other]
        assert filled(a.get(f"{here}&search={one}" if one == "Third" else here))[name] == [one]


def test_f47_a_button_pressed_after_somebody_else_has_changed_the_row_does_nothing(app, two):
    a, b = two
    whose = {"users": "user", "roles": "access", "groups": "group"}
    for rule in sorted(PRESSES):
        what = whose.get(rule.split("/")[1]) or rule.split("/")[2]
        edit = next(each for each, (row, *_) in FORMS.items() if row == what)
        path, form = address(app, rule, what), address(app, edit, what)
        b.get(form if "retire" in rule else path)
        if b.status == 404:
            continue  # there is no such button
        old = b.hidden().get("seen") if "retire" not in rule else retiring(b)
        if old is None:
            continue
        _, field, *_ = FORMS[edit]
        new = {"ends_on": "2035-01-01", "door_url": "https://c.no/", "timezone": "Europe/Oslo", "receiver": "hse"}
        typed = new.get(field, f"Changed for {rule.split('/')[-2]}")
        typed = "first: [dean, intake]" if what == "routing" and "retire" not in rule else typed
        a.post(form, **{**form_on(a, form), field: typed}, save="now")
        assert a.status == 302, (form, a.text)
        before = drafted(app)
        b.post(path, seen=old, save="now")
        assert b.status == 409, (path, b.status)
        assert "Somebody has changed this" in b.text
        assert drafted(app) == before
        assert a.get(form).status_code == 200


def retiring(person):
    """What the page's button for retiring was made from."""
    _, _, after = person.text.partition("/retire/")
    found = after.partition('name="seen" value="')[2].partition('"')[0] if after else ""
    return found or None


def test_f47_a_change_is_not_taken_out_of_the_draft_that_is_another_by_now(app, two):
    a, b = two
    path = address(app, "/studio/unit/edit/", "unit")
    a.post(path, **{**form_on(a, path), "code": "A 1"}, save="draft")
    page = b.get("/studio/changes/").get_data(as_text=True)
    assert "A 1" in page
    number, old = taking_out(page, "A 1")
    again = f"{path}&draft=1"
    a.post(again, **{**form_on(a, again), "code": "A 2"}, save="draft")
    b.post("/studio/changes/out/", change=number, seen=old)
    assert b.status == 409
    assert "A 2" in b.text
    b.post("/studio/changes/out/", change=number, seen=taking_out(b.text, "A 2")[1])
    assert b.status == 302


def taking_out(page, text):
    """The change that says the text: its number, and what its button was made from, which may say anything."""
    row = next(each for each in page.split("<tr") if text in each)
    return [row.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("change", "seen")]


def test_f47_the_order_of_the_routing_is_moved_as_it_was_seen(app, two):
    a, b = two
    b.get("/studio/routing/")
    old = b.hidden()["seen"]
    a.get("/studio/routing/")
    a.post("/studio/routing/order/", move="1 down")
    assert a.status == 302
    before = drafted(app)
    b.post("/studio/routing/order/", move="1 down", seen=old)
    assert b.status == 409
    assert drafted(app) == before


def test_f47_a_draft_is_not_discarded_that_somebody_has_changed_meanwhile(app, two):
    a, b = two
    path = address(app, "/studio/unit/edit/", "unit")
    a.post(path, **{**form_on(a, path), "code": "B1"}, save="draft")
    b.get("/studio/publish/")
    again = f"{path}&draft=1"
    a.post(again, **{**form_on(a, again), "code": "B2"}, save="draft")
    b.post("/studio/publish/discard")
    assert b.status == 409
    assert drafted(app)


def test_f47_the_outbox_is_not_released_for_another_restore(app, two):
    _, admin = two
    with session_of(app) as session:
        pausing.pause(session, datetime.now(UTC), datetime.now(UTC))
        session.commit()
    admin.get("/studio/operations/")
    old = admin.hidden()["seen"]
    with session_of(app) as session:
        session.scalars(select(OutboxPause)).one().released_at = datetime.now(UTC)
        pausing.pause(session, datetime.now(UTC), datetime.now(UTC))
        session.commit()
    admin.post("/studio/operations/release", old="drop", seen=old)
    assert admin.status == 409
    with session_of(app) as session:
        assert pausing.standing(session) is not None


RACES = {
    "/studio/role/edit/": ("now", "label-en"),
    "/studio/unit/edit/": ("draft", "code"),
    "/users/edit/<pk>": ("", "last_name"),
}
RACERS = 4


def test_f47_of_many_who_press_at_once_one_wins(house):
    """The look and the write are one: nobody comes between them, on either database."""
    people = [Person(house, "admin") for _ in range(RACERS)]
    for rule, (way, field) in RACES.items():
        path = address(house, rule, FORMS[rule][0])
        for turn in range(2):
            forms = [form_on(person, path) for person in people]
            start = threading.Barrier(RACERS)

            def press(at, forms=forms, start=start, path=path, way=way, field=field, turn=turn):
                start.wait()
                return people[at].post(path, **{**forms[at], field: f"T{turn}{at}"}, save=way).status_code

            with ThreadPoolExecutor(RACERS) as pool:
                found = list(pool.map(press, range(RACERS)))
            assert sorted(found) == [302] + [409] * (RACERS - 1), (rule, found)


TEXTS = {"/studio/workflow/text/": "revision", "/studio/scenarios/": "revision"}


def test_f47_of_many_who_save_the_draft_s_text_at_once_one_wins(house):
    people = [Person(house, "admin") for _ in range(RACERS)]
    for path in TEXTS:
        for turn in range(2):
            forms = [form_on(person, path) for person in people]
            start = threading.Barrier(RACERS)

            def press(at, forms=forms, start=start, path=path, turn=turn):
                text = f"{forms[at]['text'][0]}# {turn} by {at}\n"
                start.wait()
                return people[at].post(path, **{**forms[at], "text": text}, save="1").status_code

            with ThreadPoolExecutor(RACERS) as pool:
                found = list(pool.map(press, range(RACERS)))
            assert sorted(found) == [302] + [409] * (RACERS - 1), (path, found)
