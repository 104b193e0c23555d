"""Files under attack: pictures are made anew (F19), lies and bombs are refused (F14, F17) within time and memory; names (F18)."""

import io
import struct
import subprocess
import sys
import zipfile

import pytest
from PIL import Image

from app.workflow import uploads
from app.workflow.uploads import Upload, fault_of, safe_name
from tests.workflow.samples import PLACE, TYPES, document, photo, picture, zipped


def opened(upload):
    return Image.open(io.BytesIO(upload.found.content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_f19_a_photo_is_turned_upright_and_keeps_nothing_of_where_and_by_what_it_was_taken(kind):
    sent = Upload("photo", photo(kind))
    assert PLACE.encode() in sent.content or kind == "PNG"  # there it is compressed
    assert b"Exif" in sent.content or b"eXIf" in sent.content or b"EXIF" in sent.content
    kept = sent.found.content
    assert not [word for word in (b"Exif", b"eXIf", b"EXIF", b"xmp", b"XMP", b"iCCP", b"ICC") if word in kept]
    assert PLACE.encode() not in kept
    assert opened(sent).size == (20, 40)
    assert not opened(sent).getexif()


def test_f14_what_stands_behind_a_picture_is_not_kept():
    for kind in ("JPEG", "PNG", "WEBP", "GIF"):
        sent = Upload("x", picture(kind, mode="P" if kind == "GIF" else "RGB") + b"<script>alert(1)</script>PK\3\4")
        assert fault_of(sent) == ""
        assert b"script" not in sent.found.content


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_keeps_its_kind_of_colours(mode):
    made = io.BytesIO()
    Image.new(mode, (4, 4)).save(made, "PNG")
    assert opened(Upload("x", made.getvalue())).mode == mode


def test_a_still_gif_becomes_a_png_and_a_moving_picture_is_refused():
    assert opened(Upload("x.gif", picture("GIF", mode="P"))).format == "PNG"
    more = {"save_all": True, "append_images": [Image.new("RGB", (40, 20), 9)]}
    assert [fault_of(Upload("x", picture(each, **more))) for each in ("GIF", "PNG", "WEBP")] == ["moving_picture"] * 3


def test_a_photo_of_48_megapixels_is_made_smaller():
    assert opened(Upload("x", picture("JPEG", (8064, 6048), "L"))).size == (4032, 3024)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a\r\nX-Evil: y.pdf", "aX-Evil: y.pdf"),
        ("a\u2028b\x85c\x1b[31m.exe", "abc[31m.pdf"),
        ("..\\..\\x.pdf", "x.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        (" . ", "file.pdf"),
    ],
)
def test_f18_a_name_is_one_line_of_harmless_letters(name, safe):
    assert safe_name(Upload(name, b"%PDF-1.7\n")) == safe


def macros(kind):
    return document(kind, {"word/vbaProject.bin": "x"})


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("x.jpg", b"MZ\x90\x00", "unknown_kind"),
        ("x.jpg", b"<html><script>", "unknown_kind"),
        ("x.gif", b"GIF89a<script>", "broken_file"),
        ("x.jpg", b"\xff\xd8\xff<script>", "broken_file"),
        ("x.png", picture()[:60], "broken_file"),
        ("x.svg", b"<svg onload=alert(1)><script/></svg>", "unknown_kind"),
        ("x.pdf", b"<html><script>alert(1)</script>%PDF-1.7", "unknown_kind"),
        ("x.heic", b"\0\0\0\x18ftypheic\0\0\0\0", "unknown_kind"),
        ("x.txt", b"\xff\xfe", "unknown_kind"),
        ("x.txt", b"a\0b", "unknown_kind"),
        ("x.docx", b"PK\x03\x04...", "broken_file"),
        ("x.docx", zipped({"word/document.xml": "<w/>"}), "unknown_kind"),
        ("x.docx", zipped({TYPES: "<Types/>", "virus.exe": "MZ"}), "unknown_kind"),
        ("x.odt", zipped({"mimetype": "application/epub+zip", "content.xml": ""}), "unknown_kind"),
        ("x.docx", macros("docx"), "macros"),
        ("x.docx", document("xlsx", {"xl/vbaProject.bin": "x"}), "macros"),
        ("x.docx", zipped({TYPES: "application/vnd.ms-word.document.macroEnabled", "word/document.xml": ""}), "macros"),
        ("x.odt", document("odt", {"Basic/Standard/x.xml": "x"}), "macros"),
        ("x.docx", document("docx")[:-40], "broken_file"),
    ],
)
def test_f14_what_lies_about_itself_or_carries_programs_is_refused(name, content, fault):
    assert fault_of(Upload(name, content)) == fault


@pytest.mark.parametrize("kind", ["docx", "xlsx", "pptx", "odt", "ods"])
def test_a_document_is_taken_as_it_is(kind):
    found = Upload("x.zip", document(kind)).found
    assert (found.ending, found.content) == (kind, document(kind))


