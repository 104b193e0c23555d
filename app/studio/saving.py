"""Adding, changing and deleting a row of a setting: each a change that counts now or joins the draft."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from werkzeug.utils import redirect
from wtforms import Form

from app.change import drafts
from app.change.changes import Change, key_of, values_of
from app.change.history import UNNAMED, new_key
from app.i18n import gettext
from app.studio import told
from app.studio.base import Setting
from app.studio.keeping import DRAFT, NOW, Changed, Refused, keep, routing_rows, sealed
from app.studio.outcome import shown_outcome
from app.web import unasked
from app.web.database import db
from app.web.seen import Since, sent
from model import DraftChange

LOOKING = ("more", "less", "preview", "back")
"""Buttons that show the form again and keep nothing."""
NAMED_IN_ROUTINE = ("unit", "area", "role", "mail")
LONGEST_ID = 9
CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Place:
    """One row: its key, what is kept of it, and what the draft makes of it. `drafting`: the draft's row is shown."""

    key: str
    row: Any = None
    live: Mapping[str, Any] | None = None
    change: DraftChange | None = None
    drafting: bool = False

    @property
    def base(self) -> dict[str, Any]:
        """The row's values as the form shows them."""
        meant = self.change.values if self.change is not None and self.drafting else {}
        return {**(self.live or {}), **meant}

    @property
    def seal(self) -> str:
        """What a form about the row was made from."""
        return sealed(self.live, self.change)

    @property
    def retired(self) -> bool:
        """Whether it is retired, or will be when the draft is published."""
        meant = self.change.values.get("retired") if self.change is not None else None
        return bool((self.live or {}).get("retired") if meant is None else meant)


def _differences(place: Place) -> list[told.Line]:
    """What the draft changes in a row that is kept."""
    if place.change is None or place.live is None or place.change.operation != "change":
        return []
    return told.lines({name: place.live.get(name) for name in place.change.values}, place.change.values)


