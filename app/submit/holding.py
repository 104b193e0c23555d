"""Reports that look as if a machine sent them: held back for a person to look at, with the receipt of any other.

The receipt's words are those of the case that the report would be: it is made, told of, and unmade again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from flask import current_app, request
from wtforms import MultipleFileField

from app import privacy
from app.i18n import language, say
from app.outbox import tokens
from app.submit import followed, proof, sheet, ticket
from app.submit.desk import sight
from app.submit.progress import beginning, mails_reporter, way
from app.submit.report import NAMELESS, SHOWN, Report
from app.web import attack, pending
from app.web.database import db
from app.web.grants import me
from app.workflow import engine, held, numbers
from app.workflow.actor import Actor
from app.workflow.context import Context
from app.workflow.told import told
from app.workflow.uploads import safe_name
from model import Case, HeldFile, HeldReport

TRAP = "more_about_you"
"""A field that people don't see."""
TRAPPED, QUICK, UNPROVEN = "trapped", "quick", "unproven"
"""What may look odd: the hidden field was filled in, the form came back too soon, its browser didn't do the work."""
ALSO = frozenset({"unit", "reporter", "way", NAMELESS, SHOWN, sheet.KEEP})
"""What is kept of a form beside the routine's own questions."""


class NoRoom(Exception):
    """So many reports wait already that one more can't be kept."""


def oddities(form: ticket.Ticket) -> list[str]:
    """Name what looks odd about this request's form."""
    found = {
        TRAPPED: bool(request.form.get(TRAP)),
        QUICK: form.seconds < current_app.config["SUBMIT_SECONDS"],
        UNPROVEN: proof.asked() and not proof.of(form).done,
    }
    return [name for name, is_odd in found.items() if is_odd]


def hold(report: Report, form: ticket.Ticket, odd: list[str], actor: Actor, answers: Mapping[str, Any]) -> HeldReport:
    """Hold it back. Raises NoRoom, engine.Refused; the caller commits."""
    if not held.has_room(db.session(), current_app.config["HELD_MOST"]):
        raise NoRoom
    name, flow = report.transition.name, report.entrance[0].name
    case = engine.create(
        report.context, name, actor=actor, answers=answers, flow=flow, submit_key=form.key, number=form.key[:32]
    )
    row = HeldReport(
        submit_key=form.key,
        received_at=report.context.now,
        odd=odd,
        language=language(),
        flow=flow,
        way=name,
        handler=case.handler,
        typed=[*_typed(report)],
        shown=_shown(report.context, case) if isinstance(case, Case) else {},
        follow_salt=tokens.new_salt(),
    )
    files = [*_files(report)]
    has_page = flow in followed.followed(report.context.routine)
    db.session.rollback()
    return _keep(report, row, files, has_page=has_page)


def _keep(report: Report, row: HeldReport, files: list[HeldFile], *, has_page: bool) -> HeldReport:
    person = me()
    row.sender_id = person.id if person and not report.nameless else None
    row.number = numbers.next_case(report.context)
    row.files = files
    db.session.add(row)
    db.session.flush()
    if has_page:
        row.follow_hash = tokens.digest(held.token_of(row))
        row.code_hash = tokens.digest(held.code_of(row))
    pending.forget(report.form)
    current_app.logger.warning(
        "a report is held back: %s%s", ", ".join(row.odd), " (under attack)" if attack.is_on() else ""
    )
    return row


def _typed(report: Report) -> Iterator[list[str]]:
    kept = ALSO | {each.name for each in report.form}
    for name, value in request.form.items(multi=True):
        if name in kept:
            yield [name, privacy.clean(value)]


def _files(report: Report) -> Iterator[HeldFile]:
    """The files, made clean as they would be kept."""
    for each in report.form:
        for upload in pending.uploads(each) if isinstance(each, MultipleFileField) else ():
            content = upload.found.content
            yield HeldFile(field=each.name, name=safe_name(upload), size=len(content), content=content)


def is_same(report: Report, earlier: HeldReport) -> bool:
    """Whether the report is the one that is held, sent once more."""
    return [*map(list, _typed(report))] == earlier.typed


# -- what its receipt and its page show --------------------------------------------


def _shown(here: Context, case: Case) -> dict[str, Any]:
    """Tell of the case as its receipt and its page do, in the sender's language."""
    seen, entries, lang = sight(here, case), followed.journal(case), language()
    begun = seen.facts.flow.transitions[entries[0].transition or ""]
    copy = seen.sent(entries)
    reporter = case.reporter
    return {
        "reporter": reporter is not None,
        "code": reporter is None or reporter.guest,
        "mailed": reporter is not None and mails_reporter(begun, here.routine),
        "for_another": case.entered_by_id is not None,
        "writes": seen.may_write(),
        "title": case.title,
        "state": say(seen.facts.flow.states[case.state].label),
        "told": told(seen.facts, lang),
        "steps": [asdict(each) for each in beginning(case, seen.facts, lang)],
        "way": [asdict(each) for each in way(here, case, seen.facts, entries, lang)],
        "messages": [asdict(each) for each in seen.messages(entries)],
        "facts": copy.facts,
        "prose": copy.prose,
    }
