"""A letter on paper: one frozen text as a PDF, the same bytes however often it is made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.outbox.compose import without_link
from config import ROOT

FONTS = ROOT / "node_modules" / "dejavu-fonts-ttf" / "ttf"
"""DejaVu Sans: Latin with Sámi, Greek, Cyrillic and more. A letter of another alphabet comes out as an empty box."""
FACES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the paper. `reference` is the case, such as “Sak 2026-12”; `day` is written out."""

    institution: str
    reference: str
    day: str
    title: str
    body: str
    language: str


def sheet_of(letter: Mapping[str, str], title: str, body: str, language: str) -> Sheet:
    """Put together what a mail keeps of its letter with its subject and body."""
    return Sheet(letter["institution"], letter["reference"], letter["day"], title, without_link(body), language)


def file_name(sheet: Sheet) -> str:
    """Name the file after its case: `Sak-2026-12.pdf`."""
    return re.sub(r"[^A-Za-z0-9]+", "-", sheet.reference).strip("-")[:60] + ".pdf"


def pdf(sheet: Sheet) -> bytes:
    """Make the PDF: A4, as many pages as it takes, their numbers below where there are several."""
    from app.outbox.printing import printed  # noqa: PLC0415 - a tenth of the start and of the memory, for few letters

    return printed(sheet)
