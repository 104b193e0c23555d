"""Where one stands when asking about the setup: on which day, and whether what the draft says counts already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from app.change import drafts
from app.change.changes import CannotApply
from app.change.whatif import what_if
from app.i18n import gettext, zone
from app.web.database import db
from app.web.here import context
from app.workflow.context import Context
from model import Draft

FIRST, LAST = 2000, 2999
"""Years that can be asked about."""
NOON = time(12)


@dataclass(frozen=True, slots=True)
class Scene:
    """A moment to look at: `drafted` = the draft counts in it, `drafting` = there is one. `told` is what is wrong."""

    context: Context
    day: date
    drafted: bool
    drafting: bool
    told: tuple[str, ...]

    @property
    def today(self) -> bool:
        """Whether it is today."""
        return self.day == _today(context())

    @property
    def kept(self) -> dict[str, str]:
        """What an address needs to stand here again."""
        day = {} if self.today else {"date": self.day.isoformat()}
        return {**day, **({"draft": "1"} if self.drafted else {})}


def scene(arguments: Mapping[str, str]) -> Scene:
    """Stand where the address asks; what can't be is told, and today or the settings in force are taken."""
    here = context()
    day, told = _day(arguments.get("date", ""), here)
    draft = drafts.open_draft(db.session())
    if arguments.get("draft") and draft is not None:
        found, fault = _of_draft(here, draft)
        there, told = found or here, [*told, *fault]
    else:
        found, there = None, here
        if arguments.get("draft"):
            told.append(gettext("There is no draft, so what is in force is shown."))
    if day != _today(here):
        there = replace(there, now=datetime.combine(day, NOON, zone()))
    return Scene(there, day, found is not None, draft is not None, tuple(told))


def _today(here: Context) -> date:
    return here.organisation.worktime.day_of(here.now)


def _day(text: str, here: Context) -> tuple[date, list[str]]:
    if not text:
        return _today(here), []
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        day = date.min
    if FIRST <= day.year <= LAST:
        return day, []
    return _today(here), [gettext("“%(text)s” isn't a day. Write days as 2026-12-24. Today is shown.", text=text[:40])]


def _of_draft(here: Context, draft: Draft) -> tuple[Context | None, list[str]]:
    """Give the moment in which the draft counts; its settings alone where its workflow can't be read."""
    try:
        found = what_if(here.session, here.now, changes=drafts.changes_of(draft), text=draft.text)
    except CannotApply:
        return None, [gettext("A change in the draft no longer fits what there is, so what is in force is shown.")]
    if found.edition is None:
        told = gettext("The draft's workflow has errors. Its settings are shown with the workflow in force.")
        return replace(here, organisation=found.organisation), [told]
    return found.context(here.session, here.now), []
