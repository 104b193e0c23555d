"""Held back reports, for those who would have had the case, and administrators: let through, or deleted.

Only the former read one. An administrator sees that it is there and why, and can let it through to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from flask import abort, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import ColumnElement, true

from app.i18n import gettext, lazy_gettext
from app.submit.holding import QUICK, TRAPPED, UNPROVEN
from app.submit.release import Impossible, release
from app.web.database import db
from app.web.grants import can
from app.web.here import actor, context
from app.workflow import held
from model import DELETED, EXPIRED, RELEASED

VIEW = "HeldView"
ODD = {
    TRAPPED: lazy_gettext("A field that people don't see was filled in."),
    QUICK: lazy_gettext("It was sent faster than people write."),
    UNPROVEN: lazy_gettext(
        "It came under attack mode, and its browser did not do the check: no script, or a slow device."
    ),
}

ENDS = {
    RELEASED: lazy_gettext("let through"),
    DELETED: lazy_gettext("deleted"),
    EXPIRED: lazy_gettext("erased after its time"),
}


class HeldView(BaseView):  # type: ignore[misc]
    """What is held back, and the two ways on."""

    route_base = "/held"
    default_view = "list"
    class_permission_name = VIEW
    base_permissions: ClassVar[Sequence[str]] = ["can_list", "can_release", "can_delete", "can_oversee"]

    @expose("/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """Show those that wait."""
        viewer = context().viewer(actor().person)
        seats, days = viewer.seats(), current_app.config["HELD_DAYS"]
        rows = held.listed(db.session(), _which())
        page: str = self.render_template(
            "submit/held.html",
            title=gettext("Held back reports"),
            reports=[(each, each.handler in seats) for each in rows],
            count=held.waiting(db.session(), _which()),
            ended=held.ended(db.session()) if _oversees() else {},
            decided=held.decided(db.session()) if _oversees() else (),
            ends=ENDS,
            odd=ODD,
            end_of=lambda each: each.received_at + timedelta(days=days),
        )
        return page

    @expose("/<int:pk>/release", methods=["POST"])
    @has_access
    @permission_name("release")
    def release(self, pk: int) -> ResponseReturnValue:
        """Let it become a case, as if it had just come."""
        now = datetime.now(UTC)
        report = held.taken(db.session(), pk, _which(), now) or abort(404)
        try:
            case = release(report, actor(), now)
            db.session.commit()
        except Impossible:
            db.session.rollback()
            told = gettext("The routine doesn't take this report as it stands. It waits here still.")
            flash(told, "danger")
        else:
            flash(gettext("%(number)s is a case now.", number=case.number), "success")
        return redirect(url_for("HeldView.list"))

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    @permission_name("delete")
    def delete(self, pk: int) -> ResponseReturnValue:
        """Delete it for good; only whoever may read it does."""
        now = datetime.now(UTC)
        report = held.taken(db.session(), pk, _readable(), now) or abort(404)
        number = report.number
        held.end(db.session(), report, DELETED, actor().person, now)
        db.session.commit()
        flash(gettext("%(number)s is deleted.", number=number), "success")
        return redirect(url_for("HeldView.list"))


def _readable() -> ColumnElement[bool]:
    return held.theirs(context().viewer(actor().person))


def _oversees() -> bool:
    return can("can_oversee", VIEW)


def _which() -> ColumnElement[bool]:
    return true() if _oversees() else _readable()
