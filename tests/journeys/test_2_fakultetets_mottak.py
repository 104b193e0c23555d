"""The routine's second section: Fakultetenes mottak, as far as the actions."""

import re

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
