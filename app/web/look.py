"""The base of every generated screen: a list, one row with what belongs to it, and changes by POST alone."""

from collections.abc import Sequence
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.baseviews import BaseFormView
from flask_appbuilder.hooks import before_request
from flask_appbuilder.security.decorators import has_access
from flask_wtf import FlaskForm
from sqlalchemy import ColumnElement, inspect
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from app.change.holding import hold
from app.i18n import lazy_gettext
from app.web import seen, unasked
from app.web.cells import plain
from app.web.database import db
from app.web.grants import can
from app.web.interface import Interface, Wish
from app.web.listing import Listing
from app.web.table import Table

CONFLICT = 409
RELATED = 10
"""Rows of a related list on another row's page."""


class Refusal(Exception):
    """A change that can't be made; its text is told to the person who asked for it."""


class Quiet(BaseFormView):  # type: ignore[misc]
    """A form page that keeps no history of pages in the session."""

    def update_redirect(self) -> None:
        """Leave the session alone."""

    @before_request(only=["this_form_post"])
    def _look_for_more(self) -> None:
        unasked.note(request.form, self.form().data)

    def get_redirect(self) -> str:
        """Go to one's own start."""
        return url_for("Home.index")

    def render_template(self, template: str, **values: Any) -> str:
        """Hand the template the form itself, not a widget that has it."""
        given = values.pop("widgets")["edit"].template_args
        page: str = super().render_template(template, form=given["form"], names=given["include_cols"], **values)
        return page


