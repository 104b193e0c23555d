"""The base of every generated screen: one row scope, lists paged by key, and changes by POST alone."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import ModelView, expose
from flask_appbuilder.baseviews import BaseFormView
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_wtf import FlaskForm
from sqlalchemy import ColumnElement, true
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Query
from sqlalchemy.orm.interfaces import ORMOption

from app.i18n import gettext, lazy_gettext
from app.web import export
from app.web.cells import plain
from app.web.database import db
from app.web.filters import Answers, Filter, derive, read
from app.web.grants import can
from app.web.interface import CAP, Interface, Order, Page, Wish
from app.web.table import Column, Table

RELATED = 10
"""Rows of a related list on another row's page."""


class Refusal(Exception):
    """A change that can't be made; its text is told to the person who asked for it."""


class ScopeFilter(BaseFilter):  # type: ignore[misc]
    """Hands a view's row scope to everything of Flask-AppBuilder that finds a row."""

    name = "scope"

    def apply(self, query: "Query[Any]", value: "Look") -> "Query[Any]":
        """Narrow to what the person of this request may see."""
        return query.filter(value.scope())


class Quiet(BaseFormView):  # type: ignore[misc]
    """A form page that keeps no history of pages in the session."""

    def update_redirect(self) -> None:
        """Leave the session alone."""

    def get_redirect(self) -> str:
        """Go to one's own start."""
        return url_for("Home.index")

    def render_template(self, template: str, **values: Any) -> str:
        """Hand the template the form itself, not a widget that has it."""
        given = values.pop("widgets")["edit"].template_args
        page: str = super().render_template(template, form=given["form"], names=given["include_cols"], **values)
        return page