def understated():
    """Give a document whose heads say that a large part is small."""
    sent = bytearray(document("docx", {"word/big.xml": "x" * 1_000_000}))
    large, small = struct.pack("<I", 1_000_000), struct.pack("<I", 10)
    return bytes(sent.replace(large, small))


def test_f17_a_document_that_says_it_is_smaller_than_it_is_is_refused():
    assert fault_of(Upload("x.docx", understated())) == "broken_file"


def test_f17_a_document_of_too_many_parts_is_refused():
    many = document("docx", {f"word/x{each}": "" for each in range(5_001)})
    assert fault_of(Upload("x.docx", many)) == "broken_file"


BOMBS = {"picture": "broken_file", "document": "broken_file", "nothing": "unknown_kind"}
MEASURED = """
import resource, sys
from PIL import Image
from app.workflow import uploads
from app.workflow.uploads import Upload, fault_of, safe_name
Image.init()
for each in sys.argv[1:]:
    sent = Upload("x", open(each, "rb").read())
    before = resource.getrusage(resource.RUSAGE_SELF)
    fault = fault_of(sent)
    after = resource.getrusage(resource.RUSAGE_SELF)
    print(fault, (after.ru_maxrss - before.ru_maxrss) // 1024, int(after.ru_utime - before.ru_utime))
"""


def bomb(kind):
    if kind == "picture":
        return picture("PNG", (20_000, 20_000), "1")
    if kind == "nothing":
        return b""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(TYPES, "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as entry:
            for _ in range(200):
                entry.write(bytes(1_000_000))
    return made.getvalue()


def test_f17_a_bomb_is_refused_without_being_unpacked(tmp_path):
    for kind in BOMBS:
        (tmp_path / kind).write_bytes(bomb(kind))
    command = [sys.executable, "-c", MEASURED, *(tmp_path / kind for kind in BOMBS)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    for fault, line in zip(BOMBS.values(), told.stdout.splitlines(), strict=True):
        said, megabytes, seconds = line.split()
        assert said == fault
        assert int(megabytes) < 200
        assert int(seconds) < 1


@pytest.mark.parametrize(
    ("name", "content", "ending", "kind"),
    [
        ("x", b"%PDF-1.7\n", "pdf", "application/pdf"),
        ("x", picture("PNG"), "png", "image/png"),
        ("x", picture("GIF", mode="P"), "png", "image/png"),
        ("x", picture("JPEG"), "jpg", "image/jpeg"),
        ("x", picture("WEBP"), "webp", "image/webp"),
        ("X.TXT", b"Hi", "txt", "text/plain"),
        ("x", document("odt"), "odt", "application/vnd.oasis.opendocument.text"),
        ("x", document("ods"), "ods", "application/vnd.oasis.opendocument.spreadsheet"),
        *(
            ("x", document(ending), ending, f"application/vnd.openxmlformats-officedocument.{rest}")
            for ending, rest in (
                ("docx", "wordprocessingml.document"),
                ("xlsx", "spreadsheetml.sheet"),
                ("pptx", "presentationml.presentation"),
            )
        ),
    ],
)
def test_what_a_file_turns_out_to_be(name, content, ending, kind):
    found = Upload(name, content).found
    assert (found.ending, found.kind, found.fault) == (ending, kind, "")


def test_how_large_a_file_may_be_and_what_is_ours_already(monkeypatch):
    assert (uploads.MOST_BYTES, uploads.MOST_FILES, uploads.LONGEST_NAME) == (10_000_000, 10, 120)
    monkeypatch.setattr(uploads, "MOST_BYTES", 9)
    assert fault_of(Upload("x.pdf", b"%PDF-1.7\n")) == ""
    assert fault_of(Upload("x.pdf", b"%PDF-1.7\n ")) == "too_big"
    assert fault_of(Upload("x.pdf", b"%PDF-1.7\n ", clean=True)) == ""
    made = photo()
    assert Upload("x", made, clean=True).found.content is made, "it was made anew when it was first received"
    assert fault_of(Upload("x.pdf", b"%PDF-1.7\n", gone=True)) == "gone"


def test_a_text_is_one_by_its_name_and_its_letters():
    assert [fault_of(Upload(name, b"Hi")) for name in ("a.txt", "a.md", "txt")] == ["", *["unknown_kind"] * 2]
    assert fault_of(Upload("a.txt", b"")) == "unknown_kind"
    assert fault_of(Upload("a.txt", "å".encode())) == ""


def test_a_file_is_looked_at_once():
    sent = Upload("x", picture())
    assert sent.found is sent.found


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a/b\\c.d.txt", "c.d"),
        ("noending", "noending"),
        ("a b.txt", "a b"),
        ("a\u00a0b.txt", "ab"),
        (".hidden", "file"),
        ("", "file"),
        (f"{'x' * 130}.txt", "x" * 120),
        (" . x . .txt", "x"),
    ],
)
def test_the_part_of_a_name_that_is_kept(name, stem):
    assert uploads.stem_of(name) == stem
    assert safe_name(Upload(name, b"MZ")) == f"{stem}.txt"
