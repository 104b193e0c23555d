"""The publishing page as somebody gets it: with what they typed, and what has happened meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import render_template, request
from flask import session as kept

from app.change import drafts, dryrun
from app.i18n import gettext
from app.studio import publish_cases
from app.studio.publish_page import Page
from app.studio.publish_words import known_outcome
from app.web.database import db
from app.web.grants import me
from app.web.here import context
from app.workflow.mailing import administrators
from model import Draft, Person

LONGEST = 1_000
"""Characters of a reason."""
REASON, OVERRIDE = "reason", "override"
Faults = list[tuple[str, str]]
"""What is told first, as (where on the page, sentence)."""


def keep_typed() -> None:
    """Keep the reasons that were typed until the draft is published: no refusal takes them away."""
    for name in (REASON, OVERRIDE):
        if name in request.form:
            kept[name] = request.form[name][:LONGEST]


def forget_typed() -> None:
    """Let go of the reasons."""
    for name in (REASON, OVERRIDE):
        kept.pop(name, None)


def typed(name: str) -> str:
    """Give a reason that was typed."""
    return str(kept.get(name, "")).strip()


def my_id() -> int | None:
    """Person of this request."""
    person = me()
    return person.id if person else None


def others() -> list[Person]:
    """Administrators who can look at a draft of this person's."""
    return [person for person in administrators(context()) if person.id != my_id() and person.mail]


def opened() -> Draft | None:
    """Give the open draft."""
    return drafts.open_draft(db.session())


def page_of(draft: Draft) -> Page:
    """Give what there is to show of the draft."""
    session = db.session()
    return Page(draft, dryrun.latest(session, draft), drafts.newest(session), datetime.now(UTC))


def shown(draft: Draft, faults: Faults | None = None, title: str = "", code: int = 200) -> Any:
    """Show the draft."""
    page = page_of(draft)
    outcome = known_outcome(request.args.get("outcome"))
    cases = None
    if page.tried and page.run is not None and page.words is not None:
        cases = publish_cases.page(page.run, page.words, outcome, request.args.get("after", ""))
    reasons = {"reason": typed(REASON), "override": typed(OVERRIDE), "longest": LONGEST}
    told = {"faults": faults or [], "fault_title": title, "others": len(others())}
    return render_template("studio/publish.html", page=page, outcome=outcome, cases=cases, **reasons, **told), code


def without(told: str = "", code: int = 200) -> Any:
    """Show what is in force where there is no draft."""
    session = db.session()
    values = {"edition": drafts.newest(session), "discarded": drafts.discarded(session, datetime.now(UTC))}
    reason = typed(REASON) if told else ""
    return render_template("studio/publish_none.html", **values, told=told, reason=reason), code


def too_late(draft: Draft | None = None) -> Any:
    """Tell that somebody else has published, discarded or changed the draft meanwhile; what was typed stays."""
    title = gettext("Somebody else was here first")
    if draft is None:
        return without(title, 409)
    text = gettext("The draft has been changed since you opened this page. Look again at what it would do.")
    return shown(draft, [("", text)], title, 409)


def refused(why: str = "") -> Any:
    """Show the page as it is now, with what was typed and what is in the way."""
    draft = opened()
    if draft is None:
        return too_late()
    text = why or gettext("Something has changed since you opened this page. See below what is in the way now.")
    return shown(draft, [("pub", text)], gettext("Nothing is published yet"), 409)
