"""The routine's section Generelle prinsipper: the lowest level first, no personal data, and what the flow is for."""

import pytest

from tests.journeys.town import TEXT, heading, kinds, words


def test_s49_whom_to_ask_first_stands_before_the_first_question(small_town):
    visitor = small_town.visitor()
    visitor.get("/")
    page = visitor.text
    assert 0 < page.index('class="ds-alert" data-color="info"') < page.index('name="area"')


@pytest.mark.parametrize("answer", ["tried", "difficult"])
def test_s50_both_answers_let_the_report_through(small_town, answer):
    case = small_town.reported(tried_first=answer)
    assert case.state() == "received"


def test_s49_the_handler_reads_what_was_tried(small_town):
    case = small_town.reported(tried_first="difficult")
    assert "Det er vanskelig for meg å ta det opp der" in words(case.opens("desk"))


@pytest.mark.parametrize("lacking", ["area", "description", "tried_first", "no_personal_data", "reporter"])
def test_s49_s51_an_unanswered_question_is_named_and_nothing_is_lost_or_stored(small_town, lacking):
    before = kinds(small_town.app)
    visitor = small_town.visitor()
    visitor.report(**{"description": TEXT, lacking: None})
    assert visitor.status == 400
    assert f'href="#{lacking}' in visitor.text
    if lacking != "description":
        assert TEXT in visitor.text
    assert kinds(small_town.app) == before


def test_s51_what_looks_like_somebody_s_data_is_asked_about_once(small_town):
    visitor = small_town.visitor()
    told = "Ring meg på 91 23 45 67 om gruppa."
    visitor.report(description=told)
    assert visitor.status == 400
    assert "keep_personal_data" in visitor.text
    assert told in visitor.text
    visitor.report(description=told, keep_personal_data="y")
    assert visitor.status == 303


def test_s52_the_flow_is_for_education_and_learning_environment(small_town):
    for area in ("education_quality", "psychosocial"):
        case = small_town.at_faculty(area=area)
        assert case.waits_for("quality_ie")


def test_s53_other_matters_are_rejected_with_information_why(small_town):
    case = small_town.reported(area="other").quietly()
    case.does("desk", "reject", reason="Parkering hører til eiendomsavdelingen.", help_offered="y")
    letter = case.letter("visitor", "case_rejected")
    assert "Parkering hører til eiendomsavdelingen." in letter.text
    assert "Avvist" in heading(case.follow(letter))


def test_s55_every_lookup_of_the_reporter_is_written_down(small_town):
    case = small_town.reported().quietly()
    desk = case.opens("desk")
    assert "melder@stud.example" not in desk.text
    before = desk.text.count("<li")
    desk.post(f"/cases/{case.number}/reporter")
    assert "melder@stud.example" in words(desk)
    assert case.opens("desk").text.count("<li") == before + 1
    assert small_town.person("desk").get(f"/cases/{case.number}/reporter").status_code in {404, 405}
    assert case.seen_by("quality_ie") == set()
    assert small_town.person("quality_ie").post(f"/cases/{case.number}/reporter").status_code == 404
