"""A case that goes on under a new edition: its past stays told in the words of the edition that it happened under."""

import re

import pytest

from app.change import editing, editing_removal
from app.worker.tick import tick
from tests.matrix.world import build
from tests.studio.drafting import publish as press
from tests.studio.drafting import run, said, without_intake, write
from tests.web.english import English as Person


def other_routine(text):
    """No first line, a state by another name, and no more notes inside."""
    text = editing.rename_state(without_intake(text), "case", "in_progress", "being_handled")
    text = editing.set_state(text, "case", "being_handled", {"label": said("Being handled")})
    return editing_removal.remove_transition(text, "case", "note").text


@pytest.fixture
def numbers(small_house):
    numbers = build(small_house, kinds=("quality",))
    contact = Person(small_house, "quality_ie")
    contact.move(numbers["quality", "in_progress"], "note", comment="Ask the line.")
    admin = Person(small_house, "admin")
    write(small_house, other_routine)
    run(admin)
    assert press(admin, override="They tell of the first line.").status_code == 302, admin.text
    while tick(small_house):
        pass
    return numbers


def lines(person, number):
    """What happened, the latest first."""
    person.get(f"/cases/{number}")
    found = re.search(r'<ol class="timeline">(.*?)</ol>', person.text, re.DOTALL).group(1)
    return [re.search(r"<b>(.*?)</b>(?:\s*<br>\s*([^<]*))?", each).groups() for each in found.split("<li")[1:]]


def way(app, number):
    """The reporter's way of the case: (done, now or next, state)."""
    student = Person(app, "student_idi")
    student.get(f"/my/{number}")
    student.follow()
    return re.findall(r'<li data-state="(\w+)"[^>]*><b>(.*?)</b>', student.text)


def test_the_handler_reads_the_past_in_its_own_words(small_house, numbers):
    contact = Person(small_house, "quality_ie")
    told = lines(contact, numbers["quality", "in_progress"])
    assert [title for title, _ in told] == [
        "Edition 2 of the routine counts from here",
        "Write an internal note",
        "Assess severity",
        "Accept for handling",
        "Forward to faculty",
        "Report",
    ]
    assert "“In progress” → “Being handled”" in contact.text
    assert "Ask the line." in contact.text, "what was noted is still there where notes are no more"


def test_that_its_actions_go_along_is_told_on_their_own_pages(small_house, numbers):
    contact = Person(small_house, "quality_ie")
    titles = [title for title, _ in lines(contact, numbers["quality", "with_actions"])]
    assert titles.count("Edition 2 of the routine counts from here") == 1
    contact.get(f"/actions/{numbers['quality', 'action', 'accepted']}")
    assert contact.text.count("Edition 2 of the routine counts from here") == 1


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        ("received", [("done", "Received"), ("now", "At the faculty"), ("next", "Being handled"), ("next", "Closed")]),
        (
            "in_progress",
            [("done", "Received"), ("done", "At the faculty"), ("now", "Being handled"), ("next", "Closed")],
        ),
    ],
)
def test_the_reporter_reads_the_way_in_its_own_words(small_house, numbers, state, steps):
    assert way(small_house, numbers["quality", state]) == steps


def test_what_happened_while_a_form_was_open_is_told_of_a_new_edition_too(small_house, numbers):
    number = numbers["quality", "at_faculty"]
    contact = Person(small_house, "quality_ie")
    contact.get(f"/cases/{number}/reject")
    contact.post(f"/cases/{number}/reject", version="2", reason="It belongs elsewhere.", help_offered="y")
    assert "It belongs elsewhere." in contact.text
    assert "the system: Edition 2 of the routine counts from here" in contact.text
