"""The page between pressing "Save now" and saving: what it does to open cases, with everything typed carried along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import render_template, request

from app.change.dryrun import names_of
from app.i18n import gettext, lazy_gettext, say
from app.studio.keeping import Asked
from app.web.cells import Link, Tag
from app.web.database import db
from app.web.here import context

NOT_CARRIED = frozenset({"csrf_token", "save", "confirmed"})
OUTCOMES: Mapping[str, tuple[Any, str]] = {
    "stranded": (lazy_gettext("would be stuck"), "danger"),
    "moved": (lazy_gettext("move to another state"), "info"),
    "receiver": (lazy_gettext("get another receiver"), "warning"),
    "options": (lazy_gettext("can be moved in other ways"), "info"),
    "blocked": (lazy_gettext("get a new requirement"), "warning"),
    "clocks": (lazy_gettext("get another deadline"), "warning"),
    "nothing": (lazy_gettext("notice nothing"), "success"),
}


def shown_outcome(asked: Asked, back: str) -> str:
    """Show what would happen, and ask."""
    found = asked.found
    tiles = [(count, OUTCOMES[name][0], OUTCOMES[name][1]) for name in OUTCOMES if (count := found.counts.get(name, 0))]
    return render_template(
        "studio/change_confirm.html",
        title=gettext("This is what it does"),
        tiles=tiles,
        found=found,
        cases=[_case(*each) for each in asked.first],
        carried=list(_carried()),
        seal=asked.seal,
        again=asked.again,
        back=back,
    )


def _carried() -> Iterator[tuple[str, str]]:
    for name, values in request.form.lists():
        if name not in NOT_CARRIED:
            yield from ((name, value) for value in values)


def _case(number: str, unit: int | None, outcome: str, detail: Mapping[str, Any]) -> list[Any]:
    place = context().organisation.units.get(unit or 0)
    where = (place.code or say(place.label)) if place else gettext("No unit")
    text, tone = OUTCOMES[outcome]
    before, after = detail.get("people", ((), ()))
    return [Link("", f"/cases/{number}", strong=number), where, Tag(str(text), tone), _people(before), _people(after)]


def _people(ids: Iterable[int]) -> str:
    return ", ".join(sorted(names_of(db.session(), ids).values()))
