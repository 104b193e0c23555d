"""How the installation runs, for administrators: mails, worker, clocks, backup - and what mends it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose
from sqlalchemy import func, select

from app.i18n import gettext, lazy_gettext, ngettext
from app.outbox import pausing, queue
from app.studio.base import Guarded
from app.web import attack, running
from app.web.database import db
from app.web.grants import me
from app.web.seen import sent
from app.workflow import held
from model import HeldReport, OutboxPause, OutgoingMail, Subject

MOST = 50
"""Mails that did not arrive that are listed; all of them can be tried again."""
MOST_REASONS = 5
PAUSES = 10
HOURS = (1, 4, 12, 24)
"""For how long attack mode can be begun; then it ends by itself."""
SILENT = 60
"""Seconds after which the worker is said to be silent."""
LONGEST_ID = 9
ADDRESS = re.compile(r"\S+@\S+")
STATUSES = {
    "waiting": lazy_gettext("Waiting"),
    "gathering": lazy_gettext("Late reminders, about to be gathered"),
    "dead": lazy_gettext("Did not arrive"),
    "sent": lazy_gettext("Sent"),
    "gathered": lazy_gettext("Told of in a mail with several reminders"),
    "dropped": lazy_gettext("Dropped after a restore"),
    "held": lazy_gettext("Held by a restore that came to no end"),
}
ALWAYS = frozenset({"waiting", "dead", "sent"})


@dataclass(frozen=True, slots=True)
class Dead:
    """A mail that did not arrive: never to whom, for the reporter's name is looked up in the case alone."""

    id: int
    number: str
    name: str
    written: datetime
    tries: int
    fault: str


class Operations(Guarded, BaseView):  # type: ignore[misc]
    """Looking after the installation."""

    def __init__(self) -> None:
        super().__init__(name="operations", endpoint="studio_operations", url="/studio/operations")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Show how it runs."""
        now = datetime.now(UTC)
        found = running.look(db.session(), now, Path(current_app.config["VAR"]))
        expected = current_app.config["WORKER"] != "none"
        page: str = self.render(
            "studio/operations.html",
            title=gettext("Operations"),
            found=found,
            statuses=[(label, found.mails.get(name, 0)) for name, label in STATUSES.items() if _shown(name, found)],
            dead=_dead(),
            reasons=_reasons(),
            dead_count=found.mails.get("dead", 0),
            old=pausing.written_before(db.session(), found.pause.backup_at) if found.pause else 0,
            silent=expected and (found.beat is None or (now - found.beat).total_seconds() > SILENT),
            pauses=_ended(),
            attack=_attack(now),
        )
        return page

    @expose("/retry", methods=("POST",))
    def retry(self) -> ResponseReturnValue:
        """Try anew to send one mail that did not arrive, or all."""
        asked = request.form.get("mail", "")
        if asked != "all" and not (asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_ID):
            abort(400)
        count = queue.revive(db.session(), datetime.now(UTC), None if asked == "all" else int(asked))
        db.session.commit()
        flash(ngettext("%(num)d mail is tried again.", "%(num)d mails are tried again.", count), "success")
        return redirect(url_for("studio_operations.index"))

    @expose("/attack", methods=("POST",))
    def attack(self) -> ResponseReturnValue:
        """Begin attack mode for some hours, or end it."""
        asked = request.form.get("hours", "")
        if asked not in ("0", *map(str, HOURS)):
            abort(400)
        person, now = me(), datetime.now(UTC)
        if asked == "0":
            attack.end(db.session(), person.id if person else None, now)
            told = gettext("Attack mode is off.")
        else:
            attack.begin(db.session(), person.id if person else None, now, int(asked))
            told = gettext("Attack mode is on.")
        db.session.commit()
        flash(told, "success")
        return redirect(url_for("studio_operations.index", _anchor="attack"))

    @expose("/release", methods=("POST",))
    def release(self) -> ResponseReturnValue:
        """End the silence after a restore, when it was said what becomes of the old mails."""
        old = request.form.get("old", "")
        if old not in ("drop", "keep"):
            flash(gettext("Nothing is released yet. Say what becomes of the old mails."), "danger")
            return redirect(url_for("studio_operations.index", _anchor="paused"))
        pause = pausing.standing(db.session())
        if pause is not None and sent() != str(pause.id):
            told = gettext("Another backup has been restored meanwhile. Look again before you release the outbox.")
            flash(told, "danger")
            return self.index(), 409
        person = me()
        dropped = pausing.release(db.session(), datetime.now(UTC), person.id if person else None, drop=old == "drop")
        db.session.commit()
        if dropped is None:
            flash(gettext("The outbox wasn't paused."), "info")
        else:
            flash(_released(dropped), "success")
        return redirect(url_for("studio_operations.index"))


def _attack(now: datetime) -> dict[str, Any]:
    """What the page says of attack mode."""
    standing = attack.standing(db.session(), now)
    since = standing.since if standing else now
    held_since = held.waiting(db.session(), HeldReport.received_at >= since) if standing else 0
    earlier = attack.over(db.session(), now)
    always = current_app.config["ATTACK_MODE"]
    return {"standing": standing, "always": always, "held": held_since, "hours": HOURS, "earlier": earlier}


def _released(dropped: int) -> str:
    told = ngettext("%(num)d mail was dropped.", "%(num)d mails were dropped.", dropped)
    return gettext("Mails are sent again.") + (f" {told}" if dropped else "")


def _shown(name: str, found: running.Running) -> bool:
    return name in ALWAYS or bool(found.mails.get(name))


def _dead() -> Sequence[Dead]:
    query = select(OutgoingMail, Subject.number).outerjoin(Subject, Subject.id == OutgoingMail.subject_id)
    rows = db.session.execute(query.where(OutgoingMail.status == "dead").order_by(OutgoingMail.id.desc()).limit(MOST))
    return [
        Dead(mail.id, number or "–", mail.name, mail.created_at, mail.tries, ADDRESS.sub("…@…", mail.fault))
        for mail, number in rows
    ]


def _reasons() -> list[tuple[str, int]]:
    """What the mail server said, or what kept us from it, for mails that are tried again: the most frequent first."""
    query = select(OutgoingMail.fault, func.count()).where(OutgoingMail.status == "waiting", OutgoingMail.fault != "")
    told: Counter[str] = Counter()
    for fault, count in db.session.execute(query.group_by(OutgoingMail.fault)):
        told[ADDRESS.sub("…@…", fault)] += count
    return told.most_common(MOST_REASONS)


def _ended() -> Sequence[OutboxPause]:
    """The last pauses that somebody ended."""
    ended = select(OutboxPause).where(OutboxPause.released_at.is_not(None)).order_by(OutboxPause.id.desc())
    return db.session.scalars(ended.limit(PAUSES)).all()
