"""The routing table: a plain sentence beside each row, a simple form for the usual case, and the order by buttons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from werkzeug.utils import redirect
from wtforms import Form
from wtforms.validators import InputRequired

from app.change.changes import Change
from app.change.routing_rows import row_faults
from app.i18n import gettext, lazy_gettext, translated
from app.language import conditions, parties, plain
from app.language.conditions import Has, Is
from app.language.parties import InField, InRole, NamedParty, Word
from app.studio import told
from app.studio.base import Refused
from app.studio.keeping import DRAFT, Changed, added, keep, routing_rows
from app.studio.saving import CONFLICT, Place, Saving
from app.studio.scene import scene
from app.studio.usual import UsualForm, fits
from app.web.cells import Two
from app.web.database import db
from app.web.here import context
from app.web.seen import digest, sent
from model import Role, RoutingRow


def sentence(_view: Any, _context: Any, row: RoutingRow, name: str) -> str:
    """Say the row's part in words."""
    return told.in_words(name, getattr(row, name))


def _faults() -> dict[int, list[str]]:
    """Give what is wrong with rows as the draft has them, by place from 1; none where the draft can't be read."""
    where, found = scene({"draft": "1"}), defaultdict(list)
    if where.drafted or not where.drafting:
        for fault in row_faults(where.context.organisation, where.context.routine):
            found[fault.row].append(str(fault))
    return found


class RoutingView(Saving):
    """Who gets a case: the first row that holds decides."""

    title = lazy_gettext("Routing")
    about = lazy_gettext(
        "Who gets a case. The first row whose condition holds decides; an empty one always holds. "
        "Changes of this table count when the draft is published."
    )
    list_template = "studio/change_routing.html"
    edit_template = create_template = "studio/change_route.html"
    column_list = ("position", "condition", "receiver")
    column_sortable_list = ()
    column_default_sort: ClassVar[Sequence[Any]] = [("position", False), ("id", False)]
    fixed: ClassVar[Sequence[str]] = ()
    checks: ClassVar[dict[str, Any]] = {"condition": plain.condition, "receiver": plain.party}
    form_columns = ("position", "condition", "receiver")
    form_args: ClassVar[dict[str, Any]] = {
        "condition": {"description": lazy_gettext("For example: area: [hse, physical]")},
        "receiver": {
            "validators": [InputRequired()],
            "description": lazy_gettext("For example: first: [hse_coordinator, quality_contact, intake]"),
        },
    }
    column_formatters: ClassVar[dict[str, Any]] = {"condition": sentence, "receiver": sentence}

    def lines(self) -> list[dict[str, Any]]:
        """Give the list's rows in the draft's order, each in words, with what is wrong with it."""
        marks, ordered, faults = self.marks(), routing_rows(), _faults()
        return [
            {
                "key": key,
                "href": self.get_url(".edit_view", **({"id": key} if key.isdigit() else {"key": key})),
                "place": place + 1,
                "words": Two(told.condition(values.get("condition")), ""),
                "receiver": told.receiver(values.get("receiver")),
                "mark": self.mark(marks[key]) if key in marks else None,
                "faults": faults.get(place + 1, ()),
            }
            for place, (key, values) in enumerate(ordered)
        ]

    def removed(self) -> list[tuple[str, Any]]:
        """Rows that the draft deletes: what they say, and the mark."""
        gone = {key: change for key, change in self.marks().items() if change.operation == "remove"}
        rows = (row for row in db.session.scalars(select(RoutingRow)) if str(row.id) in gone)
        return [(told.receiver(row.receiver), self.mark(gone[str(row.id)])) for row in rows]

    @expose("/order/", methods=("POST",))
    def order_view(self) -> ResponseReturnValue:
        """Move a row up or down, in the draft."""
        key, _, way = request.form.get("move", "").partition(" ")
        ordered = routing_rows()
        keys = [each for each, _ in ordered]
        if key not in keys or way not in ("up", "down"):
            abort(404)
        if sent() != self.seal():
            return self._shown_late()
        at = keys.index(key)
        other = at + (1 if way == "down" else -1)
        if 0 <= other < len(keys):
            keys[at], keys[other] = keys[other], keys[at]
            try:
                keep(self._places(keys, dict(ordered)), DRAFT, still=self._require_order)
            except Changed:
                return self._shown_late()
            except Refused as refused:
                flash(str(refused), "danger")
        return redirect(self.get_url(".index_view"))

    def seal(self) -> str:
        """What the list was made from: the rows in their order, as the draft has them."""
        return digest(routing_rows())

    def _require_order(self) -> None:
        if sent() != self.seal():
            raise Changed

    def _shown_late(self) -> ResponseReturnValue:
        page: str = self.render(self.list_template, late=True)
        return page, CONFLICT

    def _places(self, keys: Sequence[str], values: Mapping[str, Mapping[str, Any]]) -> list[Change]:
        moved = ((key, at) for at, key in enumerate(keys, 1) if values[key].get("position") != at)
        new = added("routing")
        return [Change("routing", key, "add" if key in new else "change", {"position": place}) for key, place in moved]

    # -- the form ----------------------------------------------------------------

    def proposed(self) -> dict[str, Any]:
        """Put a new row first."""
        return {"position": 0}

    def form_of(self, values: Mapping[str, Any], *, new: bool) -> Form:
        """Ask simply where the row can be said so; in YAML otherwise, or where that is wished."""
        usual = "text" not in request.args and fits(values.get("condition"), values.get("receiver"))
        if not usual:
            return super().form_of(values, new=new)
        return UsualForm(request.form if request.method == "POST" else None, values)

    def values(self, form: Form) -> dict[str, Any]:
        """Give condition and receiver as data writes them."""
        if not isinstance(form, UsualForm):
            return super().values(form)
        return form.answers

    def validate_form(self, form: Form) -> bool:
        """Ask the form that it is."""
        if isinstance(form, UsualForm):
            return bool(request.method == "POST" and form.validate())
        return bool(super().validate_form(form))

    def around(self, form: Form, place: Place) -> dict[str, Any]:
        """Lead to the other way of writing the row."""
        where = {"id": place.row.id} if place.row is not None else {"key": place.key} if place.key else {}
        view = ".edit_view" if place.key else ".create_view"
        usual = isinstance(form, UsualForm)
        other = self.get_url(view, **where, **({"text": 1} if usual else {}))
        simple = usual or fits(place.base.get("condition"), place.base.get("receiver"))
        return {"usual": usual, "other": other if simple else ""}

    def check(self, values: Mapping[str, Any], key: str) -> None:  # noqa: ARG002 - the base's signature
        """Refuse receivers and fields that neither the organisation nor the routine in force has."""
        routine = context().routine
        roles = {*db.session.scalars(select(Role.name)), *added("role")}
        try:
            receiver = plain.party(values["receiver"], roles=roles, fields=set(routine.fields), parties=routine.parties)
        except ValueError as wrong:
            raise Refused(translated(wrong.args[0])) from wrong
        if not any(isinstance(each, InRole | InField | Word | NamedParty) for each in parties.walk(receiver)):
            raise Refused(gettext("Say who gets the case: nobody is named."))
        found = conditions.walk(plain.condition(values["condition"]))
        unknown = {each.field for each in found if isinstance(each, Is | Has)} - set(routine.fields)
        if unknown:
            raise Refused(gettext("The routine has no field called %(names)s.", names=", ".join(sorted(unknown))))
