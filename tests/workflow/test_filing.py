"""Files as answers: what they may be, where they are kept, and that they go with what is forgotten."""

import pytest
from sqlalchemy import select

from app.workflow import engine, filing
from app.workflow.uploads import MOST_BYTES, Upload, fault_of, safe_name
from app.workflow.words import in_words
from model import StoredFile
from tests.workflow.samples import document, picture

PDF = b"%PDF-1.7\n"
ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states:
      open: {label: Open}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [papers], assign: desk}
      answer: {label: Answer, from: open, to: same, by: desk, fields: [letter], notify: {reporter: answered}}
      close: {label: Close, from: open, to: shut, by: desk, forget: [papers]}
fields:
  letter: {type: file, label: Letter}
  papers: {type: file, many: true, label: Papers}
"""


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


def kept(town):
    return [
        (f.field, f.name, f.kind, f.content) for f in town.session.scalars(select(StoredFile).order_by(StoredFile.id))
    ]


def test_files_are_kept_with_the_report(town):
    case = town.report(papers=[Upload("a.pdf", PDF), Upload("b.txt", b"Hi")])
    assert kept(town) == [("papers", "a.pdf", "application/pdf", PDF), ("papers", "b.txt", "text/plain", b"Hi")]
    assert [each["name"] for each in case.answers["papers"]] == ["a.pdf", "b.txt"]
    assert town.journal(case)[0].answers["papers"] == case.answers["papers"]
    assert in_words(town.facts(case), "papers", case.answers["papers"], "en") == "a.pdf, b.txt"


def test_a_required_file_must_be_there_and_be_one(town):
    case = town.report()
    assert town.refused(case, "dora", "answer") == ["letter"]
    assert town.refused(case, "dora", "answer", letter="letter.pdf") == ["letter"]
    assert town.refused(case, "dora", "answer", letter=Upload("x.pdf", b"MZ\x90")) == ["letter"]
    town.do(case, "dora", "answer", letter=Upload("x.pdf", PDF))
    assert filing.files_of(town.context, case)[0].name == "x.pdf"


def test_nothing_is_kept_of_a_move_that_is_refused(town):
    with pytest.raises(engine.Refused):
        town.report(description="", papers=[Upload("a.pdf", PDF)])
    town.session.rollback()
    assert kept(town) == []


def test_what_is_forgotten_is_deleted(town):
    case = town.report(papers=[Upload("a.pdf", PDF)])
    town.do(case, "dora", "answer", letter=Upload("x.pdf", PDF))
    town.do(case, "dora", "close")
    assert [each[0] for each in kept(town)] == ["letter"]
    assert town.journal(case)[0].answers["papers"] == {"forgotten": True}


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("x.pdf", PDF, "application/pdf"),
        ("x.exe", picture(), "image/png"),
        ("x.pdf", picture("JPEG"), "image/jpeg"),
        ("x.xlsx", document("docx"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("x.txt", "blåbær".encode(), "text/plain"),
    ],
)
def test_the_content_tells_what_it_is(name, content, kind):
    assert Upload(name, content).found.kind == kind


def test_faults():
    assert fault_of(Upload("x.pdf", b"")) == "unknown_kind"
    assert fault_of(Upload("x.pdf", PDF + b"0" * MOST_BYTES)) == "too_big"
    assert fault_of(Upload("x.pdf", PDF)) == ""


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("c:\\temp\\brev.PDF", "brev.pdf"),
        ("a\r\nX: y.pdf", "aX: y.pdf"),
        ("x" * 300 + ".pdf", "x" * 120 + ".pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("", "file.pdf"),
        (".pdf", "file.pdf"),
    ],
)
def test_names_are_safe(name, safe):
    assert safe_name(Upload(name, PDF)) == safe
