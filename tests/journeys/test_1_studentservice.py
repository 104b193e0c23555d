"""The routine's first section: Felles mottak - Studentservice."""

import pytest

from tests.journeys.town import TEXT, heading, kinds, offers, shown, words

INTAKE = {"desk", "desk_2"}
OTHERS = {"quality_ie", "hse_ie", "dean_ie", "course_imf", "quality_hf", "student_idi", "student_imf"}
FNR = "01010112377"


# -- 1: is it a deviation, and where does it go? -------------------------------


def test_s1_s4_step_1_a_visitors_report_waits_in_the_shared_intake(town):
    case = town.reported()
    assert case.news() == {("visitor", "receipt"), ("desk", "new_case"), ("desk_2", "new_case")}  # E0, E0b
    assert case.state() == "received"
    assert case.seen_by(*INTAKE, *OTHERS) == INTAKE
    assert case.waits_for("desk")
    assert case.waits_for("desk_2")


def test_s1_s7_step_1_a_students_report_waits_there_too_with_their_home_faculty_proposed(town):
    student = town.person("student_idi")
    student.get("/")
    assert 'value="Fakultet for informasjonsteknologi og elektroteknikk"' in student.text
    case = town.reported("student_idi", unit=None)
    assert case.news() == {("student_idi", "receipt"), ("desk", "new_case"), ("desk_2", "new_case")}
    assert case.seen_by(*INTAKE, *OTHERS) == INTAKE
    desk = town.person("desk")
    desk.get(f"/cases/{case.number}/forward")
    assert '<option value="ie" selected>' in desk.text


def test_s5_step_1_the_category_is_explained_beside_the_case(small_town):
    case = small_town.reported()
    desk = small_town.person("desk")
    desk.get(f"/cases/{case.number}/forward")
    assert "Undervisning, veiledning, vurdering og evaluering." in words(desk)
    assert TEXT in words(case.opens("desk"))


def test_s6_step_1_the_intake_may_forward_or_reject_and_nothing_else_moves_the_case(small_town):
    case = small_town.reported()
    possible = {name for name, now in offers(case.opens("desk")).items() if now}
    assert possible == {"forward", "reject", "consult", "write_to_reporter", "note"}


@pytest.mark.parametrize("transition", ["consult", "write_to_reporter", "note", "reject"])
def test_s8_s24_g2_step_1_no_handler_can_write_a_national_identity_number(small_town, transition):
    case = small_town.reported()
    name = {"write_to_reporter": "conversation", "reject": "reason"}.get(transition, "comment")
    desk = case.tries("desk", transition, **{name: f"Han heter noe og har {FNR}.", "help_offered": "y"})
    assert desk.status == 400, shown(desk)
    assert case.state() == "received"


def test_s8_s51_g2_step_1_nor_can_the_student(small_town):
    before = kinds(small_town.app)
    visitor = small_town.visitor()
    visitor.report(description=f"Foreleseren har fødselsnummer {FNR}.")
    assert visitor.status == 400
    assert FNR not in words(visitor).replace(f"Foreleseren har fødselsnummer {FNR}.", "")
    assert "Foreleseren har fødselsnummer" in visitor.text
    assert kinds(small_town.app) == before


# -- 2: the report goes to the faculty -----------------------------------------


def test_s9_s20_step_2_forwarded_to_the_faculty_its_quality_contact_has_it(town):
    case = town.reported().quietly()
    case.does("desk", "forward", unit="ie", area="education_quality")
    assert case.news() == {("quality_ie", "case_assigned")}  # E1
    assert case.state() == "at_faculty"
    assert case.seen_by(*INTAKE, *OTHERS) == {"quality_ie"}
    assert case.waits_for("quality_ie")
    assert not case.waits_for("desk")


def test_s9_step_2_the_unit_is_the_first_question(small_town):
    case = small_town.reported()
    desk = small_town.person("desk")
    desk.get(f"/cases/{case.number}/forward")
    assert desk.text.index('name="unit"') < desk.text.index('name="area"')


