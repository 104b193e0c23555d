"""Settings as files: each table as CSV or YAML, all of the configuration as one file, and files into the draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose
from werkzeug.utils import redirect

from app.change import drafts, whole
from app.change.changes import Change
from app.change.exporting import as_yaml, export_data, sections
from app.change.planning import Faulty, planned, read_sections
from app.change.sheets import rows_of, section_of
from app.i18n import gettext, ngettext, translated
from app.language.definition import Routine
from app.language.fault import Fault
from app.language.load import load
from app.language.read import read
from app.language.said import said
from app.studio.base import Guarded
from app.studio.changes import TITLES
from app.studio.keeping import Refused, join, routines
from app.web.database import db
from app.web.export import answer, harmless

MOST = 900_000
"""Bytes of a file that is read: a little less than what a request may have."""
SECTIONS = {
    "unit": "units",
    "area": "areas",
    "role": "roles",
    "person": "people",
    "assignment": "assignments",
    "routing": "routing",
    "mail": "mails",
    "calendar": "calendar",
}
"""Sections of data.yaml by the table that they are kept in."""
WHOLE = "configuration"
YAML = "text/yaml; charset=utf-8"


class FilesView(Guarded, BaseView):  # type: ignore[misc]
    """Export and import of settings."""

    def __init__(self) -> None:
        super().__init__(name="files", endpoint="studio_files", url="/studio/files")

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """Show what can be fetched; take a file into the draft."""
        if request.method == "GET":
            return self._page()
        try:
            count = _take_in(request.form.get("table", ""))
        except Faulty as fault:
            return self._page(fault.faults)
        except Refused as refused:
            return self._page(refused=str(refused))
        if not count:
            flash(gettext("The file says what is so already. Nothing was changed."), "info")
            return redirect(url_for("studio_files.index"))
        told = ngettext("%(num)d change has joined the draft.", "%(num)d changes have joined the draft.", count)
        flash(told, "success")
        return redirect(url_for("studio_changes.index"))

    def _page(self, faults: Sequence[Fault] = (), refused: str = "") -> str:
        page: str = self.render(
            "studio/files.html",
            title=gettext("Files"),
            tables=[(name, str(TITLES[name])) for name in SECTIONS],
            whole=f"{WHOLE}.yaml",
            faults=[(fault.line, fault.column, translated(fault.message)) for fault in faults],
            refused=refused,
            chosen=request.form.get("table", ""),
        )
        return page

    @expose("/<file>")
    def fetch(self, file: str) -> ResponseReturnValue:
        """Give a table, or all of it, as a file."""
        stem, _, kind = file.rpartition(".")
        if stem == WHOLE and kind == "yaml":
            return _sent(_everything(), file)
        if stem not in SECTIONS or kind not in ("csv", "yaml"):
            abort(404)
        section = SECTIONS[stem]
        value = sections(db.session()).get(section)
        if kind == "yaml":
            return _sent(as_yaml({section: value if value is not None else _nothing(section)}), file)
        heads, rows = rows_of(section, value)
        return answer("csv", stem, heads, [[guarded(cell) for cell in row] for row in rows])


def _nothing(section: str) -> Any:
    return [] if section in ("assignments", "routing") else {}


def _sent(text: str, name: str) -> Response:
    response = Response(text, mimetype=YAML)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _everything() -> str:
    edition = drafts.newest(db.session())
    return whole.write({"workflow": edition.text, "data": export_data(db.session()), "scenarios": edition.scenarios})


def guarded(cell: str) -> str:
    """Keep apart what looks protected and what will be: `cleaned` gives either back."""
    return f"'{cell}" if cell.startswith("'") and cleaned(cell) != cell else cell


def cleaned(cell: str) -> str:
    """Take off the sign that keeps a spreadsheet from running a cell."""
    rest = cell[1:]
    protected = cell.startswith("'") and (harmless(rest) != rest or (rest.startswith("'") and cleaned(rest) != rest))
    return rest if protected else cell


# -- a file into the draft -----------------------------------------------------


def _take_in(table: str) -> int:
    """Let what the sent file changes join the draft; give how many changes. Raises Faulty, Refused."""
    file = request.files.get("file")
    name = (file.filename if file else "") or ""
    if file is None or not name:
        raise Refused(gettext("Choose a file."))
    text = _decoded(file.stream.read(MOST + 1), name)
    if name.lower().endswith(".csv"):
        return _join(_from_sheet(text, table, name))
    if _is_whole(text):
        return _from_whole(text, name)
    return _join(planned(db.session(), read_sections(db.session(), text, name, routines()[-1])))


def _decoded(data: bytes, name: str) -> str:
    if len(data) > MOST:
        raise Faulty([Fault(name, 1, 1, said("the file is larger than %(size)d kB", size=MOST // 1000))])
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as wrong:
        before = data[: wrong.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise Faulty([Fault(name, line, column, said("this isn't UTF-8; save the file as UTF-8"))]) from wrong


def _is_whole(text: str) -> bool:
    return any(text.startswith(f"{part}:") or f"\n{part}:" in text for part in whole.PARTS)


def _join(changes: Sequence[Change]) -> int:
    if changes:
        join(changes)
    return len(changes)


def _from_sheet(text: str, table: str, name: str) -> list[Change]:
    if table not in SECTIONS:
        raise Refused(gettext("Say which table the sheet is."))
    sheet = section_of(text, SECTIONS[table], name, cleaned)
    if sheet.faults:
        raise Faulty(sheet.faults)
    try:
        data = read_sections(db.session(), sheet.text, name, routines()[-1])
    except Faulty as fault:
        raise Faulty(Fault(each.file, *sheet.placed(each), each.message) for each in fault.faults) from fault
    return planned(db.session(), data)


def _from_whole(text: str, name: str) -> int:
    try:
        parts = whole.read(text, name)
    except whole.NotWhole as wrong:
        raise Faulty([wrong.fault]) from wrong
    routine, faults = _check_texts(parts, name)
    changes: list[Change] = []
    if "data" in parts:
        try:
            changes = planned(db.session(), read_sections(db.session(), parts["data"].text, "data", routine))
        except Faulty as fault:
            faults += [parts["data"].placed(each, name) if each.line else each for each in fault.faults]
    if faults:
        raise Faulty(faults)
    return _join_whole(changes, {part: found.text for part, found in parts.items()})


def _check_texts(parts: Mapping[str, whole.Part], name: str) -> tuple[Routine | None, list[Fault]]:
    faults: list[Fault] = []
    routine = None if "workflow" in parts else routines()[-1]
    if "workflow" in parts:
        loaded = load(parts["workflow"].text)
        routine = loaded.routine
        faults += [parts["workflow"].placed(each, name) for each in loaded.faults if not each.warning]
    if "scenarios" in parts:
        _, wrong = read(parts["scenarios"].text, name)
        faults += [parts["scenarios"].placed(each, name) for each in wrong]
    return routine, faults


def _join_whole(changes: Sequence[Change], texts: Mapping[str, str]) -> int:
    """Join the draft with whatever differs from it."""
    present = drafts.open_draft(db.session()) or drafts.newest(db.session())
    text = texts.get("workflow") if texts.get("workflow") != present.text else None
    scenarios = texts.get("scenarios") if texts.get("scenarios") != present.scenarios else None
    if changes or text is not None or scenarios is not None:
        join(changes, text=text, scenarios=scenarios)
    return len(changes) + (text is not None) + (scenarios is not None)
