"""A move's own page: what it shows before the click, what it says when it can't be, and that a late form tells why."""

import re

import pytest

from tests.matrix.conftest import cross, crowded, crowded_on_sqlite  # noqa: F401 - a case in every state


@pytest.fixture
def contact(cross):  # noqa: F811
    return cross("quality")


def number_of(crossing, state):
    return crossing.numbers["quality", state]


def test_a_form_sent_after_somebody_else_has_moved_the_case_tells_what_happened(contact):
    """F47: a stale form."""
    number = number_of(contact, "in_progress")
    version = contact.version(number)
    assert contact.post(f"/cases/{number}/assess", version=version, severity="high") == "go"
    found = contact.post(f"/cases/{number}/close", version=version, summary="My long text.")
    assert found == "late"
    assert "My long text." in contact.person.text
    assert "Vurder konsekvens" in contact.person.text, "what has happened meanwhile"
    assert "Kvalitetskontakt IE" in contact.person.text, "and who did it"
    assert contact.row(number)["state"] == "in_progress"


def test_a_move_that_leaves_another_state_by_now_is_late_and_not_lost(contact):
    number = number_of(contact, "at_faculty")
    version = contact.version(number)
    assert contact.post(f"/cases/{number}/accept", version=version) == "go"
    assert contact.post(f"/cases/{number}/accept", version=version) == "late"
    assert contact.post(f"/cases/{number}/send_back", version=version, comment="My reason.") == "late"
    assert "My reason." in contact.person.text
    assert contact.post(f"/cases/{number}/accept", version=contact.version(number)) == "none"


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "99", "9" * 40, "1.0", "١"])
def test_no_version_but_the_present_one_moves_a_case(contact, version):
    number = number_of(contact, "in_progress")
    assert contact.post(f"/cases/{number}/note", version=version, comment="A note.") == "late"
    assert not contact.changed()


def test_looking_at_the_receiver_changes_nothing(contact):
    number = number_of(contact, "in_progress")
    given = {"unit": "iv", "area": "education_quality", "version": contact.version(number), "preview": "1"}
    assert contact.post(f"/cases/{number}/move_unit", **given) == "ok"
    assert "Kvalitetskontakt IV" in contact.person.text
    assert not contact.changed()


def test_the_form_comes_again_with_every_reason_and_what_was_written(contact):
    number = number_of(contact, "with_actions")
    found = contact.post(f"/cases/{number}/close", version=contact.version(number), summary="")
    assert found == "bad"
    text = contact.person.text
    assert "Fyll ut" in text
    assert "Et tiltak er ikke avsluttet." in text
    assert 'href="/actions/' in text, "with the way to what mends it"
    assert not contact.changed()


def test_mails_are_shown_before_the_click_with_their_words(contact):
    number = number_of(contact, "at_faculty")
    contact.get(f"/cases/{number}/accept")
    text = contact.person.text
    assert "Melder" in text
    assert number in text
    assert "student.idi" not in text, "never the address"
    assert not contact.changed()


def test_the_case_out_of_sight_leads_to_the_list(contact):
    number = number_of(contact, "in_progress")
    given = {"unit": "iv", "area": "education_quality", "version": contact.version(number)}
    assert contact.post(f"/cases/{number}/move_unit", **given) == "go"
    assert contact.person.page.location.endswith("/cases/")
    assert contact.get(f"/cases/{number}") == "none"


def test_the_page_of_a_case_has_every_move_with_why_not(contact):
    number = number_of(contact, "with_actions")
    contact.get(f"/cases/{number}")
    text = contact.person.text
    close = re.search(r'<[^>]*data-transition="close"[^>]*>', text)[0]
    assert 'aria-disabled="true"' in close
    assert "Et tiltak er ikke avsluttet." in text


def test_without_its_permission_a_move_is_neither_offered_nor_made(contact):
    from sqlalchemy import text as sql  # noqa: PLC0415 - only here

    from app.web.database import db  # noqa: PLC0415

    number = number_of(contact, "in_progress")
    version = contact.version(number)
    with contact.app.app_context():
        db.session.execute(
            sql(
                "DELETE FROM ab_permission_view_role WHERE permission_view_id IN (SELECT pv.id FROM ab_permission_view pv "
                "JOIN ab_permission p ON p.id = pv.permission_id WHERE p.name = 'can_close')"
            )
        )
        db.session.commit()
        db.session.remove()
    contact.get(f"/cases/{number}")
    assert 'data-transition="close"' not in contact.person.text
    assert 'data-transition="note"' in contact.person.text
    assert contact.get(f"/cases/{number}/close") == "no"
    assert contact.post(f"/cases/{number}/close", version=version, summary="Done.") == "no"


def test_an_identity_number_is_refused_and_nothing_is_kept(contact):
    number = number_of(contact, "in_progress")
    given = {"version": contact.version(number), "comment": "Ask 130972 48022 about it."}
    assert contact.post(f"/cases/{number}/note", **given) == "bad"
    assert "fødselsnummer" in contact.person.text
    assert not contact.changed()


def test_odd_texts_are_kept_as_text(contact):
    number = number_of(contact, "in_progress")
    odd = "<script>alert(1)</script> {{7*7}} \u202e\"'&"
    assert contact.post(f"/cases/{number}/note", version=contact.version(number), comment=odd) == "go"
    contact.get(f"/cases/{number}")
    page = contact.person.page.get_data(as_text=True)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{7*7}}" in page
    assert "\u202e" not in page
