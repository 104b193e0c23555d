"""Documents that are zip archives: looked through without being unpacked, and told by what they hold."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from io import BytesIO

from app.workflow.unfit import BROKEN, MACROS, UNKNOWN_KIND, Unfit

MOST_ENTRIES = 5_000
MOST_UNPACKED = 100_000_000
"""Bytes, all entries together."""
PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
TYPES = "[Content_Types].xml"
OPEN = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}
WITH_MACROS = b"macroenabled"
PROGRAMS = ("vbaproject.bin", "basic/script-lc.xml")
PROGRAM_FOLDERS = ("basic/", "scripts/")
LONGEST_HEAD = 1_000_000


def kind_of_archive(content: bytes) -> str:
    """Give the ending of the document that the archive is: docx, xlsx, pptx, odt or ods.

    Raises Unfit: BROKEN (damaged, or unpacks to far more than a document is), MACROS, UNKNOWN_KIND.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _kind(archive)
    except Unfit:
        raise
    except Exception:  # noqa: BLE001 - a damaged archive fails in many ways, and all mean the same
        raise Unfit(BROKEN) from None


def _kind(archive: zipfile.ZipFile) -> str:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(each.file_size for each in entries) > MOST_UNPACKED:
        raise Unfit(BROKEN)
    kind = _declared(archive, {each.filename for each in entries})
    if archive.testzip() is not None:
        raise Unfit(BROKEN)
    return kind


def _declared(archive: zipfile.ZipFile, names: Collection[str]) -> str:
    if TYPES in names:
        kind = next((ending for part, ending in PARTS.items() if part in names), "")
        macros = WITH_MACROS in _head(archive, TYPES).lower()
    else:
        kind = OPEN.get(_head(archive, "mimetype").strip(), "") if {"mimetype", "content.xml"} <= set(names) else ""
        macros = any(each.lower().startswith(PROGRAM_FOLDERS) for each in names)
    if not kind:
        raise Unfit(UNKNOWN_KIND)
    if macros or any(each.lower().endswith(PROGRAMS) for each in names):
        raise Unfit(MACROS)
    return kind


def _head(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as entry:
        return entry.read(LONGEST_HEAD)
