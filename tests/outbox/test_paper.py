"""A letter on paper: a PDF that goes along with its mail, the same bytes however often it is made."""

import logging
import re
import zlib
from dataclasses import replace
from email import policy
from email.parser import BytesParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.outbox import compose, message, paper
from app.outbox.deliver import deliver
from app.outbox.paper import Sheet
from model import MailText
from tests.outbox.conftest import NOW, SETTINGS, post
from tests.outbox.server import Told, running
from tests.outbox.test_message import LETTER

SHEET = Sheet("Universitetet", "Sak 2026-12", "25. november 2026", "Svar på saken", "Hei.\n\nTakk.", "nb")
HEAD = {"institution": "Universitetet", "reference": "Sak 2024-1", "day": "4. mars 2024"}


def pages(pdf):
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_it_is_one_page_with_a_title_and_a_language():
    pdf = paper.pdf(replace(SHEET, title="An answer"))
    assert pdf.startswith(b"%PDF-")
    assert pages(pdf) == 1
    assert b"/Title (An answer)" in pdf
    assert b"/Lang (nb)" in pdf
    assert paper.file_name(SHEET) == "Sak-2026-12.pdf"


def test_its_bytes_are_the_same_each_time_and_others_for_another_letter():
    assert paper.pdf(SHEET) == paper.pdf(replace(SHEET))
    assert (
        len({paper.pdf(replace(SHEET, **{name: "Noe annet"})) for name in ("institution", "title", "body", "day")}) == 4
    )


def placed(pdf, number=0):
    """(font, size, x, y) of each line of the page, the first or another, in points from the lower left corner."""
    streams = (
        zlib.decompressobj().decompress(each)
        for each in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
        if each[:1] == b"x"
    )
    page = [each for each in streams if each.startswith(b"2 J")][number]
    found, font = [], ()
    for name, size, x, y in re.findall(rb"BT (?:/(F\d) ([\d.]+) Tf|([\d.]+) ([\d.]+) Td)", page):
        font = (name.decode(), float(size)) if name else font
        if x:
            found.append((*font, float(x), float(y)))
    return found


def test_it_looks_as_it_always_has():
    pdf = paper.pdf(SHEET)
    assert placed(pdf) == [
        ("F2", 11.0, 73.7, 759.5),
        ("F1", 9.0, 73.7, 709.36),
        ("F1", 9.0, 73.7, 695.19),
        ("F2", 14.0, 73.7, 662.51),
        ("F1", 11.0, 73.7, 631.09),
        ("F1", 11.0, 73.7, 598.21),
    ]
    assert re.findall(rb"/(?:Author|CreationDate|Lang) [^\n]*", pdf) == [
        b"/Lang (nb)",
        b"/Author (Universitetet)",
        b"/CreationDate (D:20000101000000Z)",
    ]


def test_no_page_is_written_into_its_margins():
    least = min(y for _, _, _, y in placed(paper.pdf(replace(SHEET, body="Hei.\n" * 100))))
    assert 30 < least * 25.4 / 72 < 32, "below the last line is no room for one more above the margin"


def test_a_long_letter_takes_more_pages():
    assert pages(paper.pdf(replace(SHEET, body="Et ord til. " * 2000))) > 3


def test_the_second_page_and_those_after_it_have_their_number_below_in_the_middle():
    pdf = paper.pdf(replace(SHEET, body="Hei.\n" * 100))
    below = [[line for line in placed(pdf, number) if line[3] < 25 / 25.4 * 72] for number in range(pages(pdf))]
    assert below[0] == []
    for [(_, size, x, y)] in below[1:]:
        assert size == 9
        assert abs(x * 25.4 / 72 - 105) < 2, "in the middle of the page"
        assert 7 < y * 25.4 / 72 < 12.5, "half a margin above the edge"


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=200))
def test_any_text_becomes_a_letter(text):
    assert pages(paper.pdf(replace(SHEET, title=text, body=text, institution=text))) >= 1


def test_what_the_font_lacks_is_not_told_in_the_log(caplog):
    with caplog.at_level(logging.DEBUG):
        paper.pdf(replace(SHEET, body="Čáhppes ŋ ŧ đ, Привет, 漢字 😀"))
    assert "漢" not in caplog.text


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (f"Hei.\n\nLes her: {compose.LINK}\n\nHilsen oss", "Hei.\n\nHilsen oss"),
        (f"{compose.LINK}", ""),
        ("Hei. \n", "Hei."),
    ],
)
def test_a_line_with_the_link_is_not_on_paper(body, left):
    assert compose.without_link(body) == left


def letter(session, **other):
    session.add(
        MailText(
            name="answer",
            subject={"nn": "Svar {number}"},
            body={"nn": "Hei.\n\nLes: {link}"},
            letter=other.pop("is_letter", True),
        )
    )
    mail = post(session, mail="answer", letter=HEAD, **other)
    session.commit()
    return mail


def test_a_letter_goes_along_as_a_pdf(session, sessions):
    letter(session)
    handler = Told()
    with running(handler) as url:
        assert deliver(sessions, settings=replace(SETTINGS, smtp_url=url), now=NOW) == 1
    read = BytesParser(policy=policy.default).parsebytes(handler.took[0][2])
    (along,) = read.iter_attachments()
    assert read.get_content_type() == "multipart/mixed"
    assert read.get_body().get_content().splitlines() == ["Hei.", "", "Les: https://avvik.example.no/cases/2024-1"]
    assert (along.get_content_type(), along.get_filename()) == ("application/pdf", "Sak-2024-1.pdf")
    assert along.get_content() == paper.pdf(paper.sheet_of(HEAD, "Svar 2024-1", "Hei.", "nn"))


def test_a_mail_that_is_no_letter_goes_alone(session, sessions):
    assert letter(session, is_letter=False).letter == {}
    handler = Told()
    with running(handler) as url:
        deliver(sessions, settings=replace(SETTINGS, smtp_url=url), now=NOW)
    assert not BytesParser(policy=policy.default).parsebytes(handler.took[0][2]).is_multipart()


def test_a_letter_to_somebody_who_gets_no_link_lacks_its_line(session):
    assert letter(session, link="").body == "Hei."
    assert post(session, event_key="case:1:9", mail="answer", link="").body == "Hei."


def test_a_mail_built_twice_is_the_same():
    built = [message.build(replace(LETTER, sheet=SHEET), "https://x.example", SETTINGS) for _ in range(2)]
    assert built[0] == built[1]
