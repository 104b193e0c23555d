"""The routine's second section: Fakultetenes mottak."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.house import Person
from tests.journeys.town import TEXT, heading, offers, shown, words

HANDLERS = {"desk", "desk_2", "quality_ie", "deputy_ie", "hse_ie", "dean_ie", "quality_hf", "hse_hf", "course_imf"}


# -- 1: a mail with a link, a login, and there is the case ---------------------


def test_s20_s21_step_1_the_mails_link_leads_through_the_login_to_the_case(town):
    case = town.at_faculty()
    letter = case.letter("quality_ie", "case_assigned")
    assert case.number in letter.subject
    assert TEXT not in letter.text
    contact = Person(town.app)
    contact.get(letter.link)
    assert contact.status == 302
    login = contact.page.location
    contact.name = "quality_ie"
    contact.log_in(login)
    assert contact.page.location.endswith(f"/cases/{case.number}")
    contact.follow()
    assert contact.status == 200
    assert TEXT in words(contact)


def test_s18_s55_step_1_nobody_else_can_open_it_nor_make_its_moves(town):
    case = town.at_faculty()
    assert case.seen_by(*HANDLERS) == {"quality_ie"}
    for name in HANDLERS - {"quality_ie"}:
        person = town.person(name)
        for address in (f"/cases/{case.number}/accept", f"/cases/{case.number}/reject"):
            assert person.get(address).status_code == 404
            assert person.post(address, reason="x", help_offered="y", version="2").status_code == 404
    assert case.state() == "at_faculty"


def test_s55_step_1_a_case_one_may_not_open_is_in_no_list_count_or_search(small_town):
    case = small_town.at_faculty()
    person = small_town.person("quality_hf")
    for tab in ("mine", "unit", "others", "all"):
        person.get(f"/cases/?tab={tab}&q={case.number}")
        assert f'data-case="{case.number}"' not in person.text
        assert TEXT not in person.text


# -- 2: HSE goes to the HSE coordinator; personnel matters wait ----------------


def test_s22_c8_step_2_handed_over_the_unit_keeps_the_case_and_the_coordinator_has_it(town):
    case = town.at_faculty()
    case.does("quality_ie", "hand_over", new_handler=town.id_of("hse_ie"))
    assert case.news() == {("hse_ie", "case_assigned")}  # E2
    assert case.state() == "at_faculty"
    assert case.seen_by(*HANDLERS) == {"hse_ie"}
    assert "Fakultet for informasjonsteknologi og elektroteknikk" in words(case.opens("hse_ie"))


def test_s22_step_2_only_those_of_the_own_faculty_can_be_chosen(small_town):
    case = small_town.at_faculty()
    contact = small_town.person("quality_ie")
    contact.get(f"/cases/{case.number}/hand_over")
    assert f'value="{small_town.id_of("hse_ie")}"' in contact.text
    assert f'value="{small_town.id_of("hse_hf")}"' not in contact.text
    assert case.tries("quality_ie", "hand_over", new_handler=small_town.id_of("hse_hf")).status == 400
    assert case.seen_by("quality_ie", "hse_hf") == {"quality_ie"}


def test_s22_c8_e11_step_2_who_had_accepted_it_is_told_that_another_has_taken_over(small_town):
    case = small_town.in_progress()
    case.does("quality_ie", "hand_over", new_handler=small_town.id_of("hse_ie"))
    case.does("hse_ie", "hand_over", new_handler=small_town.id_of("quality_ie"))
    assert case.news() == {("hse_ie", "case_assigned"), ("quality_ie", "case_assigned")}
    case.does("quality_ie", "hand_over", new_handler=small_town.id_of("hse_ie"))
    case.quietly().does("hse_ie", "move_unit", unit="hf", area="education_quality")
    assert case.news() == {
        ("quality_hf", "case_assigned"),
        ("visitor", "case_moved"),
        ("quality_ie", "case_taken_over"),  # E11: accepted it once, and has lost it
    }
    assert case.letter("quality_ie", "case_taken_over").link == ""


def test_c8_step_2_moved_to_another_unit_the_case_leaves_the_faculty(town):
    case = town.at_faculty()
    case.does("quality_ie", "move_unit", unit="hf", area="education_quality")
    assert case.news() == {("quality_hf", "case_assigned"), ("visitor", "case_moved")}
    assert case.seen_by(*HANDLERS) == {"quality_hf"}
    letter = case.letter("visitor", "case_moved")
    assert "Du trenger ikke melde fra på nytt." in letter.text
    assert "Det humanistiske fakultet" in words(case.follow(letter))


def test_c9_e11_step_2_sent_back_the_intake_has_it_again_and_the_reason_stays(town):
    case = town.at_faculty()
    assert case.tries("quality_ie", "send_back").status == 400
    case.does("quality_ie", "send_back", comment="Dette er ikke vårt.")
    assert case.news() == {("desk", "case_returned"), ("desk_2", "case_returned")}
    assert case.state() == "received"
    assert case.seen_by(*HANDLERS) == {"desk", "desk_2"}
    assert "Dette er ikke vårt." in words(case.opens("desk"))


@pytest.mark.parametrize("transition", ["accept", "hand_over", "move_unit"])
def test_s23_g1_step_2_a_personnel_matter_waits_here_as_well(small_town, transition):
    case = small_town.at_faculty()
    given = {
        "accept": {},
        "hand_over": {"new_handler": small_town.id_of("hse_ie")},
        "move_unit": {"unit": "hf", "area": "education_quality"},
    }[transition]
    contact = case.tries("quality_ie", transition, personnel_matter="y", **given)
    assert contact.status == 400, shown(contact)
    assert "Konferer instituttleder og noter det først." in words(contact)
    assert (case.state(), case.news()) == ("at_faculty", set())
    case.does("quality_ie", "consult", comment="Konferert etter rutinen.", outcome="go")
    case.does("quality_ie", transition, personnel_matter="y", **given)
    assert case.news()


# -- 3: accepted ---------------------------------------------------------------


def test_s25_s26_s45_step_3_accepted_the_student_is_told_with_a_link_to_follow_it(town):
    case = town.at_faculty()
    case.does("quality_ie", "accept")
    assert case.news() == {("visitor", "case_accepted")}  # E3
    assert case.state() == "in_progress"
    reporter = case.follow(case.letter("visitor", "case_accepted"))
    assert "Under behandling" in heading(reporter)


def test_s45_step_3_it_holds_for_the_hse_coordinator_too(small_town):
    case = small_town.at_faculty(area="hse")
    case.does("hse_ie", "accept")
    assert case.news() == {("visitor", "case_accepted")}


def test_step_3_a_form_from_before_is_stale_and_keeps_what_was_written(town):
    case = town.at_faculty()
    late = Person(town.app, "quality_ie")
    late.get(f"/cases/{case.number}/reject")
    case.does("quality_ie", "write_to_reporter", conversation="Vi ser på det.").quietly()
    late.post(f"/cases/{case.number}/reject", reason="Hører ikke til her.", help_offered="y")
    assert late.status == 409, shown(late)
    assert "Hører ikke til her." in late.text
    assert re.search(r"<input[^>]*name=\"help_offered\"[^>]*checked", late.text)
    assert "Skriv til melder" in words(late)  # what has happened meanwhile
    assert (case.state(), case.news()) == ("at_faculty", set())
    late.post(f"/cases/{case.number}/reject", reason="Hører ikke til her.", help_offered="y")
    assert late.status == 302
    assert case.news() == {("visitor", "case_rejected")}


def test_step_3_a_move_that_the_case_no_longer_has_is_not_there(small_town):
    case = small_town.at_faculty()
    late = Person(small_town.app, "quality_ie")
    late.get(f"/cases/{case.number}/accept")
    case.does("quality_ie", "accept").quietly()
    late.post(f"/cases/{case.number}/accept")
    assert late.status in {404, 409}
    assert (case.state(), case.news()) == ("in_progress", set())


# -- 4: consequence and actions ------------------------------------------------


def test_s28_c16_step_4_no_action_before_the_severity_is_assessed(town):
    case = town.in_progress()
    contact = case.opens("quality_ie")
    assert offers(contact)["add"] is False
    assert "Vurder konsekvensen først." in words(contact)
    given = {"description": "Noe.", "owner": town.id_of("course_imf"), "due_on": town.in_days(14)}
    assert case.tries("quality_ie", "add", **given).status == 400
    case.does("quality_ie", "assess", severity="medium")
    assert case.news() == set()
    assert offers(case.opens("quality_ie"))["add"] is True


def test_s29_s30_s32_s38_step_4_the_one_responsible_gets_the_action_with_its_deadline(town):
    case = town.in_progress()
    case.does("quality_ie", "assess", severity="medium", others_to_inform="nobody")
    case.adds("course_imf", 14)
    assert case.news() == {("course_imf", "action_assigned")}  # E4
    assert case.state(part=1) == "assigned"
    letter = case.letter("course_imf", "action_assigned")
    assert town.spelled(14) in letter.text
    assert letter.link == f"/actions/{case.number}-1"
    case.adds("head_idi", 21)
    case.adds("dean_ie", 28)
    assert case.news() == {("head_idi", "action_assigned"), ("dean_ie", "action_assigned")}


def test_s30_step_4_the_person_is_picked_by_function_within_the_faculty(small_town):
    case = small_town.in_progress()
    case.does("quality_ie", "assess", severity="low")
    contact = small_town.person("quality_ie")
    contact.get(f"/cases/{case.number}/add")
    for name in ("course_imf", "head_idi", "dean_ie"):
        assert f'value="{small_town.id_of(name)}"' in contact.text
    for name in ("course_iap", "dean_hf", "student_idi", "desk"):
        assert f'value="{small_town.id_of(name)}"' not in contact.text


@pytest.mark.parametrize("lacking", ["description", "owner", "due_on"])
def test_s32_step_4_an_action_needs_words_somebody_and_a_deadline(small_town, lacking):
    case = small_town.in_progress()
    case.does("quality_ie", "assess", severity="low")
    given = {"description": "Noe.", "owner": small_town.id_of("course_imf"), "due_on": small_town.in_days(14)}
    contact = case.tries("quality_ie", "add", **{**given, lacking: ""})
    assert contact.status == 400
    assert f'href="#{lacking}"' in contact.text
    assert case.news() == set()


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
