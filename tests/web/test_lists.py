import re
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest
from sqlalchemy import event, select

from app.web.database import db
from app.web.interface import Interface, Order, Wish
from model import Person as Row
from model import Unit
from tests.house import session_of
from tests.web.english import English as Person

HOSTILE = [
    "q=%00%1f%ED%A0%80%F0%9F%98%80",
    "q=" + "%25_" * 200,
    "sort=password",
    "sort=-nothing&by=(select 1)",
    "size=abc",
    "size=-1",
    "size=999999999999999999999",
    "after=abc",
    "after=-1",
    "after=99999999999999999999999",
    "before=%27%20or%201=1",
    "after=1&before=1",
    "roles=abc&active=maybe",
    "roles=99999999999999999999",
    "unit=%00",
    "page=abc&psize_UserDBModelView=x",
    "_oc_UserDBModelView=nothing&_od_UserDBModelView=asc",
    "_flt_9_username=x&_flt_0_roles=",
    "_scheme=ftp&_external=1&_anchor=x&endpoint=y&_method=z",
    "lang=xx",
    "created_on_from=0000-00-00&created_on_to=9999-12-31",
    "search=%27%22%5C&sort=99&page=-5&page_size=100000&flt0_0=x",
    "page=99999999999999999999",
]
LISTS = [
    "/users/list/",
    "/roles/list/",
    "/groups/list/",
    "/permissionviews/list/",
    "/users/export/csv",
    "/users/export/xlsx",
    "/studio/unit/",
    "/studio/person/",
    "/studio/assignment/",
    "/studio/mail/",
    "/cases/",
    "/actions/",
]


@pytest.mark.parametrize("path", LISTS)
def test_no_question_breaks_a_list(admin, path):
    for question in HOSTILE:
        answer = admin.get(f"{path}?{question}")
        assert answer.status_code in {200, 400, 404}, f"{path}?{question}: {answer.status_code}"


@pytest.mark.parametrize("key", ["abc", "0", "-1", "99999999999999999999", "%00", "1%27"])
@pytest.mark.parametrize("path", ["/users/show/", "/users/edit/", "/users/delete/", "/studio/unit/edit/?id="])
def test_a_key_of_nothing_is_not_found(admin, path, key):
    assert admin.get(path + key).status_code == 404


def names_on(text):
    return re.findall(r'<td role="cell"><a class="ds-link" href="/users/show/\d+">([^<]+)</a>', text)


def walk(person, path, rel):
    pages = []
    while path:
        text = person.get(path).get_data(as_text=True)
        pages.append(names_on(text))
        found = re.search(rf'href="([^"]+)" rel="{rel}"', text)
        path = found.group(1).replace("&amp;", "&") if found else None
    return pages


@pytest.mark.parametrize("order", ["username", "-email"])
def test_paging_by_key_shows_every_row_once_there_and_back(admin, order):
    everything = names_on(admin.get(f"/users/list/?size=200&sort={order}").get_data(as_text=True))
    there = walk(admin, f"/users/list/?size=20&sort={order}", "next")
    assert [*chain(*there)] == everything
    assert len(everything) > 100
    last = re.search(r'href="([^"]+)" rel="prev"', admin.text).group(1)
    back = walk(admin, last, "prev")
    assert [*chain(*reversed(back))] == everything[: -len(there[-1])]


def test_a_page_is_never_bigger_than_two_hundred_rows(admin):
    assert len(names_on(admin.get("/users/list/?size=100000").get_data(as_text=True))) <= 200
    assert len(names_on(admin.get("/users/list/?size=0").get_data(as_text=True))) == 1


def test_a_headings_button_beats_the_forms_choice(admin):
    text = admin.get("/users/list/?sort=username&by=-username&size=200").get_data(as_text=True)
    names = names_on(text)
    assert names == sorted(names, reverse=True)
    assert 'aria-sort="descending"' in text


def test_filters_narrow_and_can_be_taken_away_one_by_one(admin):
    text = admin.get("/users/list/?q=desk&active=1").get_data(as_text=True)
    assert names_on(text)
    assert all("desk" in name for name in names_on(text))
    assert 'href="/users/list/?active=1"' in text
    assert "ds-chip" not in admin.get("/users/list/?q=&active=").get_data(as_text=True)


def test_a_word_with_a_wildcard_means_itself(admin):
    assert not names_on(admin.get("/users/list/?q=%25").get_data(as_text=True))


def test_looking_at_lists_leaves_nothing_in_the_session(admin):
    admin.get("/users/list/")
    for path in ("/users/list/?q=a", "/users/list/?q=b", "/users/show/1", "/studio/unit/"):
        assert "Set-Cookie" not in admin.get(path).headers


def test_a_mark_outside_the_scope_tells_nothing_about_its_place(shared_house):
    with session_of(shared_house) as session:
        interface = Interface(Unit)
        hidden = session.scalar(select(Unit).where(Unit.name == "idi"))
        scope = (Unit.id != hidden.id,)
        with shared_house.test_request_context():
            assert interface.page(Wish(scope, Order("name"), 5, hidden.id)).rows == []


def test_counts_stop_at_a_thousand(small_house):
    with session_of(small_house) as session:
        session.add_all(Row(label=f"p{at}", mail=f"p{at}@x.example", guest=True) for at in range(1100))
        session.commit()
        with small_house.test_request_context():
            page = Interface(Row).page(Wish((Row.guest.is_(True),), Order("mail"), 10))
    assert (page.count, page.counted, len(page.rows)) == (1001, "1000+", 10)


def test_a_list_asks_the_database_two_things(shared_house):
    person = Person(shared_house, "admin")
    person.get("/groups/list/")
    asked = []

    def note(_connection, _cursor, statement, *_):
        asked.append(statement)

    with shared_house.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
    person.get("/groups/list/")
    assert len(asked) == 2, asked


def test_many_people_at_once_get_each_their_own_answer(shared_house):
    words = ("desk", "dean", "quality", "course")
    people = {word: Person(shared_house, "admin") for word in words}

    def ask(at):
        word = words[at % len(words)]
        client = shared_house.test_client()
        client.set_cookie("session", people[word].client.get_cookie("session").value)
        return word, names_on(client.get(f"/users/list/?q={word}&size=200").get_data(as_text=True))

    with ThreadPoolExecutor(6) as pool:
        for word, names in pool.map(ask, range(80)):
            assert names
            assert all(word in name for name in names), (word, names)


def test_no_page_holds_a_password(admin):
    for path in (*LISTS, "/users/show/1", "/users/edit/1", "/users/userinfo/", "/roles/show/1", "/groups/add"):
        assert b"scrypt:" not in admin.get(path).data, path


def test_nothing_is_loaded_row_by_row(shared_house):
    person = Person(shared_house, "admin")
    counts = []
    for size in (5, 100):
        person.get("/permissionviews/list/")
        asked = []
        with shared_house.app_context():

            def note(_connection, _cursor, statement, *_, asked=asked):
                asked.append(statement)

            event.listen(db.engine, "before_cursor_execute", note)
        person.get(f"/permissionviews/list/?size={size}")
        with shared_house.app_context():
            event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[0] == counts[1]
