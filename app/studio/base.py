"""The base of the studio's pages: guarded by one permission, told in plain words, and kept by changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any, ClassVar

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.contrib.sqla import ModelView
from flask_admin.contrib.sqla.form import AdminModelConverter
from flask_admin.model.form import converts
from flask_login import current_user
from sqlalchemy import inspect
from werkzeug.utils import redirect
from wtforms import DateField, Form, IntegerField
from wtforms.validators import Optional, Regexp

from app.change.changes import STRUCTURE, TABLES, key_of
from app.i18n import gettext, lazy_gettext
from app.studio import told
from app.studio.columns import LABELS
from app.studio.fields import RowField, TextsField, YamlField
from app.studio.keeping import Refused, drafted
from app.web.cells import Tag, plain
from app.web.database import db
from app.web.grants import can
from model import DraftChange

__all__ = ["NAME", "PERMISSION", "Guarded", "Refused", "Setting", "answer"]

PERMISSION = ("can_configure", "Studio")
NAME = Regexp(
    r"^[a-z][a-z0-9_]*$", message=lazy_gettext("Use small letters, digits and _ only, and begin with a letter.")
)


class Guarded:
    """Lets those in who may configure."""

    def is_accessible(self) -> bool:
        """Whether the person of this request may configure."""
        return can(*PERMISSION)

    def inaccessible_callback(self, name: str, **_arguments: Any) -> ResponseReturnValue:  # noqa: ARG002 - the framework's signature
        """Ask visitors to log in; tell others that they may not."""
        if current_user.is_authenticated:
            abort(403)
        back = request.full_path.rstrip("?") if request.method == "GET" else "/home/"
        return redirect(url_for("AuthDBView.login", next=back))


class Converter(AdminModelConverter):  # type: ignore[misc]
    """Turns columns into questions: texts of several languages and structures have fields of their own."""

    @converts("JSON")
    def convert_JSON(self, field_args: dict[str, Any], column: Any = None, **_extra: Any) -> Any:  # noqa: N802 - the framework's name
        """Texts where the view says so, YAML otherwise."""
        long = self.view.texts.get(column.key)
        if long is not None:
            return TextsField(**field_args, long=long)
        empty = None if column.nullable or column.default is None else _standard(column.default.arg)
        return YamlField(**field_args, check=self.view.checks.get(column.key), empty=empty)

    @converts("Date")
    def convert_date(self, field_args: dict[str, Any], **_extra: Any) -> Any:
        """Days are asked for with the browser's own calendar."""
        field_args["validators"] = [Optional()]
        return DateField(**field_args)


def _standard(default: Any) -> Any:
    return default(None) if callable(default) else default


def answer(field: Any) -> Any:
    """What was answered, as a change writes it."""
    data = field.data
    if isinstance(data, date):
        return data.isoformat()
    if isinstance(field, RowField):
        return int(data) if data and data.isdigit() else data or None
    if isinstance(field, IntegerField):
        return data or 0
    return "" if data is None and not isinstance(field, DateField | YamlField) else data


class Setting(Guarded, ModelView):  # type: ignore[misc]
    """A table of configuration. `texts` are its columns of several languages: name -> whether they are long.

    `fixed` are columns that never change once the row is there.
    """

    list_template = "admin/model/list.html"
    edit_template = "admin/model/edit.html"
    create_template = "admin/model/create.html"
    model_form_converter = Converter
    column_display_actions = False
    column_labels = LABELS
    action_disallowed_list: ClassVar[Sequence[str]] = ["delete"]
    page_size = 100
    title: Any = ""
    about: Any = ""
    texts: ClassVar[dict[str, bool]] = {}
    checks: ClassVar[dict[str, Any]] = {}
    fixed: ClassVar[Sequence[str]] = ("name",)
    inline: ClassVar[Sequence[str]] = ()
    details_view = action_view = export = ajax_lookup = ajax_update = None

    def __init__(self, model: type, name: str) -> None:
        self.table = next(table for table, kept in TABLES.items() if kept is model)
        super().__init__(model, db, name=name, endpoint=f"studio_{name}", url=f"/studio/{name}")

    def _run_view(self, fn: Any, *arguments: Any, **options: Any) -> Any:
        # The framework's own tries a second time on a TypeError, whoever has raised it.
        return fn(self, *arguments, **options)

    def _get_list_extra_args(self) -> Any:
        arguments = super()._get_list_extra_args()
        arguments.page = min(max(arguments.page or 0, 0), 1000)
        arguments.extra_args = {}  # they would be built into addresses, whatever they are called
        arguments.search = (arguments.search or "").replace("\0", "")[:200]
        return arguments

    # -- the list ----------------------------------------------------------------

    def shown(self, row: Any, name: str) -> Any:
        """Value of a column in the list."""
        formatter = self.column_formatters.get(name)
        return formatter(self, None, row, name) if formatter else getattr(row, name)

    def named(self, row: Any) -> str:
        """What the row is called."""
        return plain(getattr(row, "label", None) or getattr(row, "name", None) or self.title)

    def key(self, row: Any) -> str:
        """What changes call the row."""
        return key_of(row)

    def marks(self) -> Mapping[str, DraftChange]:
        """The draft's changes of this table, by key."""
        return drafted(self.table)

    def mark(self, change: DraftChange) -> Tag:
        """Say what the draft does to a row."""
        texts = {"add": gettext("Added"), "change": gettext("Changed"), "remove": gettext("Deleted")}
        text = texts[change.operation]
        if "retired" in change.values:
            text = gettext("Retired") if change.values["retired"] else gettext("Back in use")
        return Tag(f"{told.SIGNS[change.operation]} {text}", told.TONES[change.operation])

    def only_in_draft(self) -> Iterable[tuple[str, str, Tag]]:
        """Rows that only the draft has: name, address and mark."""
        for key, change in self.marks().items():
            if change.operation == "add":
                name = told.called(self.table, key, change.values)
                yield name, self.get_url(".edit_view", key=key), self.mark(change)

    @property
    def by_publishing(self) -> bool:
        """Whether the table changes only by publishing a draft."""
        return self.table in STRUCTURE

    # -- forms -------------------------------------------------------------------

    def form_of(self, values: Mapping[str, Any], *, new: bool) -> Form:
        """Ask for the row, with what it says as the answers."""
        answers = self.as_answers(values)
        made: Form = self.create_form(answers) if new else self.edit_form(answers)
        for name in () if new else self.fixed:
            if name in made:
                del made[name]
        return made

    def as_answers(self, values: Mapping[str, Any]) -> SimpleNamespace:
        """Give a row's values as a form takes them."""
        days = {column.key for column in inspect(self.model).columns if column.type.python_type is date}
        read = {name: date.fromisoformat(each) if name in days and each else each for name, each in values.items()}
        return SimpleNamespace(**read)

    def values(self, form: Form) -> dict[str, Any]:
        """Give the answers as a change writes them."""
        return {field.name: answer(field) for field in form if field.type != "CSRFTokenField"}

    def check(self, values: Mapping[str, Any], key: str) -> None:
        """Raise Refused for a row that can't be kept."""

    def check_deletion(self, row: Any) -> None:
        """Raise Refused for a row that can't be deleted."""
