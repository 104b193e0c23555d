"""Publishing: what the draft would do to every open case, what stands in the way, and the button that makes it real."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.change import drafts, dryrun, publish, rollback
from app.change.changes import CannotApply
from app.change.editing import set_migrate
from app.change.rehearsal import rehearse
from app.i18n import gettext, ngettext
from app.outbox import compose
from app.studio import publish_cases
from app.studio.base import Guarded
from app.studio.keeping import why_not
from app.studio.publish_drawn import compiled
from app.studio.publish_gate import checks
from app.studio.publish_shown import (
    OVERRIDE,
    REASON,
    forget_typed,
    keep_typed,
    my_id,
    opened,
    others,
    page_of,
    refused,
    shown,
    too_late,
    typed,
    without,
)
from app.studio.publish_words import known_outcome
from app.web import export
from app.web.database import db
from app.web.frame import user_label
from app.web.roles import allow_moves
from app.workflow import migrating
from model import Draft, DryRun, Person, WorkflowEdition

AT_ONCE = 5_000
"""Open cases that are tried while one waits; more are left to the worker."""
WAITS = "draft_waits"


class Publish(Guarded, BaseView):  # type: ignore[misc]
    """The draft, its dry run, and publishing it."""

    def __init__(self) -> None:
        super().__init__(name="Publishing", endpoint="studio_publish", url="/studio/publish")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Show the draft and what it would do; without a draft, what is in force."""
        draft = drafts.open_draft(db.session())
        return shown(draft) if draft else without()

    @expose("/export/<any(csv, xlsx):kind>")
    def export(self, kind: str) -> ResponseReturnValue:
        """Download all affected cases."""
        page = page_of(opened() or abort(404))
        if page.run is None or page.words is None or not page.tried:
            abort(404)
        outcome = known_outcome(request.args.get("outcome"))
        rows = publish_cases.everything(page.run, page.words, outcome)
        return export.answer(kind, gettext("Affected cases"), publish_cases.heads(), rows)

    @expose("/run", methods=["POST"])
    def run(self) -> ResponseReturnValue:
        """Try the draft on every open case."""
        keep_typed()
        draft = opened()
        if draft is None:
            return too_late()
        _try(draft)
        return redirect(url_for(".index"))

    @expose("/map", methods=["POST"])
    def map(self) -> ResponseReturnValue:
        """Say what becomes of open cases, and try again."""
        draft = opened()
        if draft is None:
            return too_late()
        routine = compiled(draft.text)
        before = compiled(drafts.newest(db.session()).text)
        if routine is None or before is None:
            return redirect(url_for(".index"))
        text = draft.text
        for root in migrating.roots(before):
            text = _answered(text, root, migrating.family(before, root))
        try:
            drafts.write(draft, my_id(), datetime.now(UTC), text=text, revision=_number("revision"))
            db.session.commit()
        except (drafts.Stale, StaleDataError):
            db.session.rollback()
            return too_late(opened())
        _try(draft)
        return redirect(url_for(".index"))

    @expose("/publish", methods=["POST"])
    def publish(self) -> ResponseReturnValue:
        """Make the draft the edition in force."""
        keep_typed()
        draft = opened()
        if draft is None or draft.id != _number("draft") or draft.revision != _number("revision"):
            return too_late(draft)
        if not typed(REASON):
            return shown(draft, [("reason", gettext("Write why you publish it."))])
        return self._published(draft)

    def _published(self, draft: Draft) -> ResponseReturnValue:
        session, now = db.session(), datetime.now(UTC)
        four_eyes = page_of(draft).four_eyes
        try:
            edition = publish.publish(
                session, draft, my_id(), now, reason=typed(REASON), override=typed(OVERRIDE), four_eyes=four_eyes
            )
            allow_moves(session, compiled(edition.text) or abort(500))
            session.commit()
        except publish.NotYet as hindered:
            session.rollback()
            return refused(" ".join(each.text for each in checks(hindered.hindrances, None, "")))
        except StaleDataError:
            session.rollback()
            return too_late(opened())
        except (CannotApply, IntegrityError) as fault:
            session.rollback()
            return refused(why_not(fault) if isinstance(fault, CannotApply) else "")
        forget_typed()
        flash(gettext("Edition %(number)d is published and counts from now on.", number=edition.number), "success")
        return redirect(url_for("studio_editions.one", number=edition.number))

    @expose("/ask", methods=["POST"])
    def ask(self) -> ResponseReturnValue:
        """Ask the other administrators to look at the draft."""
        keep_typed()
        draft = opened()
        if draft is None or draft.revision != _number("revision"):
            return too_late(draft)
        publish.ask(draft, datetime.now(UTC))
        asked = others()
        for person in asked:
            _mail(draft, person)
        db.session.commit()
        told = ngettext("%(num)d administrator gets a mail.", "%(num)d administrators get a mail.", len(asked))
        flash(told, "success" if asked else "warning")
        return redirect(url_for(".index"))

    @expose("/approve", methods=["POST"])
    def approve(self) -> ResponseReturnValue:
        """Approve the draft as it stands."""
        draft = opened()
        if draft is None or draft.revision != _number("revision"):
            return too_late(draft)
        try:
            publish.approve(draft, my_id())
        except publish.SamePerson:
            return shown(
                draft, [("", gettext("You have changed the draft, so another administrator must approve it."))]
            )
        db.session.commit()
        flash(gettext("You have approved the draft. It can be published now."), "success")
        return redirect(url_for(".index"))

    @expose("/discard", methods=["POST"])
    def discard(self) -> ResponseReturnValue:
        """Throw the draft away, for thirty days within reach."""
        draft = opened()
        if draft is None or draft.revision != _number("revision"):
            return too_late(draft)
        drafts.discard(draft, my_id(), datetime.now(UTC))
        db.session.commit()
        forget_typed()
        flash(gettext("The draft is discarded. You can fetch it back for 30 days."), "success")
        return redirect(url_for(".index"))

    @expose("/restore", methods=["POST"])
    def restore(self) -> ResponseReturnValue:
        """Fetch a discarded draft back."""
        draft = db.session.get(Draft, _number("draft"))
        now = datetime.now(UTC)
        if draft is None or draft not in drafts.discarded(db.session(), now):
            abort(404)
        return _begun(lambda: drafts.restore(db.session(), draft, my_id(), now))

    @expose("/back", methods=["POST"])
    def back(self) -> ResponseReturnValue:
        """Make a draft that says what an earlier edition said."""
        edition = db.session.query(WorkflowEdition).filter_by(number=_number("number")).one_or_none()
        if edition is None:
            abort(404)
        return _begun(lambda: rollback.roll_back(db.session(), edition, my_id(), datetime.now(UTC)))


