"""The routine's third section: Tiltaksansvarlig."""

import pytest

from tests.house import Person
from tests.journeys.town import TEXT, offers, shown, words

OTHERS = ("head_imf", "course_idi", "dean_ie", "hse_ie", "desk", "quality_hf", "student_idi")
ANSWERS = {"accept", "clarify", "decline"}


# -- 1: the mail's link, a login, and there is the action ----------------------


def test_s38_s21_step_1_the_mails_link_leads_through_the_login_to_the_action(town):
    case = town.with_action()
    owner = Person(town.app)
    owner.get(case.letter("course_imf", "action_assigned").link)
    assert owner.status == 302
    owner.name = "course_imf"
    owner.log_in(owner.page.location)
    assert owner.page.location.endswith(f"/actions/{case.number}-1")
    owner.follow()
    assert owner.status == 200
    assert "Sett ned en referansegruppe." in words(owner)
    assert offers(owner).keys() == ANSWERS


def test_s55_step_1_the_one_responsible_sees_neither_who_reported_nor_what_they_wrote(town):
    case = town.with_action()
    owner = case.opens("course_imf", part=1)
    assert TEXT not in owner.text
    assert "melder@stud.example" not in owner.text
    owner.get(f"/cases/{case.number}")
    assert TEXT not in owner.text
    assert "melder@stud.example" not in owner.text
    assert owner.post(f"/cases/{case.number}/reporter").status_code in {403, 404}
    assert offers(case.opens("course_imf")) == {}


def test_s55_step_1_nobody_else_sees_the_action(town):
    case = town.with_action()
    assert case.seen_by("course_imf", "quality_ie", *OTHERS, part=1) == {"course_imf", "quality_ie"}
    for name in OTHERS:
        person = town.person(name)
        assert person.post(f"/actions/{case.number}-1/accept", version="1").status_code in {403, 404}
    assert case.state(part=1) == "assigned"


def test_s39_step_1_accepted(town):
    case = town.with_action()
    case.does("course_imf", "accept", part=1)
    assert (case.state(part=1), case.news()) == ("accepted", set())


def test_s39_c10_e10_step_1_the_wrong_person_says_why_and_the_contact_chooses_another(town):
    case = town.with_action()
    assert case.tries("course_imf", "decline", part=1).status == 400
    case.does("course_imf", "decline", part=1, comment="Dette er ikke mitt emne.")
    assert case.news() == {("quality_ie", "action_declined")}  # E10
    assert case.seen_by("course_imf", part=1) == set()
    contact = town.person("quality_ie")
    contact.get(case.letter("quality_ie", "action_declined").link)
    assert "Dette er ikke mitt emne." in words(contact)
    given = {"owner": town.id_of("head_imf"), "due_on": town.in_days(21)}
    case.does("quality_ie", "reassign", part=1, **given)
    assert case.news() == {("head_imf", "action_assigned")}
    assert case.seen_by("course_imf", "head_imf", part=1) == {"head_imf"}


def test_c10_step_1_taken_from_one_and_given_to_another_both_are_told(small_town):
    case = small_town.with_action()
    case.does("course_imf", "accept", part=1)
    given = {"owner": small_town.id_of("head_imf"), "due_on": small_town.in_days(21)}
    case.does("quality_ie", "reassign", part=1, **given)
    assert case.news() == {("head_imf", "action_assigned"), ("course_imf", "action_withdrawn")}
    assert case.seen_by("course_imf", part=1) == set()
    assert case.letter("course_imf", "action_withdrawn").link == ""


# -- 2: what needs the line's word ---------------------------------------------


def test_s40_c12_step_2_what_must_be_clarified_with_the_line_waits_and_the_contact_is_told(town):
    case = town.with_action()
    case.does("course_imf", "clarify", part=1, comment="Dekan må si ja.")
    assert case.news() == {("quality_ie", "action_clarifying")}
    assert case.state(part=1) == "clarifying"
    case.does("course_imf", "resume", part=1)
    assert case.state(part=1) == "assigned"


def test_s41_step_2_the_work_itself_is_done_elsewhere_no_log_is_asked_for(small_town):
    case = small_town.with_action()
    case.does("course_imf", "accept", part=1)
    assert offers(case.opens("course_imf", part=1)).keys() == {"complete", "clarify", "decline"}


# -- 3: finished ---------------------------------------------------------------


def test_s42_g4_step_3_not_finished_without_words_on_what_was_done(town):
    case = town.with_action()
    case.does("course_imf", "accept", part=1)
    owner = case.tries("course_imf", "complete", part=1)
    assert owner.status == 400, shown(owner)
    assert 'href="#result"' in owner.text
    assert (case.state(part=1), case.news()) == ("accepted", set())


def test_s43_s44_c1_step_3_finished_the_contact_and_the_student_are_told(town):
    case = town.with_action()
    case.does("course_imf", "accept", part=1)
    case.does("course_imf", "complete", part=1, result="Gruppa er satt ned og har hatt møte.")
    assert case.state(part=1) == "completed"
    assert case.state() == "in_progress"
    assert case.news() == {("quality_ie", "action_completed"), ("visitor", "action_completed_reporter")}  # E6, E7a
    assert "kontrollerer saken" in case.letter("visitor", "action_completed_reporter").text
    assert offers(case.opens("course_imf", part=1)) == {}


def test_s43_step_3_an_action_is_accepted_before_it_is_finished(small_town):
    case = small_town.with_action()
    assert case.tries("course_imf", "complete", part=1, result="Gjort.").status in {400, 404}
    assert case.state(part=1) == "assigned"


@pytest.mark.parametrize("transition", ["withdraw", "reassign"])
def test_step_3_the_one_responsible_makes_no_moves_of_the_contacts(small_town, transition):
    case = small_town.with_action()
    assert case.tries("course_imf", transition, part=1).status == 404
