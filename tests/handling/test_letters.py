"""Letters on the pages: previewed before the press, listed with the case, printed, downloaded, and kept from others."""

import pytest
from sqlalchemy import select

from app.submit import followed
from app.web.database import db
from model import Case, Document, MailText
from tests.house import Person, cases, mails, session_of


@pytest.fixture
def quality(small_house):
    with session_of(small_house) as session:
        row = session.scalars(select(MailText).where(MailText.name == "case_accepted")).one()
        row.subject, row.letter = {"nb": "Brev om {number}"}, True
        row.body = {"nb": "Hei.\n\nFakultetet har saken: {state}.\n\nLes: {link}"}
        session.commit()
    Person(small_house).report()
    desk = Person(small_house, "desk")
    desk.move(number(small_house), "forward", unit="ie", area="education_quality")
    return Person(small_house, "quality_ie")


def number(app):
    """The first case's."""
    return next(iter(cases(app)))


def letter(app):
    with session_of(app) as session:
        row = session.scalars(select(Document)).one()
        return row.id, row.subject.number


def test_a_letter_is_read_before_the_press_and_kept_after_it(quality, small_house):
    case = number(small_house)
    quality.get(f"/cases/{case}/accept")
    assert "Fakultetet har saken: " in quality.text
    quality.move(case, "accept")
    which, _ = letter(small_house)
    page = quality.get(f"/cases/{case}") and quality.text
    assert f'href="/cases/{case}/letter/{which}"' in page
    assert "til melder" in page.lower()
    assert "melder@stud.example" not in page
    quality.get(f"/cases/{case}/letter/{which}")
    assert "Fakultetet har saken: " in quality.text
    assert "Les:" not in quality.text
    pdf = quality.get(f"/cases/{case}/letter/{which}.pdf")
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    assert f"Sak-{case}.pdf" in pdf.headers["Content-Disposition"]


def test_the_letter_can_be_seen_with_what_is_typed_and_where_the_move_leads(quality, small_house):
    case = number(small_house)
    assert "Under behandling." in (quality.get(f"/cases/{case}/accept") and quality.text)
    with session_of(small_house) as session:
        row = session.scalars(select(MailText).where(MailText.name == "case_rejected")).one()
        row.subject, row.body, row.letter = {"nb": "Brev"}, {"nb": "Grunn: {reason}"}, True
        session.commit()
    quality.get(f"/cases/{case}/reject")
    assert 'name="preview"' in quality.text
    quality.post(f"/cases/{case}/reject", preview="1", reason="Den hører til et annet sted.")
    assert quality.status == 200
    assert "Grunn: Den hører til et annet sted." in quality.text


def test_f60_signs_of_a_template_in_a_handlers_text_stay_what_they_are(quality, small_house):
    typed = "{{7*7}} {number} {% raw %} ${7*7} {reason}"
    case = number(small_house)
    with session_of(small_house) as session:
        row = session.scalars(select(MailText).where(MailText.name == "case_rejected")).one()
        row.subject, row.body, row.letter = {"nb": "Brev om {number}"}, {"nb": "Grunn: {reason}\n\n{link}"}, True
        session.commit()
    answers = {"reason": typed, "help_offered": "y"}
    quality.get(f"/cases/{case}/reject")
    quality.post(f"/cases/{case}/reject", preview="1", **answers)
    assert f"Grunn: {typed}" in quality.text
    quality.move(case, "reject", **answers)
    assert quality.status == 302, quality.text
    [mail] = [mail for mail in mails(small_house) if mail[2] == "case_rejected" and f"Grunn: {typed}" in mail[4]]
    assert mail[3] == f"Brev om {case}"
    visitor = Person(small_house)
    place = f"/follow/{follow(small_house)}"
    with session_of(small_house) as session:
        which = session.scalars(select(Document.id)).one()
    for page in (place, f"{place}/letter/{which}"):
        visitor.get(page)
        assert typed in visitor.text, page
        assert "49" not in visitor.text.split("<main", 1)[1]


def test_the_reporter_has_it_on_their_page_and_nobody_elses_link_opens_it(quality, small_house):
    case = number(small_house)
    quality.move(case, "accept")
    which, _ = letter(small_house)
    visitor = Person(small_house)
    token = follow(small_house)
    visitor.get(f"/follow/{token}")
    assert f"/follow/{token}/letter/{which}" in visitor.text
    visitor.get(f"/follow/{token}/letter/{which}")
    assert "Fakultetet har saken: " in visitor.text
    assert visitor.page.headers["Cache-Control"] == "no-store"
    assert visitor.get(f"/follow/{token}/letter/{which}.pdf").mimetype == "application/pdf"
    other = Person(small_house)
    other.report(description="En annen sak.")
    elsewhere = other.page.location.rsplit("/", 1)[1]
    assert other.get(f"/follow/{elsewhere}/letter/{which}").status_code == 404
    assert other.get(f"/follow/{elsewhere}/letter/{which}.pdf").status_code == 404


def follow(app):
    with app.test_request_context():
        case = db.session.scalars(select(Case).order_by(Case.id)).first()
        return followed.token_of(case)


@pytest.mark.parametrize("who", ["quality_iv", "desk", "dean_ie", "admin", "student_idi", None])
def test_nobody_else_reads_it(quality, small_house, who):
    case = number(small_house)
    quality.move(case, "accept")
    which, _ = letter(small_house)
    for ending in ("", ".pdf"):
        assert Person(small_house, who).get(f"/cases/{case}/letter/{which}{ending}").status_code in (302, 403, 404)


def test_a_letter_under_another_number_or_id_is_not_there(quality, small_house):
    case = number(small_house)
    quality.move(case, "accept")
    which, _ = letter(small_house)
    for path in (
        f"{case}/letter/{which + 1}",
        f"{case}/letter/{10**30}",
        f"2020-1/letter/{which}",
        f"x{case}/letter/{which}",
    ):
        assert quality.get(f"/cases/{path}").status_code == 404


def test_an_erased_letter_leaves_a_line_and_opens_for_nobody(quality, small_house):
    case = number(small_house)
    quality.move(case, "accept")
    which, _ = letter(small_house)
    with session_of(small_house) as session:
        row = session.get_one(Document, which)
        row.receiver_id, row.title, row.body, row.fields, row.forgotten = None, "", "", [], True
        session.commit()
    quality.get(f"/cases/{case}")
    assert "Slettet brev" in quality.text
    assert quality.get(f"/cases/{case}/letter/{which}").status_code == 404
