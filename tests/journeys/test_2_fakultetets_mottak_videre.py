"""The rest of the routine's second section: others informed, reminders, the end, reports."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.journeys.town import TEXT, heading, offers, words

# -- 5: should others be informed? ---------------------------------------------


def test_s31_step_5_the_assessment_is_recorded_and_others_get_a_mail_but_no_access(town):
    case = town.in_progress()
    case.does("quality_ie", "assess", severity="medium", others_to_inform="somebody")
    told = "Emnet mangler referansegruppe. Vi følger det opp."
    case.does("quality_ie", "inform", recipients=[town.id_of("head_imf"), town.id_of("dean_hf")], message=told)
    assert case.news() == {("head_imf", "for_your_information"), ("dean_hf", "for_your_information")}  # E9
    letter = case.letter("head_imf", "for_your_information")
    assert told in letter.text
    assert letter.link == ""
    assert TEXT not in letter.text
    assert case.seen_by("head_imf", "dean_hf") == set()
    reporter = case.follow(case.letter("visitor", "case_accepted"))
    assert told not in words(reporter)


# -- 6: reminders --------------------------------------------------------------


def reminders(case, now, days):
    """Let the days pass one by one; gives [(day, receiver)] of the reminders."""
    found = []
    for day in range(days):
        news = case.news(now + timedelta(days=day))
        assert {name for _, name in news} <= {"reminder"}
        found += sorted((day, receiver) for receiver, _ in news)
    return found


def test_s33_c11_step_6_after_the_deadline_both_are_reminded_again_and_again_until_it_is_done(own_town):
    town = own_town
    case = town.with_action(days=10)
    case.does("course_imf", "accept", part=1)
    case.news()
    now = datetime.now(UTC)
    found = reminders(case, now, days=40)
    owners = [day for day, receiver in found if receiver == "course_imf"]
    handlers = [day for day, receiver in found if receiver == "quality_ie"]
    assert len(found) == len(owners) + len(handlers)
    assert owners[0] < 10  # E5, before the deadline
    assert owners[1:] == handlers  # E5, both, from the deadline on
    assert handlers[0] >= 10
    assert len(handlers) >= 3
    assert all(later - earlier >= 4 for earlier, later in pairwise(handlers)), found
    assert case.letter("course_imf", "reminder").link == f"/actions/{case.number}-1"
    assert case.letter("quality_ie", "reminder").link == f"/actions/{case.number}-1"
    assert "Forfalt" not in words(case.opens("course_imf", part=1))
    case.does("course_imf", "complete", part=1, result="Gruppa er satt ned.")
    case.does("quality_ie", "close", summary="Emnet har fått referansegruppe.")
    case.news()
    assert reminders(case, now + timedelta(days=40), days=30) == []


def test_s33_step_6_a_case_that_nobody_takes_is_reminded_of_as_well(own_town):
    case = own_town.reported().quietly()
    found = reminders(case, datetime.now(UTC), days=12)
    assert {receiver for _, receiver in found} == {"desk", "desk_2"}
    assert len({day for day, _ in found}) >= 2


# -- 7: the action is done; final treatment ------------------------------------


def test_s34_step_7_the_contact_is_told_when_the_action_is_done(town):
    case = town.with_action()
    case.does("course_imf", "accept", part=1)
    case.does("course_imf", "complete", part=1, result="Gruppa er satt ned.")
    assert case.news() == {("quality_ie", "action_completed"), ("visitor", "action_completed_reporter")}  # E6, E7a
    link = case.letter("quality_ie", "action_completed").link
    contact = town.person("quality_ie")
    assert contact.get(link).status_code == 200
    assert "Gruppa er satt ned." in words(contact)


def test_s35_g5_step_7_no_closing_while_an_action_is_open(town):
    case = town.with_action()
    assert offers(case.opens("quality_ie"))["close"] is False
    contact = case.tries("quality_ie", "close", summary="Ferdig.")
    assert contact.status == 400
    assert "Et tiltak er ikke avsluttet." in words(contact)
    assert (case.state(), case.news()) == ("in_progress", set())


def test_s35_s36_s46_step_7_closed_with_the_final_treatment(town):
    case = town.completed()
    assert case.tries("quality_ie", "close").status == 400
    case.does("quality_ie", "close", summary="Emnet har fått referansegruppe.")
    assert case.news() == {("visitor", "case_closed")}  # E7b
    assert case.state() == "closed"
    reporter = case.follow(case.letter("visitor", "case_closed"))
    assert "Lukket" in heading(reporter)
    assert "Emnet har fått referansegruppe." in words(reporter)
    assert not case.waits_for("quality_ie")
    assert {"close", "assess", "hand_over", "inform", "add"}.isdisjoint(offers(case.opens("quality_ie")))


def test_s29_c2_step_7_every_one_of_several_actions_must_be_settled(small_town):
    case = small_town.with_action()
    case.adds("head_imf", 10)
    case.does("course_imf", "accept", part=1)
    case.does("course_imf", "complete", part=1, result="Gjort.")
    assert case.tries("quality_ie", "close", summary="Ferdig.").status == 400
    case.quietly().does("quality_ie", "withdraw", part=2, comment="Trengs ikke lenger.")
    assert case.news() == {("head_imf", "action_withdrawn")}
    case.does("quality_ie", "close", summary="Ferdig.")
    assert case.state() == "closed"


# -- 8: reports as needed ------------------------------------------------------


def test_s37_step_8_the_list_can_be_taken_out_as_a_file_in_ones_own_scope(small_town):
    mine, others = small_town.at_faculty(), small_town.at_faculty(unit="hf")
    contact = small_town.person("quality_ie")
    contact.get("/cases/?tab=all")
    contact.get(re.search(r'href="([^"]*csv[^"]*)"', contact.text)[1])
    assert contact.status == 200
    assert mine.number in contact.text
    assert others.number not in contact.text


def test_s37_step_8_reports_count_without_opening_a_case(small_town):
    case = small_town.at_faculty()
    for name, status in (("quality_ie", 200), ("desk", 200), ("course_imf", 404), ("student_idi", 403)):
        person = small_town.person(name)
        person.get("/reports/by_unit")
        assert person.status == status, name
        assert case.number not in person.text
        assert TEXT not in person.text
