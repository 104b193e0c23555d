"""Flask-AppBuilder as it generates its screens: a base filter, search filters, a show view with its events, actions."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import Flask, abort, flash, redirect
from flask_appbuilder import AppBuilder, Model, ModelView, expose
from flask_appbuilder.actions import action
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.models.sqla.filters import FilterEqualFunction
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.utils.legacy import get_sqla_class
from flask_appbuilder.views import PublicFormView
from flask_wtf import CSRFProtect
from wtforms import SelectField, StringField, TextAreaField, validators

from bench import counting
from bench.peers import orm, own_code, pragmas
from bench.peers.settings import ACCOUNT, COLUMNS, FACULTY, PAGE, PASSWORD, SECRET, URL

SEEN = ["can_list", "can_show"]
app = Flask(__name__)
app.config.update(SECRET_KEY=SECRET, SQLALCHEMY_DATABASE_URI=URL, WTF_CSRF_ENABLED=True, AUTH_RATE_LIMITED=False)
csrf = CSRFProtect(app)
db = get_sqla_class()()
db.init_app(app)
models = orm.make(Model)


class Submit(DynamicForm):
    """The form of a report."""

    title = StringField(validators=[validators.DataRequired(), validators.Length(max=200)])
    body = TextAreaField(validators=[validators.DataRequired()])
    email = StringField(validators=[validators.DataRequired()])
    unit = SelectField(coerce=int)
    area = SelectField(coerce=int)


class SubmitView(PublicFormView):
    """Where anybody reports."""

    route_base = "/report-here"
    form = Submit
    form_title = "Report"

    def filled(self) -> Submit:
        """The form with its choices."""
        form = Submit()
        form.unit.choices = [(each.id, each.name) for each in db.session.query(models["Unit"])]
        form.area.choices = [(each.id, each.name) for each in db.session.query(models["Area"])]
        return form

    @expose("/form", methods=["GET"])
    def this_form_get(self) -> Any:
        """Show the form."""
        self._init_vars()
        widgets = self._get_edit_widget(form=self.filled())
        self.update_redirect()
        given = {"title": self.form_title, "widgets": widgets, "appbuilder": self.appbuilder}
        return self.render_template(self.form_template, **given)

    @expose("/form", methods=["POST"])
    def this_form_post(self) -> Any:
        """Keep the report."""
        self._init_vars()
        form = self.filled()
        if not form.validate_on_submit():
            abort(400)
        orm.submit(db.session, models, form.data)
        flash("Thank you.", "info")
        return redirect("/report-here/form")


class EventView(ModelView):
    """What happened to a case."""

    datamodel = SQLAInterface(models["Event"])
    list_columns: ClassVar = ["at", "actor", "kind", "from_state", "to_state", "note"]
    page_size = PAGE
    base_order = ("id", "asc")
    base_permissions: ClassVar = SEEN


class CaseView(ModelView):
    """The faculty's cases."""

    datamodel = SQLAInterface(models["Case"])
    route_base = "/cases"
    page_size = PAGE
    base_order = ("id", "desc")
    base_permissions: ClassVar = SEEN
    list_columns: ClassVar = list(COLUMNS)
    search_columns: ClassVar = ["state", "unit", "body"]
    show_columns: ClassVar = [*COLUMNS, "body", "reporter_email", "closed_at"]
    related_views: ClassVar = [EventView]
    base_filters: ClassVar = [["faculty_id", FilterEqualFunction, lambda: FACULTY]]

    @action("accept", "Accept", "Sure?", "fa-check", multiple=False)
    def accept(self, case: Any) -> Any:
        """Move the case."""
        if not orm.move(db.session, models, case.id, "accept"):
            abort(409)
        return redirect(f"/cases/show/{case.id}")


def _let_in(builder: Any) -> None:
    """Give the handler and the public what they may do, and the handler an account."""
    manager = builder.sm
    handler = manager.find_role("Handler") or manager.add_role("Handler")
    wanted = [(p, v) for v in ("CaseView", "EventView", "Cases", "Avvik") for p in (*SEEN, "menu_access", "accept")]
    public = [("can_this_form_get", "SubmitView"), ("can_this_form_post", "SubmitView")]
    for role, pairs in ((handler, wanted), (manager.find_role("Public"), public)):
        for permission, view in pairs:
            if found := manager.find_permission_view_menu(permission, view):
                manager.add_permission_role(role, found)
    if not manager.find_user(ACCOUNT):
        manager.add_user(ACCOUNT, "Handler", "IV", "handler@bench.example", handler, PASSWORD)


with app.app_context():
    appbuilder = AppBuilder(app, db.session)
    appbuilder.add_view_no_menu(EventView)
    appbuilder.add_view(CaseView, "Cases", category="Avvik")
    appbuilder.add_view(SubmitView, "Report", category="Avvik")
    _let_in(appbuilder)
    pragmas.tune(db.engine)
    counting.watch(db.engine)
own_code.add(app, db.session, models, csrf)
app.wsgi_app = counting.told(app.wsgi_app)  # type: ignore[method-assign]
