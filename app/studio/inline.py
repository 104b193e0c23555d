"""Changing simple columns of many rows in the list itself: one form, one save, faults at their rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import Form

from app.change.changes import Change, key_of, values_of
from app.i18n import gettext
from app.studio import told
from app.studio.base import answer
from app.studio.keeping import DRAFT, Changed, Refused, keep, sealed
from app.studio.outcome import shown_outcome
from app.studio.saving import CONFLICT, Saving

ROW = re.compile(r"row-(\d{1,9})-seen")
MOST = 200
"""Rows of one form: a page of the list, and some to spare."""


@dataclass
class Line:
    """One row being changed: its form, what it was made from, and what is wrong with it as a whole."""

    row: Any
    form: Form
    seen: str
    name: str
    faults: list[str] = field(default_factory=list)
    late: bool = False

    @property
    def told(self) -> list[str]:
        """Everything that is wrong in the row."""
        return [*(str(each) for one in self.form for each in one.errors), *self.faults]


class Listed(Saving):
    """A table whose `inline` columns can be changed in the list."""

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> ResponseReturnValue:
        """Show the list; with `edit`, as a form."""
        if "edit" in request.args and self.inline:
            return self._sent() if request.method == "POST" else self._shown(self._page_of_rows())
        if request.method == "POST":
            abort(405)
        page: ResponseReturnValue = super().index_view()
        return page

    def _page_of_rows(self) -> list[Line]:
        asked = self._get_list_extra_args()
        column = self._get_column_by_idx(asked.sort)
        _, rows = self.get_list(
            asked.page, column[0] if column else None, asked.sort_desc, asked.search, asked.filters, page_size=MOST // 2
        )
        return [self._line(row) for row in rows[:MOST]]

    def _line(self, row: Any, sent: Any = None) -> Line:
        values = values_of(row)
        form = self._row_form(row, values, sent)
        name = told.called(self.table, key_of(row), values)
        return Line(row, form, request.form.get(f"row-{row.id}-seen") or self._seal(row), name)

    def _seal(self, row: Any) -> str:
        return sealed(values_of(row), self.marks().get(key_of(row)))

    def _row_form(self, row: Any, values: Mapping[str, Any], sent: Any) -> Form:
        form: Form = self._edit_form_class(sent, obj=self.as_answers(values), prefix=f"row-{row.id}")
        for name in [each.short_name for each in form]:
            if name not in self.inline:
                del form[name]
        return form

    def _shown(self, lines: Sequence[Line], refused: Refused | None = None) -> str:
        page: str = self.render(
            "studio/change_rows.html",
            title=gettext("%(name)s: change in the list", name=self.title),
            lines=lines,
            columns=[(name, self.column_labels[name]) for name in self.inline],
            refused=refused,
            back=self.get_url(".index_view"),
        )
        return page

    def _sent(self) -> ResponseReturnValue:
        ids = [int(found[1]) for name in request.form if (found := ROW.fullmatch(name))][:MOST]
        known = {row.id: row for row in self.get_query().filter(self.model.id.in_(ids))}
        lines = [self._line(known[pk], request.form) for pk in ids if pk in known]
        changes = [change for line in lines for change in self._change(line)]
        if "back" in request.form or any(line.told for line in lines):
            return self._shown(lines), CONFLICT if any(line.late for line in lines) else 200
        way = DRAFT if self.by_publishing or request.form.get("save") == DRAFT else "now"
        try:
            still = partial(self._require_rows, lines)
            asked = keep(changes, way, request.form.get("confirmed", ""), still) if changes else None
        except Changed:
            for line in lines:
                self._compare(line)
            return self._shown(lines), CONFLICT
        except Refused as refused:
            return self._shown(lines, refused)
        if asked:
            return shown_outcome(asked, self.get_url(".index_view", edit=1))
        return self._done(gettext("Saved."), way == DRAFT and bool(changes))

    def _change(self, line: Line) -> list[Change]:
        """What becomes of the row; its faults are noted at the line."""
        live, key = values_of(line.row), key_of(line.row)
        if not line.form.validate():
            return []
        changed = self._answers(line)
        if not changed:
            return []
        self._compare(line)
        try:
            self.check({**live, **changed}, key)
        except Refused as refused:
            line.faults.append(str(refused))
        return [Change(self.table, key, "change", changed)]

    def _require_rows(self, lines: Sequence[Line]) -> None:
        """Raise Changed where a row that is changed isn't what the form was made from."""
        if any(line.seen != self._seal(line.row) for line in lines if self._answers(line)):
            raise Changed

    def _compare(self, line: Line) -> None:
        """Note at the line what somebody else has made of the row meanwhile."""
        answers = self._answers(line)
        if not answers or line.seen == self._seal(line.row):
            return
        live = values_of(line.row)
        differing = told.lines({name: live.get(name) for name in answers}, answers)
        now = ", ".join(f"{each.label}: {each.was or '–'}" for each in differing)
        line.faults.append(gettext("Somebody has changed this row meanwhile. Look again, then save once more."))
        line.faults += [gettext("Now it says: %(now)s.", now=now)] if now else []
        line.seen, line.late = self._seal(line.row), True

    def _answers(self, line: Line) -> dict[str, Any]:
        """The answers that say something else than the row does."""
        live = values_of(line.row)
        found = {each.short_name: answer(each) for each in line.form}
        return {name: value for name, value in found.items() if live.get(name) != value}
