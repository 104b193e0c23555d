"""The routine's fourth section: Slik kan melder følge saksgangen. The whole story, as the student hears of it."""

import re

import pytest

from tests.journeys.town import TEXT, heading, words

CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")


@pytest.mark.parametrize("by", [None, "student_idi"])
def test_s26_s27_s45_s46_the_student_follows_the_case_from_report_to_end(town, by):
    me = by or "visitor"
    case = town.reported(by)
    assert TEXT in words(case.reporter)
    assert case.news() == {(me, "receipt"), ("desk", "new_case"), ("desk_2", "new_case")}  # E0, E0b
    receipt = case.letter(me, "receipt")
    assert case.number in receipt.subject
    assert "Mottatt" in heading(case.follow(receipt))

    case.does("desk", "forward", unit="ie", area="education_quality")
    assert case.news() == {("quality_ie", "case_assigned")}  # E1
    assert "Hos fakultetet" in heading(case.follow(receipt))

    case.does("quality_ie", "accept")
    assert case.news() == {(me, "case_accepted")}  # E3
    assert "Under behandling" in heading(case.follow(case.letter(me, "case_accepted")))

    case.does("quality_ie", "assess", severity="high", others_to_inform="nobody").adds("course_imf", 14)
    assert case.news() == {("course_imf", "action_assigned")}  # E4
    page = words(case.follow(receipt))
    assert "Et tiltak er planlagt." in page
    assert "Sett ned en referansegruppe." not in page

    case.does("course_imf", "accept", part=1)
    assert case.news() == set()
    assert "Arbeidet med tiltaket er i gang." in words(case.follow(receipt))

    case.does("course_imf", "complete", part=1, result="Gruppa er satt ned.")
    assert case.news() == {("quality_ie", "action_completed"), (me, "action_completed_reporter")}  # E6, E7a
    page = words(case.follow(case.letter(me, "action_completed_reporter")))
    assert "Tiltaket er gjennomført. Fakultetet kontrollerer saken." in page
    assert "Gruppa er satt ned." not in page

    case.does("quality_ie", "close", summary="Emnet har fått referansegruppe.")
    assert case.news() == {(me, "case_closed")}  # E7b
    last = case.follow(case.letter(me, "case_closed"))
    assert "Lukket" in heading(last)
    assert "Emnet har fått referansegruppe." in words(last)


def test_s27_no_mail_to_the_student_holds_what_was_written(small_town):
    case = small_town.completed().does("quality_ie", "close", summary="Emnet har fått referansegruppe.")
    for name in ("receipt", "case_accepted", "action_completed_reporter", "case_closed"):
        text = case.letter("visitor", name).text
        for written in (TEXT, "Gruppa er satt ned.", "Emnet har fått referansegruppe."):
            assert written not in text


def test_s27_the_link_opens_one_case_and_nothing_else(small_town):
    mine, other = small_town.reported(), small_town.reported()
    link = mine.letter("visitor", "receipt").link
    visitor = small_town.visitor()
    assert visitor.get(link).status_code == 200
    assert other.number not in visitor.text
    assert visitor.get(link[:-1] + ("a" if link[-1] != "a" else "b")).status_code == 404
    assert visitor.get(f"/cases/{mine.number}").status_code == 302


def test_s27_the_receipts_code_opens_it_too(small_town):
    case = small_town.reported()
    code = CODE.search(case.reporter.text)[0]
    visitor = small_town.visitor()
    visitor.get("/follow/")
    visitor.post("/follow/", code=code)
    assert visitor.page.location == case.letter("visitor", "receipt").link


def test_s27_a_student_who_is_logged_in_finds_it_without_the_link(small_town):
    case = small_town.reported("student_imf")
    me = small_town.person("student_imf")
    me.get("/my/")
    assert case.number in me.text
    me.get(f"/my/{case.number}")
    me.follow()
    assert "Motteken" in heading(me)
    assert "Saksnummeret ditt er" in case.letter("student_imf", "receipt").text
    assert "Ta vare på lenkja." in case.letter("student_imf", "receipt").text


def test_s27_student_and_contact_write_to_each_other_and_notes_stay_inside(town):
    case = town.in_progress()
    case.does("quality_ie", "write_to_reporter", conversation="Hvilket emne gjelder det?")
    assert case.news() == {("visitor", "message_from_handler")}
    letter = case.letter("visitor", "message_from_handler")
    assert "Hvilket emne" not in letter.text
    me = case.follow(letter)
    assert "Hvilket emne gjelder det?" in words(me)
    me.post(f"{letter.link}/reply", conversation="Det er TMA4100.")
    assert me.status == 303
    assert case.news() == {("quality_ie", "message_from_reporter")}
    assert "Det er TMA4100." in words(case.opens("quality_ie"))
    case.does("quality_ie", "note", comment="Det samme ble sagt i fjor.")
    assert case.news() == set()
    assert "Det samme ble sagt i fjor." in words(case.opens("quality_ie"))
    assert "Det samme ble sagt i fjor." not in words(case.follow(letter))


def test_s27_reading_changes_nothing(small_town):
    case = small_town.in_progress()
    link = case.letter("visitor", "case_accepted").link
    for _ in range(3):
        case.reporter.get(link)
        case.reporter.get(f"{link}/reply")
    assert (case.state(), case.news()) == ("in_progress", set())


def test_s26_a_student_is_told_in_the_language_they_used(small_town):
    visitor = small_town.visitor()
    visitor.get("/?lang=en")
    visitor.report(description="We have no reference group.")
    visitor.follow()
    number = re.search(r"20\d\d-\d{4,}", visitor.text)[0]
    small_town.person("desk").move(number, "forward", unit="ie", area="education_quality")
    small_town.person("quality_ie").move(number, "accept")
    small_town.work()
    texts = [mail["Subject"] for to, mail in small_town.posted().values() if number in mail["Subject"]]
    assert f"We have received your report, case {number}" in texts
    assert f"Case {number} is in progress" in texts
