"""The routine as text, for those who like it so: the same draft as the forms change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose

from app.change import drafts
from app.i18n import gettext, translated
from app.studio.base import Guarded
from app.studio.workflow_desk import Desk, faults_of
from app.web.database import db

CONFLICT = 409
LONGEST_QUOTE = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A fault with its place, its sentence and the line it is about."""

    line: int
    column: int
    text: str
    quote: str
    warning: bool


class WorkflowText(Guarded, BaseView):  # type: ignore[misc]
    """The draft's text in one big field."""

    def __init__(self) -> None:
        super().__init__(name="Workflow text", endpoint="studio_workflow_text", url="/studio/workflow/text")

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """Show the text; POST saves it as it was typed, right or wrong."""
        desk = Desk.opened()
        if request.method == "GET":
            return _page(desk, desk.text)
        typed = _typed()
        if request.form.get("revision") != str(desk.revision):
            return _page(desk, typed, late=True), CONFLICT
        try:
            desk.save(typed)
        except drafts.Stale:
            db.session.rollback()
            return _page(Desk.opened(), typed, late=True), CONFLICT
        flash(gettext("Saved in the draft. It counts when the draft is published."), "success")
        return redirect(url_for(".index"))

    @expose("/check", methods=("POST",))
    def check(self) -> ResponseReturnValue:
        """Tell what is wrong with the text as it is typed; nothing is kept."""
        text = _typed()
        return render_template("studio/workflow_faults.html", faults=list(_faults(text, Desk.opened())))


def _typed() -> str:
    return request.form.get("text", "").replace("\r\n", "\n").replace("\0", "")


def _faults(text: str, desk: Desk) -> Iterator[Told]:
    lines = text.split("\n")
    for fault in faults_of(text, desk.draft):
        quote = lines[fault.line - 1].strip()[:LONGEST_QUOTE] if fault.line <= len(lines) else ""
        yield Told(fault.line, fault.column, translated(fault.message), quote, fault.warning)


def _page(desk: Desk, text: str, *, late: bool = False) -> str:
    line = request.args.get("line", "")
    return render_template(
        "studio/workflow_text.html",
        desk=desk,
        text=text,
        faults=list(_faults(text, desk)),
        line=line if line.isascii() and line.isdigit() else "",
        late=late and text != desk.text,
    )
