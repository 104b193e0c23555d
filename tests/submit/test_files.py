"""A file on a form that is refused isn't lost, and isn't anybody else's , though the form must be mended first."""

import io
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.web.database import db
from app.worker.tick import tick
from app.workflow import pending
from app.workflow.uploads import MOST_BYTES
from model import PendingFile, StoredFile
from tests.submit.conftest import Browser

PDF = b"%PDF-1.7\n" + b"x" * 200_000


@pytest.fixture
def office(elsewhere):
    elsewhere.publish(
        ("optional: [unit, course]", "optional: [unit, course, attachments]"),
        ("by: reporter, fields: [conversation]", "by: reporter, fields: [conversation, proof]"),
        ("fields: [summary],", "fields: [summary, proof],"),
        (
            "  new_handler: {choices:",
            "  proof: {type: file, label: {nb: Bevis, nn: Prov, en: Proof}}\n  new_handler: {choices:",
        ),
    )
    return elsewhere


@pytest.fixture
def visitor(office):
    return Browser(office.app.test_client())


def pdf(name="kart.pdf", content=PDF):
    return io.BytesIO(content), name


def holds(browser, field="attachments"):
    return re.findall(rf'name="held-{field}" value="(\d+)"', browser.text)


def counted(office, table):
    with office.app.app_context():
        return db.session.scalar(select(func.count(table.id)))


def test_a_file_stays_with_a_refused_report_and_goes_with_it_when_it_is_sent(office, visitor):
    assert visitor.send(description="", attachments=pdf()).status_code == 400
    (kept,) = holds(visitor)
    assert "kart.pdf" in visitor.text
    again = {"key": visitor.hidden("key"), "held-attachments": kept}
    assert visitor.send(description="", **again).status_code == 400
    assert holds(visitor) == [kept]
    assert visitor.send(**again).status_code == 303
    assert [each["name"] for each in office.case().answers["attachments"]] == ["kart.pdf"]
    assert (counted(office, StoredFile), counted(office, PendingFile)) == (1, 0)


def test_a_held_file_can_be_removed_and_another_be_added(office, visitor):
    visitor.send(description="", attachments=[pdf("a.pdf"), pdf("b.pdf")])
    first, second = holds(visitor)
    more = {"held-attachments": [first, second], "drop-attachments": first, "attachments": pdf("c.pdf")}
    assert visitor.send(description="", key=visitor.hidden("key"), **more).status_code == 400
    assert "a.pdf" not in visitor.text
    visitor.send(key=visitor.hidden("key"), **{"held-attachments": holds(visitor)})
    assert sorted(each["name"] for each in office.case().answers["attachments"]) == ["b.pdf", "c.pdf"]


def test_nobody_elses_form_can_name_a_held_file(office, visitor):
    visitor.send(description="", attachments=pdf())
    (kept,) = holds(visitor)
    other = Browser(office.app.test_client())
    other.open()
    assert other.send(**{"held-attachments": kept}).status_code == 400
    assert "kart.pdf" not in other.text
    visitor.log_in("student_idi")
    visitor.open()
    assert visitor.send(reporter=None, **{"held-attachments": kept}).status_code == 400
    assert office.cases() == 0
    assert visitor.client.get(f"/follow/x/file/{kept}").status_code == 404


def test_a_file_held_no_more_is_told_and_the_report_is_not_sent_without_it(office, visitor):
    visitor.send(description="", attachments=pdf())
    (kept,) = holds(visitor)
    with office.app.app_context():
        tick(office.app, datetime.now(UTC) + pending.LASTS)
    assert counted(office, PendingFile) == 0
    assert visitor.send(key=visitor.hidden("key"), **{"held-attachments": kept}).status_code == 400
    assert "ikke lenger" in visitor.text
    assert holds(visitor) == []
    assert visitor.send(key=visitor.hidden("key")).status_code == 303


@pytest.mark.parametrize("odd", ["0", "-1", "x", "9" * 30, "", "1' or 1=1"])
def test_odd_names_of_held_files_are_none(office, visitor, odd):
    visitor.open()
    assert visitor.send(**{"held-attachments": odd}).status_code in (303, 400)


