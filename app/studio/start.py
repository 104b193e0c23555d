"""The studio's first page: what an administrator has to mend now, or that all is well."""

from datetime import UTC, datetime

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import AdminIndexView, expose

from app.change.sweeping import sweep
from app.i18n import gettext, ngettext
from app.outbox import queue
from app.studio.base import Guarded
from app.studio.overview import Overview
from app.web.database import db


class Start(Guarded, AdminIndexView):  # type: ignore[misc]
    """How it stands: cases' numbers and places, never what they are about."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Show it, with the page that mends each thing."""
        page: str = self.render("admin/index.html", title=gettext("How it stands"), overview=Overview())
        return page

    @expose("/check", methods=("POST",))
    def check(self) -> ResponseReturnValue:
        """Look for cases that nobody can move now."""
        found = sweep(db.session(), datetime.now(UTC))
        db.session.commit()
        told = ngettext("%(num)d open case was checked.", "%(num)d open cases were checked.", found.open)
        flash(told, "success")
        return redirect(url_for("studio.index"))

    @expose("/mails", methods=("POST",))
    def mails(self) -> ResponseReturnValue:
        """Try anew to send the mails that did not arrive."""
        count = queue.revive(db.session(), datetime.now(UTC))
        db.session.commit()
        flash(ngettext("%(num)d mail is tried again.", "%(num)d mails are tried again.", count), "success")
        return redirect(url_for("studio.index"))
