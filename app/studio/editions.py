"""Every edition of the routine: who published it when and why, what it changed, and the way back to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose
from markupsafe import Markup
from sqlalchemy import func, not_, select

from app.change import drafts
from app.change.publish import RECOUNT
from app.i18n import gettext, ngettext
from app.studio.base import Guarded
from app.studio.publish_drawn import compiled, drawn
from app.studio.publish_settings import made
from app.studio.told import names
from app.telling.difference import compare
from app.telling.sentences import Sentence, sentences
from app.web.database import db
from model import Migration, Subject, WorkflowEdition

LONGEST = 6
"""Digits of an edition's number."""


@dataclass(frozen=True, slots=True)
class Row:
    """One edition in the list."""

    edition: WorkflowEdition
    open: int
    moving: list[str]
    current: bool


class Editions(Guarded, BaseView):  # type: ignore[misc]
    """The list of editions, and each one's page."""

    def __init__(self) -> None:
        super().__init__(name="Editions", endpoint="studio_editions", url="/studio/editions")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Show all editions, the newest first."""
        editions = db.session.scalars(select(WorkflowEdition).order_by(WorkflowEdition.number.desc())).all()
        counts, moving = _open_cases(), _moving()
        rows = [Row(e, counts.get(e.id, 0), moving.get(e.id, []), e is editions[0]) for e in editions]
        draft = drafts.open_draft(db.session())
        return render_template("studio/editions.html", rows=rows, draft=draft)

    @expose("/<number>")
    def one(self, number: str) -> ResponseReturnValue:
        """Show what one edition changed."""
        edition = _edition(number)
        before = _before(edition)
        row = Row(
            edition,
            _open_cases().get(edition.id, 0),
            _moving().get(edition.id, []),
            edition.number == drafts.newest(db.session()).number,
        )
        told, pictures = _changed(before, edition)
        draft = drafts.open_draft(db.session())
        values = {"row": row, "before": before, "sentences": told, "pictures": pictures, "settings": made(edition)}
        return render_template("studio/edition.html", **values, draft=draft)

    @expose("/<number>/workflow.yaml")
    def file(self, number: str) -> ResponseReturnValue:
        """Download the edition's file."""
        edition = _edition(number)
        headers = {"Content-Disposition": f'attachment; filename="workflow-{edition.number}.yaml"'}
        return Response(edition.text, mimetype="application/yaml", headers=headers)


def _edition(number: str) -> WorkflowEdition:
    fine = number.isascii() and number.isdigit() and len(number) <= LONGEST
    found = db.session.scalar(select(WorkflowEdition).where(WorkflowEdition.number == int(number))) if fine else None
    return found if found is not None else abort(404)


def _before(edition: WorkflowEdition) -> WorkflowEdition | None:
    earlier = select(WorkflowEdition).where(WorkflowEdition.number < edition.number)
    return db.session.scalars(earlier.order_by(WorkflowEdition.number.desc()).limit(1)).one_or_none()


def _open_cases() -> dict[int, int]:
    """Count the open cases of each edition, by its id."""
    query = select(Subject.edition_id, func.count()).where(Subject.kind == "case", not_(Subject.finished))
    return {row[0]: row[1] for row in db.session.execute(query.group_by(Subject.edition_id))}


def _moving() -> Mapping[int, list[str]]:
    """Say how far open cases have come on their way to each edition, by its id."""
    found: dict[int, list[str]] = {}
    for row in db.session.scalars(select(Migration).order_by(Migration.id)):
        found.setdefault(row.edition_id, []).append(_progress(row))
    return found


def _progress(row: Migration) -> str:
    if row.flow == RECOUNT:
        if row.finished_at is not None:
            return gettext("The deadlines have been reckoned anew.")
        return gettext("Deadlines of %(done)d of %(all)d cases are reckoned anew so far.", done=row.done, all=row.total)
    if row.finished_at is not None:
        return ngettext("%(num)d case moved here.", "%(num)d cases moved here.", row.done)
    return gettext("%(done)d of %(all)d cases have moved here so far.", done=row.done, all=row.total)


def _changed(
    before: WorkflowEdition | None, edition: WorkflowEdition
) -> tuple[list[Sentence], list[tuple[str, Markup]]]:
    """Say and draw what the edition changed in the workflow; nothing for the first, or one that can't be read."""
    old, new = compiled(before.text) if before else None, compiled(edition.text)
    if old is None or new is None:
        return [], []
    difference = compare(old, new)
    return sentences(old, new, difference, names()), drawn((old, new), difference)