def test_what_can_be_no_answer_is_told_and_not_held(office, visitor):
    assert (
        visitor.send(attachments=[pdf("virus.exe", b"MZ"), pdf("big.pdf", PDF + b"x" * MOST_BYTES)]).status_code == 400
    )
    assert holds(visitor) == []
    assert counted(office, PendingFile) == 0


def test_a_door_and_a_machine_leave_no_file(office, visitor):
    visitor.open()
    key = visitor.hidden("key")
    assert visitor.send(key=key, area="whistleblowing", attachments=pdf()).status_code == 200
    visitor.send(key=key, more_about_you="I am", attachments=pdf())
    assert counted(office, PendingFile) == 0


def test_a_file_stays_on_the_follow_page_and_another_takes_its_place(office, visitor):
    visitor.send()
    place = visitor.page.headers["Location"].replace("receipt", "follow")
    visitor.open(place)
    sent = {"csrf_token": visitor.hidden("csrf_token"), "version": visitor.hidden("version")}
    assert visitor.post(f"{place}/reply", {**sent, "conversation": "", "proof": pdf("a.pdf")}).status_code == 400
    (kept,) = holds(visitor, "proof")
    typed = {**sent, "conversation": "", "held-proof": kept, "proof": pdf("b.pdf")}
    assert visitor.post(f"{place}/reply", typed).status_code == 400
    (other,) = holds(visitor, "proof")
    assert other != kept
    assert visitor.post(f"{place}/reply", {**sent, "conversation": "Se her.", "held-proof": other}).status_code == 303
    assert office.case().answers["proof"]["name"] == "b.pdf"
    assert (counted(office, StoredFile), counted(office, PendingFile)) == (1, 0)


def test_a_file_stays_with_a_handlers_refused_move(office, visitor):
    visitor.send()
    office.move("forward", "desk", unit="ie", area="education_quality")
    office.move("accept", "quality_ie")
    visitor.log_in("quality_ie")
    page = f"/cases/{office.case().number}/close"
    visitor.open(page)
    sent = {"csrf_token": visitor.hidden("csrf_token"), "version": visitor.hidden("version")}
    assert visitor.post(page, {**sent, "summary": "", "proof": pdf()}).status_code == 400
    (kept,) = holds(visitor, "proof")
    assert visitor.post(page, {**sent, "summary": "Mended.", "held-proof": kept}).status_code == 302
    assert office.case().answers["proof"]["name"] == "kart.pdf"
    assert counted(office, PendingFile) == 0


@pytest.fixture
def some_areas(elsewhere):
    elsewhere.publish(
        ("optional: [unit, course]", "optional: [unit, course, attachments]"),
        ("  new_handler: {choices:", "  attachments: {when: {area: [education_quality]}}\n  new_handler: {choices:"),
    )
    return elsewhere


def test_files_asked_for_in_some_areas_are_asked_for_once_the_area_is_chosen(some_areas):
    visitor = Browser(some_areas.app.test_client())
    visitor.open()
    assert 'type="file"' not in visitor.text
    sent = {"key": visitor.hidden("key"), "shown": visitor.hidden("shown")}
    assert visitor.send(**sent).status_code == 400
    assert 'type="file"' in visitor.text
    assert "Svarene dine gir ett spørsmål til" in visitor.text
    assert "Vi spurte i uke 36." in visitor.text
    assert some_areas.cases() == 0
    again = {"key": visitor.hidden("key"), "shown": visitor.hidden("shown")}
    assert visitor.send(**again, attachments=pdf()).status_code == 303
    assert some_areas.case().answers["attachments"][0]["name"] == "kart.pdf"


def test_a_file_is_not_kept_in_an_area_that_has_none_and_nothing_more_is_asked(some_areas):
    visitor = Browser(some_areas.app.test_client())
    visitor.open()
    sent = {"key": visitor.hidden("key"), "shown": visitor.hidden("shown"), "area": "physical"}
    assert visitor.send(**sent, attachments=pdf()).status_code == 303
    assert counted(some_areas, StoredFile) == 0
