"""The studio's first page: what an administrator has to mend now, or that all is well."""

from datetime import UTC, datetime

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_admin import AdminIndexView, expose
from sqlalchemy import not_, select

from app.i18n import day, gettext, say
from app.studio.base import Guarded
from app.web.cells import Two
from app.web.database import db
from app.web.here import context
from model import Subject


class Start(Guarded, AdminIndexView):  # type: ignore[misc]
    """Cases that nobody has: their number and place, never what they are about."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Show them with the page that mends it."""
        waiting = select(Subject).where(Subject.orphaned, not_(Subject.finished)).order_by(Subject.id).limit(100)
        rows = [(case.number, place(case), day(case.changed_at)) for case in db.session.scalars(waiting)]
        return self.render(
            "admin/index.html",
            title=gettext("Setup"),
            rows=rows,
            mend=url_for("studio_assignment.index_view"),
            checked=datetime.now(UTC),
        )


def place(case: Subject) -> Two:
    """Unit and area of a case."""
    organisation = context().organisation
    unit = organisation.units.get(case.unit_id or 0)
    area = organisation.areas.get(case.area_id or 0)
    return Two(say(unit.label) if unit else gettext("No unit"), say(area.label) if area else "")
