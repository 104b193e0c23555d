"""A case's letters on a page, each on paper: to be printed from the browser, or as a PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from flask import Response, render_template, send_file

from app.access import Viewer
from app.i18n import gettext, say
from app.outbox import paper
from app.routing.facts import CaseFacts
from app.web.attached import SEALED
from app.workflow import letters
from app.workflow.context import Context
from model import Document


@dataclass(frozen=True, slots=True)
class Kept:
    """One letter as a page names it: read at `href`, downloaded at `pdf`; an erased one has neither."""

    at: datetime
    title: str
    receiver: str
    href: str = ""
    pdf: str = ""


def listed(
    documents: Iterable[Document], receiver: Callable[[Document], str], address: Callable[[int, str], str]
) -> list[Kept]:
    """Give the letters as a page shows them; `address` gives where a letter is, by its id and "" or ".pdf"."""
    found = []
    for each in documents:
        if each.forgotten:
            found.append(Kept(each.at, gettext("Erased letter"), ""))
        else:
            found.append(Kept(each.at, each.title, receiver(each), address(each.id, ""), address(each.id, ".pdf")))
    return found


def receiver_of(document: Document, facts: CaseFacts, viewer: Viewer) -> str:
    """Name who got it: the reporter never by name, and whoever is hidden in a field by the field's label."""
    if document.to_reporter:
        return gettext("the reporter")
    for name, field in facts.routine.fields.items():
        hidden = field.type == "person" and not viewer.shows(name, facts)
        if hidden and document.receiver_id in facts.people_in(name):
            return say(field.label)
    return repr(document.receiver) if document.receiver else ""


def page(context: Context, document: Document, back: str, pdf: str) -> str:
    """Show the letter as it is printed."""
    return render_template("letter.html", sheet=letters.sheet(context, document), back=back, pdf=pdf)


def download(context: Context, document: Document) -> Response:
    """Send the letter as a PDF to be saved."""
    sheet = letters.sheet(context, document)
    name = paper.file_name(sheet)
    pdf = BytesIO(paper.pdf(sheet))
    answer = send_file(pdf, mimetype="application/pdf", as_attachment=True, download_name=name)
    answer.headers.update(SEALED)
    return answer
