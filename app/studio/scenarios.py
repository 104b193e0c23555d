"""The routine's scenarios as text: what must be true, played on the draft before anything is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.change import drafts
from app.change.changes import CannotApply
from app.change.scenarios import CannotPlay, Ground, Played, editions, play_each
from app.change.whatif import what_if
from app.i18n import gettext, ngettext
from app.studio.base import Guarded
from app.studio.typed import Told, told_of, typed
from app.web.database import db
from app.web.grants import me
from model import Draft, WorkflowEdition

CONFLICT = 409


@dataclass(frozen=True)
class Results:
    """What came of playing."""

    played: tuple[Played, ...]

    @property
    def failed(self) -> tuple[Played, ...]:
        """Those that don't hold."""
        return tuple(each for each in self.played if each.faults)

    @property
    def held(self) -> tuple[Played, ...]:
        """Those that hold."""
        return tuple(each for each in self.played if not each.faults)

    @property
    def sentence(self) -> str:
        """How it stands."""
        failed, count = len(self.failed), len(self.played)
        if not count:
            return gettext("There are no scenarios to play.")
        if not failed:
            return ngettext("The scenario holds.", "All %(num)d scenarios hold.", count)
        return gettext("%(failed)d of %(count)d scenarios don't hold.", failed=failed, count=count)


@dataclass(frozen=True)
class Rehearsal:
    """What is played on: the open draft with its changes of settings, or the edition in force."""

    draft: Draft | None
    edition: WorkflowEdition

    @staticmethod
    def opened() -> Rehearsal:
        """Open what there is now."""
        session = db.session()
        return Rehearsal(drafts.open_draft(session), drafts.newest(session))

    @property
    def text(self) -> str:
        """The scenarios."""
        return self.draft.scenarios if self.draft else self.edition.scenarios

    @property
    def revision(self) -> int:
        """The draft's revision; 0 where there is none."""
        return self.draft.revision if self.draft else 0

    def ground(self) -> Ground:
        """Read the routine and its organisation. Raises CannotPlay, CannotApply."""
        changes = drafts.changes_of(self.draft) if self.draft else ()
        workflow = self.draft.text if self.draft else self.edition.text
        found = what_if(db.session(), datetime.now(UTC), changes=changes, text=workflow)
        return Ground.of(workflow, found.data, editions(db.session()))

    def keep(self, scenarios: str, revision: str) -> None:
        """Save them in the draft, which is begun if there is none. Raises drafts.Stale."""
        if revision != str(self.revision):
            raise drafts.Stale
        person, now = me(), datetime.now(UTC)
        who = person.id if person else None
        draft = self.draft or drafts.start(db.session(), who, now)
        drafts.write(draft, who, now, scenarios=scenarios, revision=self.revision or drafts.FIRST)
        try:
            db.session.commit()
        except StaleDataError as late:
            raise drafts.Stale from late


class Scenarios(Guarded, BaseView):  # type: ignore[misc]
    """The scenarios' text, its faults, and what came of playing them."""

    def __init__(self) -> None:
        super().__init__(name="scenarios", endpoint="studio_scenarios", url="/studio/scenarios")

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """Show the text; POST saves it in the draft, or plays what is typed and keeps nothing."""
        rehearsal = Rehearsal.opened()
        if request.method == "GET":
            return _page(rehearsal, rehearsal.text)
        if "play" in request.form:
            return _page(rehearsal, typed(), play=True)
        return _save(rehearsal, typed())

    @expose("/check", methods=("POST",))
    def check(self) -> ResponseReturnValue:
        """Tell what is wrong with the text as it is typed; nothing is kept."""
        text = typed()
        ground, why = _ground(Rehearsal.opened())
        return render_template("studio/scenario_faults.html", faults=_faults(text, ground), why=why, text=text)


def _save(rehearsal: Rehearsal, text: str) -> ResponseReturnValue:
    try:
        rehearsal.keep(text, request.form.get("revision", ""))
    except (drafts.Stale, IntegrityError):
        db.session.rollback()
        return _page(Rehearsal.opened(), text, late=True), CONFLICT
    flash(gettext("Saved in the draft. It counts when the draft is published."), "success")
    return redirect(url_for("studio_scenarios.index"))


def _ground(rehearsal: Rehearsal) -> tuple[Ground | None, str]:
    """Give what is played on, or why there is nothing."""
    try:
        return rehearsal.ground(), ""
    except CannotPlay:
        return None, gettext("The draft's routine has errors. Mend them first: until then nothing can be played.")
    except CannotApply:
        return None, gettext("The draft changes a setting that is gone. Take the change out of the draft first.")


def _faults(text: str, ground: Ground | None) -> list[Told]:
    return list(told_of(text, ground.read(text).every_fault)) if ground else []


def _page(rehearsal: Rehearsal, text: str, *, late: bool = False, play: bool = False) -> str:
    ground, why = _ground(rehearsal)
    results = Results(tuple(play_each(ground, text))) if play and ground else None
    return render_template(
        "studio/scenarios.html",
        rehearsal=rehearsal,
        text=text,
        faults=_faults(text, ground),
        why=why,
        results=results,
        late=late and text != rehearsal.text,
        unsaved=text != rehearsal.text,
    )
