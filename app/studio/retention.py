"""Retention as a page: what will be erased by itself and when, by numbers alone."""

from __future__ import annotations

from flask import current_app
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose

from app.i18n import day, gettext, say
from app.studio.base import Guarded
from app.web.database import db
from app.web.here import context
from app.workflow import held, retention


class RetentionView(Guarded, BaseView):  # type: ignore[misc]
    """Clocks that erase, and the cases they end for in the next months."""

    def __init__(self) -> None:
        super().__init__(name="retention", endpoint="studio_retention", url="/studio/retention")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Show them; no word of a case."""
        here, days = context(), current_app.config["HELD_DAYS"]
        page: str = self.render(
            "studio/retention.html",
            title=gettext("Retention"),
            rows=[
                {
                    "flow": say(each.flow.label),
                    "move": say(each.declared.label),
                    "fields": [say(here.routine.fields[name].label) for name in each.declared.forget],
                    "soon": each.soon,
                    "later": each.later,
                    "cases": [(number, day(here.organisation.worktime.day_of(due))) for number, due in each.cases],
                }
                for each in retention.ahead(here)
            ],
            held=held.ahead(db.session(), here.now, days, retention.SOON, retention.LATER),
            days=days,
            soon=retention.SOON.days,
            later=retention.LATER.days,
        )
        return page
