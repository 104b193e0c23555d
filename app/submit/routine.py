"""The routine as it is now, told to anybody: written from the edition in force and the organisation's own tables."""

from dataclasses import replace

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.change.explain import naming
from app.i18n import language
from app.language.definition import Text
from app.routing.organisation import AreaCopy
from app.submit.doors import closed
from app.telling.arrangements import Area, area_rows, counts, deadlines, routing_lines
from app.telling.names import Names
from app.telling.page import chapters
from app.telling.picture import picture
from app.web.database import db
from app.web.here import context
from app.workflow import opened
from app.workflow.context import Context
from model import MailText


def show() -> ResponseReturnValue:
    """Show the routine's text."""
    here = context()
    routine, names = here.routine, _names(here)
    told = chapters(routine, names)
    return render_template(
        "submit/routine.html",
        routine=routine,
        edition=here.newest,
        chapters=told,
        pictures={each.id: picture(routine, each.flow, language(), name=f"drawing-{each.id}") for each in told},
        areas=area_rows(_areas(here)),
        routing=routing_lines([(row.when, row.to) for row in here.organisation.rows], routine, names),
        deadlines=deadlines(routine, names),
        counts=counts(routine, names),
        open_flows=opened.flows(routine),
        open_reports=opened.reports(routine),
        own_page=current_app.config["ROUTINE_URL"] or current_app.config["ROUTINE_BASIS"],
    )


def _names(here: Context) -> Names:
    subjects = db.session.execute(select(MailText.name, MailText.subject))
    return replace(naming(here.organisation), mails=dict(subjects.tuples().all()))


def _areas(here: Context) -> list[Area]:
    shut = _shut(here)
    return [_area(area, shut.get(area.name)) for area in here.organisation.areas.values() if not area.retired]


def _area(area: AreaCopy, says: Text | None) -> Area:
    if says is None:
        return Area(area.name, area.label, area.help)
    return Area(area.name, area.label, area.help, says, area.door, area.door_url)


def _shut(here: Context) -> dict[str, Text]:
    """Areas that no form takes reports of, with the sentence that says so."""
    found = [
        closed(here.facts_of_new(flow.name, {}), move)
        for flow in here.routine.flows.values()
        if not flow.part_of
        for move in flow.transitions.values()
        if move.creates and "area" in move.asked
    ]
    everywhere = set.intersection(*map(set, found)) if found else set()
    return {name: found[0][name].says for name in everywhere}
