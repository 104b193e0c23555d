"""Archives: which document they are, and which are refused with what reason."""

import zipfile
from io import BytesIO

import pytest

from app.workflow import archives
from app.workflow.archives import kind_of_archive
from app.workflow.unfit import BROKEN, MACROS, UNKNOWN_KIND, Unfit
from tests.workflow.samples import MAIN, OPEN, TYPES, document, zipped


def refused(content):
    with pytest.raises(Unfit) as fault:
        kind_of_archive(content)
    return str(fault.value)


@pytest.mark.parametrize("kind", [*MAIN, *OPEN])
def test_a_document_is_told_by_what_it_holds(kind):
    assert kind_of_archive(document(kind)) == kind


def test_a_type_with_space_around_it_is_read():
    content = zipped({"mimetype": f" {OPEN['odt']}\n", "content.xml": "<office/>"})
    assert kind_of_archive(content) == "odt"


@pytest.mark.parametrize(
    "entries",
    [
        {"a.txt": "x"},
        {TYPES: "<Types/>"},
        {"word/document.xml": "<w/>"},
        {"mimetype": OPEN["odt"]},
        {"mimetype": "application/zip", "content.xml": "<x/>"},
        {"content.xml": "<x/>"},
    ],
)
def test_what_is_no_document_is_unknown(entries):
    assert refused(zipped(entries)) == UNKNOWN_KIND


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("docx", {TYPES: "<Types ContentType='application/vnd.ms-word.document.MacroEnabled.main+xml'/>"}),
        ("docx", {"word/vbaProject.bin": "x"}),
        ("xlsx", {"xl/VBAPROJECT.BIN": "x"}),
        ("odt", {"Basic/script-lc.xml": "<x/>"}),
        ("odt", {"Basic/Standard/Module1.xml": "<x/>"}),
        ("ods", {"Scripts/python/a.py": "x"}),
        ("docx", {"in/Basic/Script-LC.xml": "<x/>"}),
        ("odt", {"in/vbaProject.bin": "x"}),
    ],
)
def test_programs_in_a_document_are_refused(kind, more):
    assert refused(document(kind, more)) == MACROS


def test_only_where_a_kind_keeps_programs_is_looked_for_them():
    assert kind_of_archive(document("docx", {"scripts/a.xml": "<x/>"})) == "docx"
    assert kind_of_archive(document("odt", {"Pictures/basic/a.png": "x"})) == "odt"


def test_a_damaged_archive_is_refused():
    assert refused(b"PK\x03\x04 nothing") == BROKEN
    whole = document("docx", {"a.txt": "x" * 40})
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name in (TYPES, MAIN["docx"]):
            archive.writestr(name, "<unbroken/>")
    content = bytearray(made.getvalue())
    at = content.rindex(b"<unbroken/>")
    content[at + 1] = ord("X")
    assert refused(bytes(content)) == BROKEN
    assert kind_of_archive(whole) == "docx"


def test_an_archive_that_unpacks_to_too_much_or_too_many_is_refused(monkeypatch):
    assert (archives.MOST_ENTRIES, archives.MOST_UNPACKED) == (5_000, 100_000_000)
    content = document("docx")  # two entries, twelve bytes
    monkeypatch.setattr(archives, "MOST_ENTRIES", 2)
    monkeypatch.setattr(archives, "MOST_UNPACKED", 12)
    assert kind_of_archive(content) == "docx"
    monkeypatch.setattr(archives, "MOST_UNPACKED", 11)
    assert refused(content) == BROKEN
    monkeypatch.setattr(archives, "MOST_UNPACKED", 12)
    monkeypatch.setattr(archives, "MOST_ENTRIES", 1)
    assert refused(content) == BROKEN
