"""The submit page: shows the form, sends the report once, and keeps what was typed whatever goes wrong."""

from collections.abc import Mapping
from functools import partial

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from app import privacy
from app.i18n import gettext, say
from app.language.parties import InRole
from app.submit import followed, holding, proof, sheet, ticket, waiting
from app.submit.desk import context, standing
from app.submit.holding import TRAP
from app.submit.place import Place
from app.submit.progress import mails_reporter
from app.submit.report import SHOWN, NoEntrance, Report
from app.submit.waiting import RECEIVED
from app.web import pending, people, unasked
from app.web.attached import posted
from app.web.database import db
from app.web.grants import me
from app.web.pieces import piece
from app.workflow import engine
from app.workflow.context import Context
from model import Case, HeldReport, JournalEntry, Subject


def show() -> ResponseReturnValue:
    """Show the empty form."""
    try:
        return _page(_report(None), ticket.issue())
    except NoEntrance:
        return _closed()


def send() -> ResponseReturnValue:
    """Send the report, or show the form again with what has to be mended."""
    report = _report(posted())
    held = ticket.read(request.form.get("key", ""))
    try:
        if held is None:
            told = gettext("The form was not quite ready. Press the button once more.")
            return _page(report, ticket.issue(), notice=told), 400
        if proof.asked() and (work := proof.of(held)).given and work.late:
            return late()
        if earlier := _earlier(held):
            return _again(report, earlier)
        if report.door:
            return render_template("submit/door.html", door=report.door, text=report.typed.get("description", ""))
        return _send(report, held)
    except NoEntrance:
        return _closed()


def _report(sent: MultiDict[str, str] | None) -> Report:
    return Report(context(), people.sender(), sent, request.args.get("way", ""))


def _send(report: Report, held: ticket.Ticket) -> ResponseReturnValue:
    actor = report.signed()
    answers = report.answers()
    page = sheet.of_report(report)
    unasked.note(request.form, page.names | {report.spot, "key", SHOWN})
    page.look_for_personal_data(confirmed=bool(report.typed.get(sheet.KEEP)))
    sheet.blame_places_and_people(page, report)
    page.explain(report.judge(actor, answers).refusals)
    if page.faulty:
        db.session.rollback()
        return _page(report, request.form["key"], page), 400
    if report.brought:
        db.session.rollback()
        told = gettext("Your answers bring up a question more. Look through the form and send it.")
        return _page(report, request.form["key"], page, told), 400
    name, flow = report.transition.name, report.entrance[0].name
    try:
        if odd := holding.oddities(held):
            made: Subject | HeldReport = holding.hold(report, held, odd, actor, answers)
        else:
            made = engine.create(report.context, name, actor=actor, answers=answers, flow=flow, submit_key=held.key)
            pending.forget(report.form)
        token = _token(report.context, made)  # a commit lets go of all that has been read
        db.session.commit()
    except holding.NoRoom:
        return _full(report)
    except IntegrityError:
        db.session.rollback()
        if earlier := _earlier(held):
            return _again(_report(posted()), earlier)
        raise
    return _received(made, token)


def _token(here: Context, case: Subject | HeldReport) -> str:
    """Make the token of the page that tells the reporter more; empty where there is none."""
    return followed.token_of(case) if isinstance(case, Case) and case.flow in followed.followed(here.routine) else ""


def _received(case: Subject | HeldReport, token: str) -> ResponseReturnValue:
    if token:
        return redirect(url_for("submit.receipt", token=token), 303)
    if isinstance(case, HeldReport):
        return waiting.received(case)
    session[RECEIVED] = case.number
    return redirect(url_for("submit.received"), 303)


# -- what may go wrong ---------------------------------------------------------


def _earlier(held: ticket.Ticket) -> Case | HeldReport | None:
    """What the form has become already."""
    case = select(Case.id).where(Case.submit_key == held.key).scalar_subquery()
    report = select(HeldReport.id).where(HeldReport.submit_key == held.key).scalar_subquery()
    number, waits = db.session.execute(select(case, report)).one()
    if number is not None:
        return db.session.get(Case, number)
    return db.session.get(HeldReport, waits) if waits is not None else None


def _again(report: Report, earlier: Case | HeldReport) -> ResponseReturnValue:
    """The form was sent before: show the same receipt, or ask whether this is another report."""
    if _is_repeated(report, earlier):
        return _received(earlier, _token(report.context, earlier))
    told = gettext("This form has been sent already. If this is another report, press the button once more.")
    return _page(report, ticket.issue(), notice=told), 409


