"""The receipt: the number, the link and code to follow the case by, what happens now, and a copy of what was sent."""

from flask import abort, render_template, session
from flask.typing import ResponseReturnValue

from app.i18n import language
from app.submit import followed, progress, waiting
from app.submit.desk import context, sight
from app.submit.progress import mails_reporter
from app.submit.waiting import RECEIVED
from app.web.grants import me
from app.workflow import wording
from model import Case


def show(token: str) -> ResponseReturnValue:
    """Show the receipt of the case that the token opens."""
    here = context()
    case = followed.by_token(here, token)
    if case is None:
        return waiting.receipt(token) or abort(404)
    seen = sight(here, case)
    reporter = case.reporter
    entries = followed.journal(case)
    first = entries[0].transition or ""
    begun = seen.facts.flow.transitions.get(first)
    return render_template(
        "submit/receipt.html",
        case=case,
        words=wording.found(here.organisation, first, wording.RECEIPT, language()),
        mailed=reporter is not None and begun is not None and mails_reporter(begun, here.routine),
        for_another=_is_for_another(case),
        writes=seen.may_write(),
        code="" if reporter and not reporter.guest else followed.code_of(case),
        token=token,
        steps=progress.beginning(case, seen.facts, language()),
        copy=seen.sent(entries),
    )


def _is_for_another(case: Case) -> bool:
    """Whether the reader filled it in for somebody else."""
    here = me()
    return here is not None and case.entered_by_id == here.id


def plain() -> ResponseReturnValue:
    """Show the number of a case that has no page for its reporter."""
    number = session.get(RECEIVED) or abort(404)
    return render_template("submit/received.html", number=number, text="")
