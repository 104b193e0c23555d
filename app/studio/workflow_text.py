"""The routine as text, for those who like it so: the same draft as the forms change."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose
from sqlalchemy.exc import IntegrityError

from app.change import drafts
from app.i18n import gettext
from app.studio.base import Guarded
from app.studio.typed import told_of, typed
from app.studio.workflow_desk import Desk, faults_of
from app.web.database import db

CONFLICT = 409


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
        text = typed()
        if request.form.get("revision") != str(desk.revision):
            return _page(desk, text, late=True), CONFLICT
        try:
            desk.save(text)
        except (drafts.Stale, IntegrityError):
            db.session.rollback()
            return _page(Desk.opened(), text, late=True), CONFLICT
        flash(gettext("Saved in the draft. It counts when the draft is published."), "success")
        return redirect(url_for(".index"))

    @expose("/check", methods=("POST",))
    def check(self) -> ResponseReturnValue:
        """Tell what is wrong with the text as it is typed; nothing is kept."""
        text = typed()
        return render_template(
            "studio/workflow_faults.html", faults=list(told_of(text, faults_of(text, Desk.opened().draft)))
        )


def _page(desk: Desk, text: str, *, late: bool = False) -> str:
    line = request.args.get("line", "")
    return render_template(
        "studio/workflow_text.html",
        desk=desk,
        text=text,
        faults=list(told_of(text, faults_of(text, desk.draft))),
        line=line if line.isascii() and line.isdigit() else "",
        late=late and text != desk.text,
    )