class Look(Listing):
    """A generated view. Say which columns; `scope` says which rows.

    `list_needs` are attributes that formatters read beside the columns; `base_order` is ("column", "asc" or "desc")
    of a column that is never empty; `kept` are arguments beside the filters, such as a tab; `sort_labels` name orders
    ("-due_at": ...). A formatter gets the row's value and gives a value or a cell of app.web.cells.
    """

    add_row_message = lazy_gettext("Saved.")
    edit_row_message = lazy_gettext("Saved.")
    delete_row_message = lazy_gettext("Deleted.")
    in_use_message = lazy_gettext("It is in use, so it can't be deleted.")
    clash_message = lazy_gettext("It could not be saved: there is another one with the same name.")
    failure_message = lazy_gettext("It could not be saved. Nothing has been changed.")

    # -- one row ---------------------------------------------------------------

    def found(self, pk: str) -> Any:
        """Row with that key, if one may see it; otherwise the page isn't there."""
        key = self.datamodel.key(pk)
        row = self.datamodel.get(key, self._base_filters) if key is not None else None
        return row if row is not None else abort(404)

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> ResponseReturnValue:
        """Show one row and what belongs to it."""
        row = self.found(pk)
        return self.shown(
            self.show_template,
            title=plain(row),
            pk=pk,
            row=row,
            facts=self.facts(row),
            related=self.related(row),
            links=self.links(row),
        )

    def links(self, row: Any) -> Sequence[tuple[str, str]]:  # noqa: ARG002 - a view that has some reads the row
        """What else can be done with the row, as (label, address)."""
        return ()

    def facts(self, row: Any) -> Sequence[tuple[str, Sequence[tuple[str, Any]]]]:
        """Labelled values of a row's page, in named groups."""
        groups = self.show_fieldsets or [("", {"fields": self.show_columns})]
        return [
            (
                str(title or ""),
                [(str(self.label_columns.get(name, name)), self.value(row, name)) for name in group["fields"]],
            )
            for title, group in groups
        ]

    def related(self, row: Any) -> Sequence[tuple[str, Table]]:
        """Lists of other views' rows that belong to this one, where one may see such lists."""
        theirs = [view for view in self._related_views if can("can_list", view.class_permission_name)]
        return [(str(view.list_title), view.belonging(row, self.datamodel)) for view in theirs]

    def belonging(self, row: Any, owner: Interface) -> Table:
        """First rows of this view that belong to another view's row."""
        name = self.datamodel.get_related_fk(owner.obj)
        relation = self.datamodel.attribute(name)
        many = self.datamodel.list_properties[name].uselist
        belongs: ColumnElement[bool] = relation.contains(row) if many else relation == row
        page = self.datamodel.page(Wish((self.scope(), belongs), self.standard_order, RELATED), self.options())
        return self.table(page)

    # -- changes ---------------------------------------------------------------

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> ResponseReturnValue:
        """Ask for a new row and keep it."""
        form = self.add_form.refresh()
        unasked.note(request.form, form.data)
        if request.method == "POST" and form.validate():
            row = self.datamodel.obj()
            if self._kept(form, row, new=True):
                flash(str(self.add_row_message), "success")
                return self.after_change(row)
        return self.shown(
            self.add_template, title=self.add_title, form=form, names=self.add_columns, back=self.get_redirect()
        )

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> ResponseReturnValue:
        """Ask for changes to a row and keep them."""
        row = self.found(pk)
        form = self.edit_form.refresh(obj=row)
        unasked.note(request.form, form.data)
        form._id = self.datamodel.get_pk_value(row)  # noqa: SLF001 - where the framework's unique test looks
        late = False
        if request.method == "POST" and form.validate():
            hold(db.session())
            row = self.found(pk)
            late = seen.sent() != self.seal(row)
            if not late and self._kept(form, row, new=False):
                flash(str(self.edit_row_message), "success")
                return self.after_change(row)
            db.session.rollback()
        return self.shown(
            self.edit_template,
            title=self.edit_title,
            form=form,
            names=self.edit_columns,
            back=self.href(row) or self.get_redirect(),
            # A form that is shown again is still made from what it was made from.
            seen=self.seal(row) if late or request.method == "GET" else seen.sent(),
            late=late,
            since=self.since(form, row) if late else (),
        ), CONFLICT if late else 200

    def seal(self, row: Any) -> str:
        """What a form about the row is made from: all that it asks."""
        return seen.digest({name: self._spelled(getattr(row, name, None)) for name in self.edit_columns})

    def since(self, form: FlaskForm, row: Any) -> list[seen.Since]:
        """What is otherwise now than it was typed."""
        pairs = ((name, getattr(row, name, None), form[name].data) for name in self.edit_columns)
        return [
            seen.Since(str(self.label_columns.get(name, name)), plain(now), plain(typed))
            for name, now, typed in pairs
            if self._spelled(now) != self._spelled(typed)
        ]

    def _spelled(self, value: Any) -> Any:
        """A value as text: rows by their keys, in no order."""
        if isinstance(value, list | tuple):
            return sorted(str(inspect(each).identity) for each in value)
        return "" if value is None else str(value)

    def _kept(self, form: FlaskForm, row: Any, *, new: bool) -> bool:
        """Save the form's answers in the row; on refusal nothing of it stays, and the reason is told."""
        try:
            with db.session.no_autoflush:
                form.populate_obj(row)
                (self.pre_add if new else self.pre_update)(row)
            if new:
                db.session.add(row)
            db.session.commit()
        except Refusal as refusal:
            db.session.rollback()
            flash(str(refusal), "danger")
            return False
        except IntegrityError:
            db.session.rollback()
            flash(str(self.clash_message), "danger")
            return False
        except SQLAlchemyError:
            db.session.rollback()
            current_app.logger.exception("a row could not be saved")
            flash(str(self.failure_message), "danger")
            return False
        (self.post_add if new else self.post_update)(row)
        return True

    def after_change(self, row: Any) -> ResponseReturnValue:
        """Go to the changed row's page, or to the list."""
        return redirect(self.href(row) or self.get_redirect())

    @expose("/delete/<pk>", methods=["GET", "POST"])
    @has_access
    def delete(self, pk: str) -> ResponseReturnValue:
        """Ask on GET, delete on POST."""
        row = self.found(pk)
        if request.method == "GET":
            return self._delete_page(row)
        try:
            hold(db.session())
            row = self.found(pk)
            if seen.sent() != self.seal(row):
                db.session.rollback()
                return self._delete_page(row, late=True), CONFLICT
            self.pre_delete(row)
            db.session.delete(row)
            db.session.commit()
        except (Refusal, IntegrityError) as refusal:
            db.session.rollback()
            flash(str(refusal) if isinstance(refusal, Refusal) else str(self.in_use_message), "danger")
            return redirect(url_for(f"{self.endpoint}.edit", pk=pk))
        flash(str(self.delete_row_message), "success")
        return redirect(self.get_redirect())

    def _delete_page(self, row: Any, *, late: bool = False) -> Any:
        key, template = self.datamodel.get_pk_value(row), "appbuilder/general/model/delete.html"
        return self.shown(template, title=plain(row), pk=key, seen=self.seal(row), late=late)
