"""A file as somebody sends it: what it may be is told by its content, never by its name."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

TOO_BIG, UNKNOWN_KIND, GONE = "too_big", "unknown_kind", "gone"
MOST_BYTES = 10_000_000
MOST_FILES = 10
LONGEST_NAME = 120
OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
SIGNATURES = {
    b"%PDF-": ("pdf", "application/pdf"),
    b"\x89PNG\r\n\x1a\n": ("png", "image/png"),
    b"\xff\xd8\xff": ("jpg", "image/jpeg"),
}
TEXT = ("txt", "text/plain")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that was sent; `gone` stands for one that was held and isn't any more."""

    name: str
    content: bytes
    gone: bool = False


def kind_of(upload: Upload) -> tuple[str, str] | None:
    """Give the ending and the MIME type of what the content is; None for what isn't taken."""
    for start, kind in SIGNATURES.items():
        if upload.content.startswith(start):
            return kind
    if upload.content[:4] == b"RIFF" and upload.content[8:12] == b"WEBP":
        return "webp", "image/webp"
    ending = upload.name.rsplit(".", 1)[-1].lower()
    if upload.content.startswith(b"PK\x03\x04"):
        return (ending, OFFICE[ending]) if ending in OFFICE else None
    return TEXT if ending == TEXT[0] and _is_text(upload.content) else None


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def fault_of(upload: Upload) -> str:
    """Say what is wrong with the file: GONE, TOO_BIG, UNKNOWN_KIND, or nothing."""
    if upload.gone:
        return GONE
    if len(upload.content) > MOST_BYTES:
        return TOO_BIG
    return "" if upload.content and kind_of(upload) else UNKNOWN_KIND


def safe_name(upload: Upload) -> str:
    """Give a name to show and to save under: no path, no control or turning characters, the ending of its content."""
    ending = (kind_of(upload) or TEXT)[0]
    last = re.split(r"[/\\]", upload.name)[-1]
    letters = "".join(each for each in last if unicodedata.category(each)[0] not in "CZ" or each == " ")
    stem = letters.rsplit(".", 1)[0].strip(". ")[:LONGEST_NAME]
    return f"{stem or 'file'}.{ending}"
