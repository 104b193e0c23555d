"""Cases that are open to everybody: a list for each flow that names `anyone`, and a page for each case."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.i18n import language, say
from app.language.definition import Flow
from app.submit.desk import context
from app.web.database import db
from app.workflow import opened
from app.workflow.context import Context
from model import Case

ON_A_PAGE = 50


def show(flow: str) -> ResponseReturnValue:
    """List the flow's cases, the newest first; `before` is the number of the last one that was seen."""
    here = context()
    declared = _flow(here, flow)
    query = select(Case).where(opened.scope(here, declared)).options(selectinload(Case.clocks))
    if before := request.args.get("before", "")[:32]:
        last = select(Case.id).where(Case.number == before, opened.scope(here, declared)).scalar_subquery()
        query = query.where(Case.id < last)
    rows = db.session.scalars(query.order_by(Case.id.desc()).limit(ON_A_PAGE + 1)).all()
    more = url_for("submit.listed", flow=flow, before=rows[ON_A_PAGE - 1].number) if len(rows) > ON_A_PAGE else ""
    read = [(case.number, _words(here, case)) for case in rows[:ON_A_PAGE]]
    heads = _heads(here, read)
    return render_template("submit/listed.html", flow=declared, rows=read, heads=heads, more=more, before=before)


def one(flow: str, number: str) -> ResponseReturnValue:
    """Show what everybody may read of one case."""
    here = context()
    declared = _flow(here, flow)
    case = db.session.scalar(select(Case).where(opened.scope(here, declared), Case.number == number[:32]))
    if case is None:
        return abort(404)
    read = _words(here, case)
    heads = _heads(here, [(number, read)])
    return render_template("submit/listed_one.html", flow=declared, case=case, read=read, heads=heads)


def _flow(here: Context, name: str) -> Flow:
    return next((each for each in opened.flows(here.routine) if each.name == name), None) or abort(404)


def _words(here: Context, case: Case) -> dict[str, str]:
    return {name: text for name, text in opened.words(here, here.facts(case), language()).items() if name != "number"}


def _heads(here: Context, read: list[tuple[str, dict[str, str]]]) -> dict[str, str]:
    """Give what is read of any of the cases, with its label; what is told comes without one, last."""
    names = dict.fromkeys(name for _, words in read for name in words if name != "told")
    return {name: say(here.routine.fields[name].label) if name in here.routine.fields else name for name in names}