@pytest.mark.parametrize("area", ["physical", "hse"])
def test_s11_s12_step_2_physical_surroundings_and_hse_go_to_the_facultys_hse_coordinator(town, area):
    case = town.reported(area=area).quietly()
    case.does("desk", "forward", unit="ie", area=area)
    assert case.news() == {("hse_ie", "case_assigned")}  # E2
    assert case.seen_by(*INTAKE, *OTHERS) == {"hse_ie"}


def test_s12_step_2_changing_unit_and_area_changes_who_gets_it(small_town):
    case = small_town.reported().quietly()
    case.does("desk", "forward", unit="hf", area="hse")
    assert case.news() == {("hse_hf", "case_assigned")}


def test_s10_g1_step_2_a_personnel_matter_waits_until_the_head_is_consulted(town):
    case = town.reported(area="psychosocial").quietly()
    where = {"unit": "ie", "area": "psychosocial", "personnel_matter": "y"}
    desk = case.tries("desk", "forward", **where)
    assert desk.status == 400
    assert "Konferer instituttleder og noter det først." in words(desk)
    assert case.state() == "received"
    case.does("desk", "consult", comment="Konferert etter rutinen.", consulted_on=town.in_days(0), outcome="stop")
    desk = case.tries("desk", "forward", **where)
    assert desk.status == 400
    assert "Dere ble enige om at saken ikke skal videre her." in words(desk)
    case.does("desk", "consult", comment="Konferert på nytt.", consulted_on=town.in_days(0), outcome="go")
    assert case.news() == set()
    case.does("desk", "forward", **where)
    assert case.news() == {("quality_ie", "case_assigned")}


def test_s10_g1_step_2_what_the_head_said_never_reaches_the_student(small_town):
    case = small_town.reported(area="psychosocial")
    case.does("desk", "consult", comment="Instituttleder er enig.", outcome="go")
    reporter = case.follow(case.letter("visitor", "receipt"))
    assert "Instituttleder er enig." not in reporter.text


def test_s52_g6_step_2_an_area_the_routine_is_not_for_is_never_forwarded(small_town):
    case = small_town.reported(area="other").quietly()
    desk = case.tries("desk", "forward", unit="ie", area="other")
    assert desk.status == 400
    assert "Velg et område som rutinen gjelder for." in words(desk)
    assert (case.state(), case.news()) == ("received", set())


# -- 3: what does not belong here is rejected ----------------------------------


def test_s13_s14_s17_step_3_a_report_that_does_not_belong_here_is_rejected_with_the_reason(town):
    case = town.reported(area="other").quietly()
    case.does("desk", "reject", reason="Parkering hører til eiendomsavdelingen.", help_offered="y")
    assert case.news() == {("visitor", "case_rejected")}  # E8
    assert case.state() == "rejected"
    letter = case.letter("visitor", "case_rejected")
    assert "Begrunnelse: Parkering hører til eiendomsavdelingen." in letter.text
    assert "Vi hjelper deg gjerne med å få meldingen til rett sted." in letter.text
    reporter = case.follow(letter)
    assert "Avvist" in heading(reporter)
    assert "Parkering hører til eiendomsavdelingen." in words(reporter)
    assert not case.waits_for("desk")
    assert not {"forward", "reject", "consult"} & offers(case.opens("desk")).keys()


@pytest.mark.parametrize("lacking", ["reason", "help_offered"])
def test_s13_s15_g3_step_3_no_rejection_without_a_reason_and_an_offer_of_help(town, lacking):
    case = town.reported(area="other").quietly()
    given = {"reason": "Hører til eiendomsavdelingen.", "help_offered": "y"}
    desk = case.tries("desk", "reject", **{**given, lacking: None})
    assert desk.status == 400
    assert f'href="#{lacking}"' in desk.text
    assert (case.state(), case.news()) == ("received", set())


def test_s53_step_3_the_faculty_rejects_in_the_same_way(small_town):
    case = small_town.at_faculty()
    assert case.tries("quality_ie", "reject", reason="Dette er en eksamensklage.").status == 400
    case.does("quality_ie", "reject", reason="Dette er en eksamensklage.", help_offered="y")
    assert case.news() == {("visitor", "case_rejected")}
