"""How a letter is drawn as a PDF; `paper.pdf` loads it when there is one to be drawn."""

from datetime import UTC, datetime
from logging import ERROR, getLogger

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from app.outbox.compose import plain
from app.outbox.paper import FACES, FONTS, Sheet

FAMILY = "letter"
MARGIN = 25.0
"""Millimetres on each side; the title's and the text's sizes are in points, their lines in millimetres."""
SMALL, TEXT, TITLE = (9, 5.0), (11, 5.8), (14, 7.0)
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
"""Every file says that it was made then: when the letter was written stands on it."""

# They would write into the log which letters of a text a font lacks, that is: parts of the text.
getLogger("fpdf").setLevel(ERROR)
getLogger("fontTools").setLevel(ERROR)


def printed(sheet: Sheet) -> bytes:
    """Make the PDF: A4, as many pages as it takes, their numbers below where there are several."""
    paper = _Paper(format="A4")
    paper.set_creation_date(UNDATED)
    paper.set_title(plain(sheet.title))
    paper.set_author(plain(sheet.institution))
    paper.set_lang(sheet.language)
    paper.set_margins(MARGIN, MARGIN)
    paper.set_auto_page_break(auto=True, margin=MARGIN)
    for style, file in FACES.items():
        paper.add_font(FAMILY, style, FONTS / file)
    paper.add_page()
    _write(paper, sheet)
    return bytes(paper.output())


class _Paper(FPDF):
    """A4 with the page's number below, from the second page on."""

    def footer(self) -> None:
        """Write the number."""
        if self.page_no() > 1:
            self.set_y(-MARGIN / 2)
            self.set_font(FAMILY, size=SMALL[0])
            self.cell(0, SMALL[1], str(self.page_no()), align="C")


def _write(paper: FPDF, sheet: Sheet) -> None:
    _lines(paper, sheet.institution, TEXT, "B")
    paper.ln(MARGIN / 2)
    _lines(paper, f"{sheet.day}\n{sheet.reference}", SMALL)
    paper.ln(SMALL[1])
    _lines(paper, sheet.title, TITLE, "B")
    paper.ln(SMALL[1])
    _lines(paper, sheet.body, TEXT)


def _lines(paper: FPDF, text: str, size: tuple[int, float], style: str = "") -> None:
    paper.set_font(FAMILY, style, size[0])
    paper.multi_cell(0, size[1], plain(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
