"""The base of the studio's pages: guarded by one permission, told in plain words, and nothing in use is deleted."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_admin.contrib.sqla.form import AdminModelConverter
from flask_admin.model.form import converts
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from wtforms import DateField, Form
from wtforms.validators import Optional, Regexp

from app.i18n import gettext, lazy_gettext
from app.studio.fields import TextsField, YamlField
from app.web.cells import plain
from app.web.database import db
from app.web.grants import can
from model import RoutingRow, WorkflowEdition

PERMISSION = ("can_configure", "Studio")
NAME = Regexp(
    r"^[a-z][a-z0-9_]*$", message=lazy_gettext("Use small letters, digits and _ only, and begin with a letter.")
)


class Refused(Exception):
    """A change that can't be made; its text is told."""


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


class Setting(Guarded, ModelView):  # type: ignore[misc]
    """A table of configuration. `texts` are its columns of several languages: name -> whether they are long."""

    list_template = "admin/model/list.html"
    edit_template = "admin/model/edit.html"
    create_template = "admin/model/create.html"
    model_form_converter = Converter
    column_display_actions = False
    action_disallowed_list: ClassVar[Sequence[str]] = ["delete"]
    page_size = 100
    title: Any = ""
    about: Any = ""
    texts: ClassVar[dict[str, bool]] = {}
    checks: ClassVar[dict[str, Any]] = {}
    fixed: ClassVar[Sequence[str]] = ("name",)
    details_view = action_view = export = ajax_lookup = ajax_update = None

    def __init__(self, model: type, name: str) -> None:
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

    def edit_form(self, obj: Any = None) -> Form:
        """Ask for everything but what other rows and the routine know this row by."""
        form = super().edit_form(obj)
        for name in self.fixed:
            if name in form:
                del form[name]
        return form

    def shown(self, row: Any, name: str) -> Any:
        """Value of a column in the list."""
        formatter = self.column_formatters.get(name)
        return formatter(self, None, row, name) if formatter else getattr(row, name)

    def named(self, row: Any) -> str:
        """What the row is called."""
        return plain(getattr(row, "label", None) or getattr(row, "name", None) or self.title)

    def check(self, row: Any) -> None:
        """Raise Refused for a row that can't be kept."""

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """Ask for a new row."""
        if not self.can_create:
            abort(404)
        form = self.create_form()
        if self.validate_form(form) and self._kept(form, self.build_new_instance()):
            return self._done(gettext("Saved."))
        page: str = self.render(self.create_template, form=form, back=self.get_url(".index_view"))
        return page

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Ask for changes to a row."""
        row = self._row(request.args.get("id", ""))
        form = self.edit_form(row)
        if self.validate_form(form) and self._kept(form, row):
            return self._done(gettext("Saved."))
        page: str = self.render(self.edit_template, form=form, row=row, back=self.get_url(".index_view"))
        return page

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> ResponseReturnValue:
        """Ask on GET, delete on POST."""
        if not self.can_delete:
            abort(404)
        row = self._row(request.args.get("id", ""))
        if request.method == "GET":
            page: str = self.render("admin/model/delete.html", row=row, back=self.get_url(".edit_view", id=row.id))
            return page
        try:
            self._refuse_named(row)
            self.check_deletion(row)
            db.session.delete(row)
            db.session.commit()
        except (Refused, IntegrityError) as refused:
            db.session.rollback()
            in_use = gettext("It is in use, so it can't be deleted.")
            flash(str(refused) if isinstance(refused, Refused) else in_use, "danger")
            return redirect(self.get_url(".edit_view", id=request.args["id"]))
        return self._done(gettext("Deleted."))

    def _row(self, key: str) -> Any:
        number = int(key) if key.isascii() and key.isdigit() and len(key) < 10 else 0  # noqa: PLR2004 - no key is longer
        row = self.get_query().filter(self.model.id == number).one_or_none()
        return row if row is not None else abort(404)

    def _done(self, told: str) -> ResponseReturnValue:
        flash(told, "success")
        return redirect(self.get_url(".index_view"))

    def _kept(self, form: Form, row: Any) -> bool:
        try:
            with db.session.no_autoflush:
                form.populate_obj(row)
                self.check(row)
                db.session.add(row)
            db.session.commit()
        except (Refused, SQLAlchemyError) as fault:
            db.session.rollback()
            form.form_errors.append(_told(fault))
            return False
        return True

    def check_deletion(self, row: Any) -> None:
        """Raise Refused for a row that can't be deleted."""

    def _refuse_named(self, row: Any) -> None:
        """Keep what the routine in force or a routing row calls by its name."""
        name = getattr(row, "name", None)
        if not name or not self.fixed:
            return
        newest = select(WorkflowEdition.text).order_by(WorkflowEdition.number.desc()).limit(1)
        texts = [db.session.scalar(newest) or ""]
        texts += [f"{each.condition} {each.receiver}" for each in db.session.scalars(select(RoutingRow))]
        if any(re.search(rf"\b{re.escape(name)}\b", text) for text in texts):
            raise Refused(gettext("The routine or the routing uses “%(name)s”, so it can't be deleted.", name=name))


def _told(fault: Refused | SQLAlchemyError) -> str:
    if isinstance(fault, Refused):
        return str(fault)
    if isinstance(fault, IntegrityError):
        return gettext("It could not be saved: there is another one with the same name.")
    current_app.logger.error("a setting could not be saved", exc_info=fault)
    return gettext("It could not be saved. Nothing has been changed.")


def _standard(default: Any) -> Any:
    return default(None) if callable(default) else default