def _is_repeated(report: Report, earlier: Case | HeldReport) -> bool:
    if isinstance(earlier, HeldReport):
        return holding.is_same(report, earlier)
    first = select(JournalEntry.answers).where(JournalEntry.subject_id == earlier.id).order_by(JournalEntry.ordinal)
    return _is_same(report, db.session.scalar(first.limit(1)) or {})


def _is_same(report: Report, before: Mapping[str, object]) -> bool:
    now = {"unit": report.place.unit or report.initial("unit")}
    now |= {report.spot: report.place.code} if report.spot else {}
    now |= {name: privacy.clean(report.typed.get(name, "")).strip() for name in ("area", "description", "title")}
    compared = [name for name in now if report.asks(name)]
    return all((now[name] or "") == (before.get(name) or "") for name in compared)


def late(error: HTTPException | None = None) -> ResponseReturnValue:
    """Show the form again when its safety token is too old or missing: nothing is lost, nothing is sent."""
    told = gettext("The form had been open for too long, so nothing has been sent. Press the button once more.")
    key = _ticket() if error is not None else ticket.issue()
    return _page(_report(posted()), key, notice=told), (error.code if error else None) or 400


def too_many(error: HTTPException, when: str) -> ResponseReturnValue:
    """Show the form again to somebody who has sent too much in a short time."""
    told = gettext(
        "Many reports have come from here in a short time, so nothing has been sent. What you wrote is still here. "
        "You can press the button again from %(when)s on.",
        when=when,
    )
    try:
        return _page(_report(posted()), _ticket(), notice=told), error.code or 429
    except NoEntrance:
        return _closed()


def _full(report: Report) -> ResponseReturnValue:
    db.session.rollback()
    told = gettext(
        "So many reports come in just now that we can't take this one. Nothing has been sent. "
        "Keep what you wrote, and try again later today."
    )
    return _page(report, _ticket(), notice=told), 503, {"Retry-After": "3600"}


def _ticket() -> str:
    sent = request.form.get("key", "")
    return sent if ticket.read(sent) else ticket.issue()


# -- pages ---------------------------------------------------------------------


def _page(report: Report, key: str, shown: sheet.Sheet | None = None, notice: str = "") -> str:
    if request.method == "POST":
        shown = shown or sheet.of_report(report)
        if pending.keep(shown):
            db.session.commit()
    work = proof.wanted()
    questions = partial(_questions, report, shown, notice, work)
    asked_alike = report.sent is None and report.actor.person is None and not (report.way or shown or notice or work)
    body = piece("questions", questions, only=()) if asked_alike else questions()
    title = piece("title", partial(_title, report), only=()) if asked_alike else _title(report)
    return render_template("submit/report.html", key=key, proof=work, body=body, title=title)


def _title(report: Report) -> Markup:
    return escape(report.words.heading if report.words else say(report.transition.label))


def _questions(report: Report, shown: sheet.Sheet | None, notice: str, work: Mapping[str, float]) -> Markup:
    """Show the questions; to visitors who have answered nothing yet they are the same."""
    reporter = me()
    made = render_template(
        "submit/questions.html",
        title=_title(report),
        report=report,
        sheet=shown or sheet.of_report(report),
        notice=notice,
        standing=standing(report.context),
        trap=TRAP,
        shown=SHOWN,
        reporter=reporter,
        home=say(reporter.unit.label) if reporter and reporter.unit else "",
        intake=_intake(report),
        mailed=all(mails_reporter(each, report.context.routine) for _, each in report.entrances),
        proof=work,
        unsure=_unsure(report),
        understood=_understood(report),
    )
    return Markup(made)  # noqa: S704 - a template of our own has escaped it # nosec B704


def _intake(report: Report) -> str:
    """Name the function that reads the report first, where it is the same whatever is answered."""
    first, *others = (each.assign for _, each in report.entrances)
    if not isinstance(first, InRole) or any(each != first for each in others):
        return ""
    return say(report.context.organisation.label(first.role))


def _understood(report: Report) -> str:
    """Say what we made of the unit and place that were typed."""
    place = report.place if report.sent is not None and report.asks("unit") else Place()
    unit = report.context.organisation.unit_by_name.get(place.unit)
    return " - ".join(text for text in (place.code, say(unit.label) if unit else "") if text)


def _unsure(report: Report) -> str:
    organisation = report.context.organisation
    return say(organisation.units[min(organisation.tops)].contact) if organisation.tops else ""


def _closed() -> ResponseReturnValue:
    return render_template("submit/closed.html"), 403


def door(name: str) -> ResponseReturnValue:
    """Show where reports of an area belong, before anything is written."""
    report = _report(MultiDict({"area": name}))
    if report.door is None:
        return redirect(url_for("submit.report"))
    return render_template("submit/door.html", door=report.door, text="")