def _begun(make: Callable[[], object]) -> ResponseReturnValue:
    """Make a draft; where there is one already, lead to it."""
    try:
        make()
        db.session.commit()
    except (drafts.AnotherIsOpen, IntegrityError):
        db.session.rollback()
        flash(gettext("There is a draft already. Publish it or discard it first."), "warning")
    return redirect(url_for(".index"))


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < publish_cases.LONGEST else 0


def _try(draft: Draft) -> None:
    """Try the draft now, or leave it to the worker where there are many cases."""
    session, now = db.session(), datetime.now(UTC)
    run = dryrun.begin(session, draft, now)
    at_once = run.total <= AT_ONCE
    run.beat_at = now if at_once else None  # without a sign of life the worker takes it
    session.commit()
    if at_once:
        _rehearse(run, now)


def _rehearse(run: DryRun, now: datetime) -> None:
    """Perform the run here; one that breaks is forgotten, so that the page doesn't wait for it for ever."""
    session, number = db.session(), run.id
    try:
        rehearse(session, run, now, session.commit)
        session.commit()
    except Exception:
        session.rollback()
        session.execute(delete(DryRun).where(DryRun.id == number))
        session.commit()
        raise


def _answered(text: str, root: str, family: tuple[str, ...]) -> str:
    """Write into the text what was answered about one flow and those inside its cases."""
    how = request.form.get(f"how-{root}", "")
    if how == "stay":
        return set_migrate(text, root, "stay")
    if how != "move":
        return text
    for flow in family:
        prefix = f"to-{flow}-"
        states = {name.removeprefix(prefix): to for name, to in request.form.items() if name.startswith(prefix) and to}
        if states or flow == root:
            text = set_migrate(text, flow, states)
    return text


def _mail(draft: Draft, person: Person) -> None:
    compose.write(
        db.session(),
        event_key=f"draft:{draft.id}:{draft.revision}",
        subject=None,
        receiver=person,
        mail=WAITS,
        why="administrators",
        values={"person": user_label()},
        link="studio:publish",
        now=datetime.now(UTC),
    )
