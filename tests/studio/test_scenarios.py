"""The scenarios' page: the text with its faults, played on the draft, saved into the draft, never on a case."""

import re

import pytest
from sqlalchemy import func, select

from app.change import drafts
from config import ROOT
from model import Draft, Subject, WorkflowEdition
from tests.house import Person, session_of
from tests.web.english import English

PAGE = "/studio/scenarios/"
NTNU = (ROOT / "routines" / "ntnu" / "scenarios.yaml").read_text("utf-8")
HOLDS = """now: 2026-11-02 09:00
people: {kim: {name: Kim, mail: kim@stud.example, unit: idi, kind: student}}
scenarios:
  - name: A report is received
    steps:
      - {as: kim, do: submit, makes: A, with: {area: other, description: Parking., tried_first: tried, no_personal_data: ticked}}
      - expect: {case: A, state: received}
"""
FAILS = HOLDS.replace("state: received", "state: closed").replace("A report is received", "A report is closed at once")
FAULTY = HOLDS.replace("do: submit", "do: submitt")


@pytest.fixture
def admin(house):
    return English(house, "admin")


def texts(page):
    """What stands in the text field."""
    return re.search(r'name="text"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)[1]


def drafted(app):
    with session_of(app) as session:
        draft = drafts.open_draft(session)
        return draft.scenarios if draft else None


def test_without_scenarios_the_page_says_what_they_are(house, admin):
    admin.get(PAGE)
    assert "There are no scenarios yet." in admin.text
    assert "They are played on edition 1, which is in force." in admin.text
    admin.post(PAGE, play="1", text="")
    assert "There are no scenarios to play." in admin.text
    assert Person(house, "desk").get(PAGE).status_code == 403


def test_playing_tells_which_hold_and_keeps_nothing(house, admin):
    admin.get(PAGE)
    admin.post(PAGE, play="1", text=HOLDS + FAILS.split("scenarios:\n")[1])
    assert admin.status == 200
    assert "1 of 2 scenarios don't hold." in admin.text
    assert "Step 2 (line 11): state should be closed, but is received" in admin.text
    assert "One holds" in admin.text
    assert "It isn't saved." in admin.text
    assert texts(admin) == HOLDS + FAILS.split("scenarios:\n")[1]
    assert drafted(house) is None
    with session_of(house) as session:
        assert session.scalar(select(func.count()).select_from(Subject)) == 0


def test_what_is_played_speaks_the_readers_language(house):
    person = Person(house, "admin")
    person.get(PAGE)
    person.post(PAGE, play="1", text=FAULTY)
    assert "scenarios.yaml:6:23:" in person.text


def test_faults_stand_at_their_line(admin):
    admin.get(PAGE)
    admin.post(PAGE, play="1", text=FAULTY)
    assert "Line 6, column 23" in admin.text
    assert 'unknown transition "submitt" (Did you mean "submit"?)' in admin.text
    assert "<code>- {as: kim, do: submitt" in admin.text


@pytest.mark.parametrize("text", ["\0\t[", "x", "now: {", "[]", "<script>alert(1)</script>", "a" * 300_000, "&a [*a]"])
def test_nothing_that_is_typed_breaks_the_page(small_house, text):
    admin = English(small_house, "admin")
    for button in ("play", "save"):
        admin.get(PAGE)
        admin.post(PAGE, text=text, **{button: "1"})
        assert admin.status in (200, 302)
        assert "<script>alert" not in admin.page.get_data(as_text=True)


def test_saving_begins_a_draft_and_changes_it(house, admin):
    admin.get(PAGE)
    admin.post(PAGE, save="1", text=HOLDS.replace("\n", "\r\n"))
    assert "Saved in the draft." in admin.follow().get_data(as_text=True)
    assert drafted(house) == HOLDS
    assert "They are played on the draft of edition 2." in admin.text
    admin.post(PAGE, save="1", text=FAULTY)
    assert drafted(house) == FAULTY
    with session_of(house) as session:
        assert session.scalar(select(WorkflowEdition.scenarios)) == ""


def test_who_comes_late_loses_nothing(house, admin):
    """F47."""
    other = English(house, "admin")
    other.get(PAGE)
    admin.get(PAGE)
    admin.post(PAGE, save="1", text=HOLDS)
    other.post(PAGE, save="1", text=FAILS)
    assert other.status == 409
    assert texts(other) == FAILS
    assert HOLDS.splitlines()[3] in other.text
    assert drafted(house) == HOLDS
    other.post(PAGE, save="1", text=FAILS)
    assert other.status == 302
    assert drafted(house) == FAILS


def test_they_are_played_on_the_draft(house, admin):
    with session_of(house) as session:
        edition = session.scalars(select(WorkflowEdition)).one()
        draft = drafts.start(session, None, edition.published_at)
        text = edition.text.replace(
            "no_personal_data], optional: [unit, course]", "no_personal_data, course], optional: [unit]"
        )
        assert text != edition.text
        drafts.write(draft, None, edition.published_at, text=text)
        session.commit()
    admin.get(PAGE)
    admin.post(PAGE, play="1", text=HOLDS)
    assert "“kim submit” was refused by course" in admin.text


def test_a_scenario_may_begin_under_the_edition_before(house, admin):
    begun = HOLDS.replace("    steps:\n", "    steps:\n      - publish: edition 1\n")
    admin.get(PAGE)
    admin.post(PAGE, play="1", text=begun)
    assert "The scenario holds." in admin.text


def test_a_draft_with_errors_is_not_played(house, admin):
    with session_of(house) as session:
        edition = session.scalars(select(WorkflowEdition)).one()
        session.add(
            Draft(base_id=edition.id, text="flows: {}", made_at=edition.published_at, changed_at=edition.published_at)
        )
        session.commit()
    admin.get(PAGE)
    assert "The draft's routine has errors." in admin.text
    admin.post(PAGE, play="1", text=HOLDS)
    assert admin.status == 200
    assert texts(admin) == HOLDS


def test_faults_are_told_while_one_types(house, admin):
    admin.get(PAGE)
    admin.post(f"{PAGE}check", text=FAULTY)
    assert "Line 6, column 23" in admin.text
    admin.get(PAGE)
    admin.post(f"{PAGE}check", text=HOLDS)
    assert "Whether it holds is seen when it is played." in admin.text
    assert drafted(house) is None


def test_ntnus_own_hold_in_the_studio(house, admin):
    with session_of(house) as session:
        draft = drafts.start(session, None, session.scalar(select(WorkflowEdition.published_at)))
        draft.scenarios = NTNU
        session.commit()
    admin.get(PAGE)
    admin.post(PAGE, play="1", text=texts(admin))
    assert "scenarios hold." in admin.text
    assert "don't hold" not in admin.text
