"""The page between pressing "Save now" and saving: what it does to open cases, with everything typed carried along."""

from __future__ import annotations

from collections.abc import Iterator

from flask import render_template, request

from app.i18n import gettext
from app.studio.keeping import Asked
from app.studio.publish_cases import told
from app.studio.publish_words import TONES, Words, tiles
from app.web.here import context

NOT_CARRIED = frozenset({"csrf_token", "save", "confirmed"})


def shown_outcome(asked: Asked, back: str) -> str:
    """Show what would happen, and ask."""
    here, found = context(), asked.found
    counted = [(count, text, TONES[name]) for name, text in tiles().items() if (count := found.counts.get(name, 0))]
    return render_template(
        "studio/change_confirm.html",
        title=gettext("This is what it does"),
        tiles=counted,
        found=found,
        rows=told(asked.first, Words(here.routine, here.routine, here.organisation, {})),
        carried=list(_carried()),
        seal=asked.seal,
        again=asked.again,
        back=back,
    )


def _carried() -> Iterator[tuple[str, str]]:
    for name, values in request.form.lists():
        if name not in NOT_CARRIED:
            yield from ((name, value) for value in values)