class Saving(Setting):
    """The pages that change a table."""

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """Ask for a new row."""
        if not self.can_create:
            abort(404)
        place = Place("", drafting=self.by_publishing)
        return self._answer(place, self.form_of(self.proposed(), new=True))

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Ask for changes to a row."""
        place = self._place()
        return self._answer(place, self.form_of(place.base, new=False))

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> ResponseReturnValue:
        """Ask on GET, delete on POST."""
        if not self.can_delete:
            abort(404)
        place = self._place()
        if place.row is None:
            abort(404)
        by_draft = self.by_publishing or self.table in ("unit", "area", "role")
        if request.method == "GET":
            return self._page("admin/model/delete.html", place, by_draft=by_draft)
        try:
            self._require_unchanged(place)
            self._refuse_named(place.row)
            self.check_deletion(place.row)
            change, still = Change(self.table, place.key, "remove"), partial(self._require_unchanged, place)
            asked = keep([change], DRAFT if by_draft else self._way(), request.form.get("confirmed", ""), still)
        except Changed:
            return self._page("admin/model/delete.html", self._place(), by_draft=by_draft, late=True), CONFLICT
        except Refused as refused:
            flash(str(refused), "danger")
            return redirect(self._edit_url(place))
        return shown_outcome(asked, self._edit_url(place)) if asked else self._done(gettext("Deleted."), by_draft)

    @expose("/retire/", methods=("POST",))
    def retire_view(self) -> ResponseReturnValue:
        """Retire a row, or take it back into use: by the draft."""
        place = self._place()
        if place.row is None or not hasattr(place.row, "retired"):
            abort(404)
        try:
            self._require_unchanged(place)
            change = Change(self.table, place.key, "change", {"retired": not place.retired})
            keep([change], DRAFT, still=partial(self._require_unchanged, place))
        except Changed as late:
            place = self._place()
            return self._form_page(self.form_of(place.base, new=False), place, told=str(late)), CONFLICT
        except Refused as refused:
            flash(str(refused), "danger")
            return redirect(self._edit_url(place))
        return self._done("", by_draft=True)

    # -- the way of a form -------------------------------------------------------

    def proposed(self) -> dict[str, Any]:
        """What a new row's form begins with."""
        return {}

    def _place(self) -> Place:
        """Find the row of this address, kept or in the draft."""
        number, key = request.args.get("id", ""), request.args.get("key", "")
        marks = self.marks()
        if key and (change := marks.get(key)) is not None and change.operation == "add":
            return Place(key, change=change, drafting=True)
        row = None
        if number.isascii() and number.isdigit() and len(number) <= LONGEST_ID:
            row = self.get_query().filter(self.model.id == int(number)).one_or_none()
        if row is None:
            abort(404)
        change = marks.get(key_of(row))
        drafting = self.by_publishing or "draft" in request.args
        return Place(key_of(row), row, values_of(row), change, drafting=drafting)

    def _answer(self, place: Place, form: Form) -> ResponseReturnValue:
        unasked.note(request.form, form.data)
        if any(name in request.form for name in LOOKING) or not self.validate_form(form):
            return self._form_page(form, place)
        try:
            changes = self._changes(place, form)
            still = partial(self._require_unchanged, place)
            asked = keep(changes, self._way(place), request.form.get("confirmed", ""), still) if changes else None
        except Changed as late:
            return self._late(form, late)
        except Refused as refused:
            form.form_errors.append(str(refused))
            return self._form_page(form, place, links=refused.links)
        if asked:
            return shown_outcome(asked, self._edit_url(place))
        return self._done(gettext("Saved."), self._way(place) == DRAFT and bool(changes))

    def _way(self, place: Place | None = None) -> str:
        if place is not None and place.drafting:
            return DRAFT
        return DRAFT if request.form.get("save") == DRAFT else NOW

    def _changes(self, place: Place, form: Form) -> list[Change]:
        """Give what the answers change; nothing where they say what is so. Raises Refused."""
        values = self.values(form)
        if place.row is None and place.change is None:
            key = new_key() if self.table in UNNAMED else str(values["name"])
            if key in self.marks():
                raise Refused(gettext("It could not be saved: there is another one with the same name."))
            self.check(values, key)
            return [Change(self.table, key, "add", values)]
        changed = {name: value for name, value in values.items() if place.base.get(name) != value}
        if not changed:
            return []
        self._require_unchanged(place)
        self.check({**place.base, **changed}, place.key)
        return [Change(self.table, place.key, "change" if place.row is not None else "add", changed)]

    def _require_unchanged(self, place: Place) -> None:
        """Raise Changed for a form that was made from other values than are there now."""
        live = values_of(place.row) if place.row is not None else None
        if place.key and sent() != sealed(live, self.marks().get(place.key)):
            raise Changed

    def _late(self, form: Form, late: Changed) -> ResponseReturnValue:
        """Show what was typed, and beside it what is there now."""
        place = self._place()
        typed = self.values(form)
        differing = told.lines({name: place.base.get(name) for name in typed}, typed)
        since = [Since(each.label, each.was, each.now) for each in differing]
        return self._form_page(form, place, told=str(late), since=since, seen=place.seal), CONFLICT

    def _form_page(self, form: Form, place: Place, **values: Any) -> str:
        template = self.edit_template if place.key else self.create_template
        # A form that is shown again is still made from what it was made from.
        seen = sent() if request.method == "POST" and "told" not in values else place.seal
        return self._page(template, place, **{"form": form, "seen": seen, **self.around(form, place), **values})

    def around(self, form: Form, place: Place) -> dict[str, Any]:  # noqa: ARG002 - a view that shows more reads them
        """What else the form's page shows."""
        return {}

    def _page(self, template: str, place: Place, **values: Any) -> str:
        change = place.change
        page: str = self.render(
            template,
            place=place,
            row=place.row,
            called=told.called(self.table, place.key, place.base) if place.key else "",
            mark=self.mark(change) if change else None,
            lines=_differences(place),
            back=self.get_url(".index_view"),
            story=url_for("studio_history.index", table=self.table, key=place.key) if place.row else "",
            **values,
        )
        return page

    def _edit_url(self, place: Place) -> str:
        if not place.key:
            return str(self.get_url(".create_view"))
        where = {"id": place.row.id} if place.row is not None else {"key": place.key}
        return str(self.get_url(".edit_view", **where))

    def _done(self, told_now: str, by_draft: bool) -> ResponseReturnValue:
        flash(
            gettext("Saved in the draft. It counts when the draft is published.") if by_draft else told_now, "success"
        )
        return redirect(self.get_url(".index_view"))

    def _refuse_named(self, row: Any) -> None:
        """Keep what the routine or a row of the routing calls by its name, as the draft has them."""
        name = getattr(row, "name", None)
        if not name or self.table not in NAMED_IN_ROUTINE:
            return
        draft = drafts.open_draft(db.session())
        texts = [draft.text if draft else drafts.newest(db.session()).text]
        texts += [f"{values.get('condition')} {values.get('receiver')}" for _, values in routing_rows()]
        if any(re.search(rf"\b{re.escape(name)}\b", text) for text in texts):
            raise Refused(gettext("The routine or the routing uses “%(name)s”, so it can't be deleted.", name=name))
