"""Generated lists: one row scope for everything, pages found by key, and the same rows as a file."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import ModelView, expose
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_wtf import FlaskForm
from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import Query
from sqlalchemy.orm.interfaces import ORMOption

from app.i18n import gettext, lazy_gettext
from app.web import export
from app.web.cells import Bare, bare
from app.web.filters import Answers, Filter, derive, read
from app.web.grants import can
from app.web.interface import CAP, Order, Page, Wish
from app.web.paths import path_of
from app.web.replica import reader
from app.web.table import Column, Table


class ScopeFilter(BaseFilter):  # type: ignore[misc]
    """Hands a view's row scope to everything of Flask-AppBuilder that finds a row."""

    name = "scope"

    def apply(self, query: "Query[Any]", value: "Listing") -> "Query[Any]":
        """Narrow to what the person of this request may see."""
        return query.filter(value.scope())


class Listing(ModelView):  # type: ignore[misc]
    """Rows one may see, as a list and as a file."""

    exclude_route_methods: ClassVar[set[str]] = {"action", "action_post", "download"}
    search_form: Any = FlaskForm
    base_filters: Any = None
    order_columns: Any = None
    page_size = 25
    list_needs: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    sort_labels: ClassVar[dict[str, Any]] = {}
    empty_text: Any = lazy_gettext("There is nothing here yet.")
    pager_words: tuple[Any, Any] = (lazy_gettext("Previous"), lazy_gettext("Next"))

    # -- what a view decides ---------------------------------------------------

    def scope(self) -> ColumnElement[bool]:
        """Say which rows the person of this request may see."""
        return true()

    def pieces(self) -> tuple[ColumnElement[bool], ...]:
        """Say the same in pieces, where the table's interface asks for them."""
        return ()

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

    def shown_columns(self) -> Sequence[str]:
        """Names of the columns that the person of this request sees, in order."""
        names: Sequence[str] = self.list_columns
        return names

    def sortable(self) -> Sequence[str]:
        """Names of the columns by which they may sort."""
        names: Sequence[str] = self.order_columns
        return names

    def label(self, name: str) -> str:
        """Heading of a column."""
        return str(self.label_columns.get(name, name))

    def prepare(self, rows: Sequence[Any]) -> None:
        """Fetch at once what the values of these rows need beside them."""

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
        return read(self.filters(), self.sortable(), self.standard_order, self.page_size, self.datamodel.key)

    def page(self, answers: Answers) -> Page:
        """Read one page of the list."""
        asked = (answers.where, answers.order, answers.size, answers.mark, answers.back, answers.counted)
        wish = Wish(*asked, self.scope(), self.pieces(), answers.searched, answers.key)
        found: Page = self.datamodel.page(wish, self.options())
        return found

    def columns(self) -> Sequence[Column]:
        """Columns of the list, as its table shows them."""
        sortable = self.sortable()
        return [Column(name, self.label(name), name in sortable) for name in self.shown_columns()]

    def value(self, row: Any, name: str) -> Any:
        """Value of a column in a row; a dotted name goes through its relation."""
        found = row
        for part in name.split("."):
            found = getattr(found, part, None)
        found = found() if callable(found) else found
        formatter = self.formatters_columns.get(name)
        return formatter(found) if formatter else found

    def values(self, row: Any, names: Sequence[str]) -> list[Any]:
        """Values of these columns in a row; a view that judges rows does it once for all of them."""
        return [self.value(row, name) for name in names]

    def table(self, page: Page, answers: Answers | None = None) -> Table:
        """Make the page ready to be shown."""
        self.prepare(page.rows)
        names = self.shown_columns()
        return Table(
            columns=self.columns(),
            rows=[self.values(row, names) for row in page.rows],
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
        return self.shown(self.list_template, title=self.list_title, table=table, filters=answers.filters)

    @expose("/export/<any(csv, xlsx):kind>")
    @has_access
    @permission_name("list")
    def export(self, kind: str) -> ResponseReturnValue:
        """Download the list as filtered: the first 10,000 rows."""
        answers = self.answers()
        statement = self.datamodel.matching((self.scope(), *answers.where)).options(*self.options())
        column = self.datamodel.sorted_by(answers.order.column)
        ordered = statement.order_by(column.desc() if answers.order.descending else column.asc())
        rows = reader().scalars(ordered.limit(export.MOST).execution_options(yield_per=500))
        values = self._values(rows.partitions())
        return export.answer(kind, str(self.list_title), [each.label for each in self.columns()], values)

    def _values(self, batches: Iterable[Sequence[Any]]) -> Iterator[Sequence[Bare]]:
        names = self.shown_columns()
        for rows in batches:
            self.prepare(rows)
            for row in rows:
                yield [bare(value) for value in self.values(row, names)]

    def sorts(self) -> Sequence[tuple[str, str]]:
        """Orders one may choose, as (value of `sort`, label)."""
        if self.sort_labels:
            return [(name, str(label)) for name, label in self.sort_labels.items()]
        return self.both_ways(self.order_columns)

    def both_ways(self, names: Sequence[str]) -> Sequence[tuple[str, str]]:
        """Orders by these columns, each rising and falling."""
        labels = [(name, self.label(name)) for name in names]
        rising = [(name, gettext("%(label)s, rising", label=label)) for name, label in labels]
        falling = [(f"-{name}", gettext("%(label)s, falling", label=label)) for name, label in labels]
        return [each for pair in zip(rising, falling, strict=True) for each in pair]

    def export_href(self, kind: str) -> str:
        """Address of the list as it is filtered now, as a file."""
        query = request.query_string.decode("utf-8", "replace")
        return path_of(f"{self.endpoint}.export", kind=kind) + (f"?{query}" if query else "")

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
