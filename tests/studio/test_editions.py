"""Every edition: what it changed, how many cases run on it, its file, and the way back to it."""

import pytest
from sqlalchemy import select

from app.change import drafts, editing
from app.change.changes import Change
from app.worker.tick import tick
from model import RoutingRow
from tests.house import session_of
from tests.matrix.world import build
from tests.studio.drafting import PAGE, answer, draft_of, editions, publish, renamed, run, with_head, write
from tests.web.english import English as Person

LIST = "/studio/editions/"


@pytest.fixture
def admin(small_house):
    return Person(small_house, "admin")


def published(app, admin, change=None, *settings, reason="So that we can."):
    write(app, change, *settings)
    run(admin)
    assert publish(admin, reason).status_code == 302, admin.text


def row(person, number):
    """What the list says about one edition, as text."""
    return person.text.split(f'data-edition="{number}"')[1].split("</tr>")[0]


@pytest.mark.parametrize("name", ["desk", "student_idi", None])
def test_only_those_who_may_configure_come_in(small_house, name):
    person = Person(small_house, name)
    for path in (LIST, f"{LIST}1", f"{LIST}1/workflow.yaml"):
        assert person.get(path).status_code == (403 if name else 302)


def test_the_list_says_who_published_what_and_why_and_where_open_cases_are(small_house, admin):
    build(small_house, kinds=("quality",))
    published(small_house, admin, renamed, reason="A clearer <word>.")
    admin.get(LIST)
    assert "In force" in row(admin, 2)
    assert "Administrator" in row(admin, 2)
    assert "A clearer &lt;word&gt;." in admin.page.get_data(as_text=True)
    assert 'data-label="Open cases"><span>0' in row(admin, 2)
    assert 'data-label="Open cases"><span>4' in row(admin, 1)


def test_cases_on_their_way_are_counted(small_house, admin):
    build(small_house, kinds=("quality",))
    write(small_house, with_head)
    run(admin)
    answer(admin)
    assert publish(admin).status_code == 302, admin.text
    admin.get(LIST)
    assert "0 of 4 cases have moved here so far." in row(admin, 2)
    write(small_house, renamed)
    run(admin)
    assert "Cases are still on their way to the edition in force." in admin.text
    while tick(small_house):
        pass
    admin.get(f"{LIST}2")
    assert "4 cases moved here." in admin.text


def test_an_edition_tells_what_it_changed_in_words_and_settings(small_house, admin):
    with session_of(small_house) as session:
        first = session.scalars(select(RoutingRow).order_by(RoutingRow.position)).first()
    published(small_house, admin, with_head, Change("routing", str(first.id), "change", {"position": 0}))
    admin.get(f"{LIST}2")
    assert "What it changed from edition 1" in admin.text
    assert "New state: “With the head”" in admin.text
    assert "<svg" in admin.text
    assert "Routing: Row" in admin.text
    admin.get(f"{LIST}1")
    assert "The first edition" in admin.text


def test_the_file_is_the_edition(small_house, admin, root):
    page = admin.get(f"{LIST}1/workflow.yaml")
    assert page.get_data(as_text=True) == (root / "workflow.yaml").read_text()
    assert page.headers["Content-Disposition"] == 'attachment; filename="workflow-1.yaml"'


@pytest.mark.parametrize("number", ["0", "2", "999999", "99999999999999999999", "x"])
def test_an_edition_that_is_not_there(small_house, admin, number):
    for path in (f"{LIST}{number}", f"{LIST}{number}/workflow.yaml"):
        assert admin.get(path).status_code == 404


def test_an_old_edition_is_used_again_settings_included(house):
    admin = Person(house, "admin")
    with session_of(house) as session:
        first = session.scalars(select(RoutingRow).order_by(RoutingRow.position)).first()
        key, position = first.id, first.position
    text = draft_text(house)
    published(house, admin, renamed, Change("routing", str(key), "change", {"position": 0}))
    admin.get(f"{LIST}1")
    assert admin.post(f"{PAGE}back", number="1").status_code == 302
    assert draft_of(house)[1] == text
    run(admin)
    assert publish(admin, "It was better before.").status_code == 302, admin.text
    with session_of(house) as session:
        assert session.get(RoutingRow, key).position == position
    assert editions(house)[3] == ("It was better before.", "")


def test_going_back_never_overwrites_a_draft(small_house, admin):
    published(small_house, admin, renamed)
    write(small_house, with_head)
    admin.get(f"{LIST}1")
    assert "There is a draft already." in admin.text
    before = draft_of(small_house)
    admin.post(f"{PAGE}back", number="1")
    assert "There is a draft already." in admin.follow().get_data(as_text=True)
    assert draft_of(small_house) == before


def draft_text(app):
    """What a draft of the edition in force says, to begin with."""
    with session_of(app) as session:
        return editing.without_migrate(drafts.newest(session).text)
