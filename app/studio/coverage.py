"""The coverage as a page: who gets the case from each unit about each area, why, and giving somebody a role at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose
from werkzeug.utils import redirect

from app.change.changes import Change
from app.change.history import new_key
from app.i18n import gettext
from app.routing.organisation import Organisation
from app.studio.base import Guarded
from app.studio.coverage_page import CoveragePage, Why
from app.studio.keeping import DRAFT, NOW, Refused, keep
from app.studio.outcome import shown_outcome
from app.studio.people import staff
from app.studio.scene import scene
from app.web.frame import link
from model import Person

LONGEST = 200


@dataclass
class Asked:
    """The form that gives somebody a role: what was typed, and what is wrong as (field, sentence)."""

    typed: Mapping[str, str]
    faults: list[tuple[str, str]] = field(default_factory=list)

    def get(self, name: str) -> str:
        """What was typed."""
        return self.typed.get(name, "").replace("\0", "").strip()[:LONGEST]

    def change(self, organisation: Organisation) -> Change | None:
        """Give the assignment that is asked for; None where something is wrong."""
        person = called(staff()).get(self.get("person"))
        if person is None:
            self.faults.append(("person", gettext("Nobody is called that. Choose somebody from the list.")))
        begins, ends = self._day("from"), self._day("to")
        if begins and ends and ends < begins:
            self.faults.append(("to", gettext("The last day comes before the first.")))
        role, unit = self.get("role"), organisation.unit_by_name.get(self.get("unit"))
        if role not in organisation.roles or role in organisation.retired_roles or unit is None or unit.retired:
            self.faults.append(("", gettext("The role or the unit isn't there any more. Choose the cell again.")))
        if self.faults or person is None or unit is None:
            return None
        values: dict[str, Any] = {
            "person": person.id,
            "role": role,
            "unit": unit.name,
            "deputy": bool(self.get("deputy")),
        }
        days = {"starts_on": begins, "ends_on": ends}
        return Change(
            "assignment", new_key(), "add", values | {name: each and each.isoformat() for name, each in days.items()}
        )

    def _day(self, name: str) -> date | None:
        text = self.get(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            told = gettext("“%(text)s” isn't a day. Write days as 2026-12-24.", text=text)
            self.faults.append((name, told))
            return None


def called(people: Sequence[Person]) -> dict[str, Person]:
    """People by what they are chosen by: the label, with the name where several have the same."""
    found: dict[str, Person] = {}
    for person in people:
        label = repr(person)
        found[label if label not in found else f"{label} ({person.name or person.id})"] = person
    return found


class CoverageView(Guarded, BaseView):  # type: ignore[misc]
    """The grid, and one cell explained."""

    def __init__(self) -> None:
        super().__init__(name="coverage", endpoint="studio_coverage", url="/studio/coverage")

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """Show the grid; a POST gives somebody a role."""
        if request.method == "GET":
            return self._page(None)
        asked = Asked(request.form)
        if "back" in request.form:
            return self._page(asked)
        change = asked.change(scene(request.args).context.organisation)
        if change is None:
            return self._page(asked), 400
        return self._kept(asked, change)

    def _kept(self, asked: Asked, change: Change) -> ResponseReturnValue:
        way = DRAFT if request.form.get("save") == DRAFT else NOW
        try:
            outcome = keep([change], way, request.form.get("confirmed", ""))
        except Refused as refused:
            asked.faults.append(("", str(refused)))
            return self._page(asked), 400
        if outcome:
            return shown_outcome(outcome, _here())
        flash(gettext("Saved in the draft.") if way == DRAFT else gettext("Saved. It counts now."), "success")
        return redirect(_here())

    def _page(self, asked: Asked | None) -> str:
        here = scene(request.args)
        page = CoveragePage(here, everything=bool(request.args.get("all")))
        names = request.args.get("unit", ""), request.args.get("area", "")
        cell = page.find(*names)
        told = list(here.told)
        if any(names) and cell is None:
            told.append(gettext("There is no such unit or area. Choose a cell in the grid."))
        shown: str = self.render(
            "studio/coverage.html",
            page=page,
            scene=here,
            told=told,
            why=Why(page, cell) if cell else None,
            asked=asked,
            people=called(staff()) if cell else {},
        )
        return shown


def _here() -> str:
    return f"{link()}#why"
