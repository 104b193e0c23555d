"""The editor of the routine: its drawing, its moves and states in tables, and a form for each of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from app.change import drafts
from app.change.editing import remove_guard
from app.change.editing_removal import Removal, remove_state, remove_transition
from app.i18n import gettext
from app.language.standard import STANDARD
from app.studio.base import Guarded
from app.studio.fields import written
from app.studio.workflow_desk import Desk, my_id, sentence
from app.studio.workflow_panel import Panel
from app.studio.workflow_shown import Shown, path_of
from app.studio.workflow_state import ADDED, PANELS
from app.studio.workflow_words import Said
from app.web.database import db

REMOVED = ("transition", "state", "guard")
"""Kinds of things that can be taken out."""
CONFLICT, BAD = 409, 400


class Workflow(Guarded, BaseView):  # type: ignore[misc]
    """Change the routine without a word of its language."""

    def __init__(self) -> None:
        super().__init__(name="Workflow", endpoint="studio_workflow", url="/studio/workflow")

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """Show one flow, and the form of the thing that the address names; POST saves that form in the draft."""
        desk = Desk.opened()
        if desk.broken:
            return unreadable(desk), BAD if request.method == "POST" else 200
        flow = _flow(desk)
        kind, name = _asked(desk, flow)
        if request.method == "POST":
            return _saved(desk, flow, kind, name)
        panel = PANELS[kind](desk, flow, name) if kind else None
        if panel is not None:
            document = desk.document
            panel.tell((document.path_at(fault.line, fault.column), sentence(fault)) for fault in desk.errors)
        return shown(desk, flow, panel)

    @expose("/start", methods=("POST",))
    def start(self) -> ResponseReturnValue:
        """Begin a draft; where there is one, go on with it."""
        drafts.start(db.session(), my_id(), datetime.now(UTC))
        db.session.commit()
        return redirect(url_for(".index"))

    @expose("/remove", methods=("GET", "POST"))
    def remove(self) -> ResponseReturnValue:
        """Ask on GET, telling what else goes; take it out of the draft on POST."""
        desk = Desk.opened()
        if desk.broken:
            return unreadable(desk), BAD if request.method == "POST" else 200
        flow = _flow(desk)
        kind, name = _asked(desk, flow)
        if kind not in REMOVED or not name:
            abort(404)
        path = path_of(kind, flow, name)
        late = request.method == "POST" and request.form.get("seen") != desk.seal(path)
        if request.method == "GET" or late:
            return _remove_page(desk, flow, kind, name, late=late), CONFLICT if late else 200
        label = Shown(desk, flow).called(kind, name)
        try:
            desk.save(_removal(desk, flow, kind, name).text)
        except (drafts.Stale, IntegrityError):
            db.session.rollback()
            return _remove_page(Desk.opened(), flow, kind, name, late=True), CONFLICT
        flash(gettext("“%(label)s” is taken out of the draft.", label=label), "success")
        return redirect(url_for(".index", flow=flow))

    @expose("/draft.yaml")
    def draft(self) -> ResponseReturnValue:
        """Download the draft's text."""
        draft = drafts.open_draft(db.session()) or abort(404)
        headers = {"Content-Disposition": 'attachment; filename="workflow-draft.yaml"'}
        return Response(draft.text, mimetype="application/yaml", headers=headers)


def _flow(desk: Desk) -> str:
    asked = request.args.get("flow") or next(iter(desk.flows), "")
    return asked if asked in desk.flows else abort(404)


def _asked(desk: Desk, flow: str) -> tuple[str, str]:
    """Kind and name of what the address names; an empty name is a new one."""
    kind = next((each for each in PANELS if each in request.args), "")
    name = request.args.get(kind, "")
    there = not kind or (kind in ADDED if not name else desk.value(*path_of(kind, flow, name)) is not None)
    if not there and (kind != "field" or name not in STANDARD):
        abort(404)
    return kind, name


def _saved(desk: Desk, flow: str, kind: str, name: str) -> ResponseReturnValue:
    if not kind:
        abort(404)
    panel = PANELS[kind](desk, flow, name, MultiDict(request.form))
    if name and request.form.get("seen") != panel.seal:
        return _stale(desk, flow, panel)
    text = panel.text()
    if text is None:
        return shown(desk, flow, panel), BAD
    try:
        desk.save(text)
    except (drafts.Stale, IntegrityError):
        db.session.rollback()
        return _stale(Desk.opened(), flow, panel)
    flash(gettext("Saved in the draft. It counts when the draft is published."), "success")
    return redirect(Shown(desk, flow).href(kind, panel.name))


def _stale(desk: Desk, flow: str, panel: Panel) -> ResponseReturnValue:
    panel.desk = desk
    panel.valid()
    panel.theirs = written(panel.now()) if panel.name and panel.now() is not None else ""
    told = gettext(
        "Somebody has changed this while you were writing. What you typed is still here: "
        "save it once more if it is to count."
    )
    panel.form.form_errors.append(told)
    return shown(desk, flow, panel), CONFLICT


def shown(desk: Desk, flow: str, panel: Panel | None) -> str:
    """Show one flow with a form beside it."""
    tables = Shown(desk, flow)
    drawing, current = tables.drawing(panel.kind if panel else "", panel.name if panel else "")
    return render_template(
        "studio/workflow.html", desk=desk, flow=flow, shown=tables, panel=panel, drawing=drawing, current=current
    )


def unreadable(desk: Desk) -> str:
    """Say that the forms have to wait until the text can be read."""
    return render_template("studio/workflow_unreadable.html", desk=desk, fault=desk.broken and sentence(desk.broken))


# -- taking out ------------------------------------------------------------------


def _removal(desk: Desk, flow: str, kind: str, name: str) -> Removal:
    match kind:
        case "state":
            to = request.form.get("to", "")
            return remove_state(desk.text, flow, name, to if to in _left(desk, flow, name) else "")
        case "guard":
            return Removal(remove_guard(desk.text, name))
        case _:
            return remove_transition(desk.text, flow, name)


def _left(desk: Desk, flow: str, state: str) -> list[str]:
    return [each for each in desk.document.names("flows", flow, "states") if each != state]


def _remove_page(desk: Desk, flow: str, kind: str, name: str, *, late: bool) -> str:
    said, tables = Said(desk, flow), Shown(desk, flow)
    removal = _removal(desk, flow, kind, name)
    count = desk.counts(flow)[name] if kind == "state" else 0
    left = [(each, said.state(each)) for each in _left(desk, flow, name)]
    return render_template(
        "studio/workflow_remove.html",
        label=tables.called(kind, name),
        kind=kind,
        also=list(_also(desk, removal)),
        narrowed=[desk.label("flows", each, "transitions", move) for each, move in removal.narrowed],
        count=count,
        left=left,
        seen=desk.seal(path_of(kind, flow, name)),
        back=tables.href(kind, name),
        late=late,
    )


def _also(desk: Desk, removal: Removal) -> Iterable[str]:
    """Say what else goes."""
    for each, move in removal.transitions:
        yield gettext("The move “%(label)s”", label=desk.label("flows", each, "transitions", move))
    for each, clock in removal.clocks:
        label: Any = Shown(desk, each).called("clock", clock)
        yield gettext("The deadline for “%(label)s”", label=label)
    for report in removal.reports:
        yield gettext("Its column in the report “%(label)s”", label=desk.label("reports", report))