class Look(ModelView):  # type: ignore[misc]
    """A generated view. Say which columns; `scope` says which rows.

    `list_needs` are attributes that formatters read beside the columns; `base_order` is ("column", "asc" or "desc")
    of a column that is never empty; `kept` are arguments beside the filters, such as a tab; `sort_labels` name orders
    ("-due_at": ...). A formatter gets the row's value and gives a value or a cell of app.web.cells.
    """

    exclude_route_methods: ClassVar[set[str]] = {"action", "action_post", "download"}
    search_form: Any = FlaskForm
    page_size = 25
    list_needs: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    sort_labels: ClassVar[dict[str, Any]] = {}
    empty_text: Any = lazy_gettext("There is nothing here yet.")
    pager_words: tuple[Any, Any] = (lazy_gettext("Previous"), lazy_gettext("Next"))
    add_row_message = lazy_gettext("Saved.")
    edit_row_message = lazy_gettext("Saved.")
    delete_row_message = lazy_gettext("Deleted.")
    in_use_message = lazy_gettext("It is in use, so it can't be deleted.")
    clash_message = lazy_gettext("It could not be saved: there is another one with the same name.")
    failure_message = lazy_gettext("It could not be saved. Nothing has been changed.")

    # -- what a view decides ---------------------------------------------------

    def scope(self) -> ColumnElement[bool]:
        """Say which rows the person of this request may see."""
        return true()

    def filters(self) -> Sequence[Filter]:
        """Give the filters of the list."""
        return derive(self.datamodel, self.search_columns, self.label_columns)

    def late(self, row: Any) -> bool:  # noqa: ARG002 - a view that has deadlines reads the row
        """Whether the row is marked as late."""
        return False

    def href(self, row: Any) -> str | None:
        """Address of the row's own page; None when one may not see it."""
        if not self._may("show"):
            return None
        return url_for(f"{self.endpoint}.show", pk=self.datamodel.get_pk_value(row))

    def options(self) -> Sequence[ORMOption]:
        """Say what is loaded with each row of the list."""
        found: Sequence[ORMOption] = self.datamodel.options(self.list_columns, self.list_needs)
        return found

    def caption(self, page: Page, answers: Answers) -> str:  # noqa: ARG002 - a view may say more
        """Say how many there are."""
        if page.count > CAP:
            return gettext("More than %(count)d", count=CAP)
        return gettext("%(count)d in all", count=page.count)

    # -- lists -----------------------------------------------------------------

    def _init_properties(self) -> None:
        self.base_filters = [[self.datamodel.get_pk_name(), ScopeFilter, self], *(self.base_filters or [])]
        super()._init_properties()
        self.order_columns = [name for name in self.order_columns if self.datamodel.is_sortable(name)]

    @property
    def standard_order(self) -> Order:
        """Order of the list when nothing else is asked for."""
        if not self.base_order:
            return Order(self.datamodel.get_pk_name(), descending=True)
        return Order(self.base_order[0], self.base_order[1] == "desc")

    def answers(self) -> Answers:
        """Read what the address asks of this list."""
        return read(self.filters(), self.order_columns, self.standard_order, self.page_size, self.datamodel.key)

    def page(self, answers: Answers) -> Page:
        """Read one page of the list."""
        where = (self.scope(), *answers.where)
        found: Page = self.datamodel.page(
            Wish(where, answers.order, answers.size, answers.mark, answers.back), self.options()
        )
        return found

    def columns(self) -> Sequence[Column]:
        """Columns of the list, as its table shows them."""
        return [
            Column(name, str(self.label_columns.get(name, name)), name in self.order_columns)
            for name in self.list_columns
        ]

    def value(self, row: Any, name: str) -> Any:
        """Value of a column in a row; a dotted name goes through its relation."""
        found = row
        for part in name.split("."):
            found = getattr(found, part, None)
        found = found() if callable(found) else found
        formatter = self.formatters_columns.get(name)
        return formatter(found) if formatter else found

    def table(self, page: Page, answers: Answers | None = None) -> Table:
        """Make the page ready to be shown."""
        return Table(
            columns=self.columns(),
            rows=[[self.value(row, name) for name in self.list_columns] for row in page.rows],
            hrefs=[self.href(row) for row in page.rows],
            late=[self.late(row) for row in page.rows],
            caption=self.caption(page, answers) if answers else "",
            page=page,
            answers=answers,
            words=self.pager_words,
            empty=self.empty_text,
        )

    @expose("/list/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """Show one page of the list."""
        answers = self.answers()
        table = self.table(self.page(answers), answers)
        return self.shown(self.list_template, title=self.list_title, table=table, filters=self.filters())

    @expose("/export/<any(csv, xlsx):kind>")
    @has_access
    @permission_name("list")
    def export(self, kind: str) -> ResponseReturnValue:
        """Download the list as filtered: the first 10,000 rows."""
        answers = self.answers()
        statement = self.datamodel.matching((self.scope(), *answers.where)).options(*self.options())
        column = self.datamodel.attribute(answers.order.column)
        ordered = statement.order_by(column.desc() if answers.order.descending else column.asc())
        rows = db.session.scalars(ordered.limit(export.MOST).execution_options(yield_per=500))
        values = ([plain(self.value(row, name)) for name in self.list_columns] for row in rows)
        return export.answer(kind, str(self.list_title), [each.label for each in self.columns()], values)

    def sorts(self) -> Sequence[tuple[str, str]]:
        """Orders one may choose, as (value of `sort`, label)."""
        if self.sort_labels:
            return [(name, str(label)) for name, label in self.sort_labels.items()]
        labels = [(name, str(self.label_columns.get(name, name))) for name in self.order_columns]
        rising = [(name, gettext("%(label)s, rising", label=label)) for name, label in labels]
        falling = [(f"-{name}", gettext("%(label)s, falling", label=label)) for name, label in labels]
        return [each for pair in zip(rising, falling, strict=True) for each in pair]

    def export_href(self, kind: str) -> str:
        """Address of the list as it is filtered now, as a file."""
        query = request.query_string.decode("utf-8", "replace")
        return url_for(f"{self.endpoint}.export", kind=kind) + (f"?{query}" if query else "")

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
        seen = [view for view in self._related_views if can("can_list", view.class_permission_name)]
        return [(str(view.list_title), view.belonging(row, self.datamodel)) for view in seen]

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
        form._id = self.datamodel.get_pk_value(row)  # noqa: SLF001 - where the framework's unique test looks
        if request.method == "POST" and form.validate() and self._kept(form, row, new=False):
            flash(str(self.edit_row_message), "success")
            return self.after_change(row)
        return self.shown(
            self.edit_template,
            title=self.edit_title,
            form=form,
            names=self.edit_columns,
            back=self.href(row) or self.get_redirect(),
        )

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
            return self.shown("appbuilder/general/model/delete.html", title=plain(row), pk=pk)
        try:
            self.pre_delete(row)
            db.session.delete(row)
            db.session.commit()
        except (Refusal, IntegrityError) as refusal:
            db.session.rollback()
            flash(str(refusal) if isinstance(refusal, Refusal) else str(self.in_use_message), "danger")
            return redirect(url_for(f"{self.endpoint}.edit", pk=pk))
        flash(str(self.delete_row_message), "success")
        return redirect(self.get_redirect())

    # -- pages -----------------------------------------------------------------

    def shown(self, template: str, **values: Any) -> str:
        """Render a page of this view."""
        page: str = self.render_template(template, view=self, **values)
        return page

    def _may(self, method: str) -> bool:
        permission = f"can_{self.get_method_permission(method)}"
        return permission in self.base_permissions and can(permission, self.class_permission_name)

    def may(self, method: str) -> bool:
        """Whether the person of this request may do that here: list, show, add, edit or delete."""
        return method not in self.exclude_route_methods and self._may(method)

    def update_redirect(self) -> None:
        """Keep no history of pages in the session."""

    def get_redirect(self) -> str:
        """Go to this view's list."""
        return url_for(f"{self.endpoint}.list")
