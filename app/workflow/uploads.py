"""A file as somebody sends it: told by its content, never by its name, and what is kept of it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from app.workflow.archives import kind_of_archive
from app.workflow.unfit import GONE, TOO_BIG, UNKNOWN_KIND, Unfit

MOST_BYTES = 10_000_000
MOST_FILES = 10
LONGEST_NAME = 120
KINDS = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "txt": "text/plain",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
"""MIME types of what is kept, by ending."""


class Picture(NamedTuple):
    """How a picture begins, its format, the format it is kept in and the ending of that."""

    start: re.Pattern[bytes]
    format: str
    becomes: str
    ending: str


PICTURES = (
    Picture(re.compile(rb"\x89PNG\r\n\x1a\n"), "PNG", "PNG", "png"),
    Picture(re.compile(rb"\xff\xd8\xff"), "JPEG", "JPEG", "jpg"),
    Picture(re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "WEBP", "WEBP", "webp"),
    Picture(re.compile(rb"GIF8[79]a"), "GIF", "PNG", "png"),
)


@dataclass(frozen=True)
class Upload:
    """One file that was sent.

    `gone` stands for one that was held and isn't any more; `clean` says that the content was made by us when the
    file was first received.
    """

    name: str
    content: bytes
    gone: bool = False
    clean: bool = False

    @cached_property
    def found(self) -> Found:
        """What the file turned out to be; looked at once, however often it is asked."""
        try:
            return _look(self)
        except Unfit as fault:
            return Found(fault=str(fault))


@dataclass(frozen=True, slots=True)
class Found:
    """What is kept of a file: its ending and its content; or `fault`, why nothing is."""

    ending: str = ""
    content: bytes = b""
    fault: str = ""

    @property
    def kind(self) -> str:
        """The MIME type."""
        return KINDS[self.ending]


def _look(upload: Upload) -> Found:
    content = upload.content
    if upload.gone:
        raise Unfit(GONE)
    if len(content) > MOST_BYTES and not upload.clean:
        raise Unfit(TOO_BIG)
    picture = next((each for each in PICTURES if each.start.match(content)), None)
    if picture is not None:
        from app.workflow.pictures import remade  # noqa: PLC0415 - Pillow, for those who send pictures

        made = content if upload.clean else remade(content, picture.format, picture.becomes)
        return Found(picture.ending, made)
    if content.startswith(b"%PDF-"):
        return Found("pdf", content)
    if content.startswith(b"PK\x03\x04"):
        return Found(kind_of_archive(content), content)
    if content and upload.name.lower().endswith(".txt") and _is_text(content):
        return Found("txt", content)
    raise Unfit(UNKNOWN_KIND)


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def fault_of(upload: Upload) -> str:
    """Say why the file isn't taken, as app.workflow.unfit names it; nothing for one that is."""
    return upload.found.fault


def safe_name(upload: Upload) -> str:
    """Give a name to show and to save under: one line, no path or turning characters, the ending of its content."""
    return f"{stem_of(upload.name)}.{upload.found.ending or 'txt'}"


def stem_of(name: str) -> str:
    """Give a name's own part, safe to show, without looking at any content."""
    last = re.split(r"[/\\]", name)[-1]
    letters = "".join(each for each in last if unicodedata.category(each)[0] not in "CZ" or each == " ")
    return letters.rsplit(".", 1)[0].strip(". ")[:LONGEST_NAME] or "file"
