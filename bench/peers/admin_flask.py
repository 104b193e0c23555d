"""Flask-Admin as it generates its screens: a row filter, its own filters, a details view, an action for each move."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import Flask, abort, flash, redirect, render_template_string
from flask_admin import Admin
from flask_admin.actions import action
from flask_admin.contrib.sqla import ModelView
from flask_babel import Babel
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect, FlaskForm
from sqlalchemy import func
from wtforms import SelectField, StringField, TextAreaField, validators

from bench import counting
from bench.peers import orm, own_code, pragmas
from bench.peers.settings import ACCOUNT, COLUMNS, FACULTY, PAGE, PASSWORD, SECRET, URL

LOGIN = "<!doctype html><form method=post>{{ form.csrf_token }}{{ form.username }}{{ form.password }}</form>"
SUBMIT = """<!doctype html><form method=post>{{ form.csrf_token }}{% for each in form if each.name != "csrf_token" %}
{{ each.label }}{{ each }}{% endfor %}<button>Send</button></form>"""

app = Flask(__name__)
app.config.update(SECRET_KEY=SECRET, SQLALCHEMY_DATABASE_URI=URL)
db: Any = SQLAlchemy()
db.init_app(app)
models = orm.make(db.Model)
csrf = CSRFProtect(app)
Babel(app)
logins = LoginManager(app)


class Account(UserMixin):
    """The one who logs in."""

    id = ACCOUNT


@logins.user_loader
def account(_name: str) -> Account:
    """Find who has logged in."""
    return Account()


class Login(FlaskForm):
    """The form of the login."""

    username = StringField()
    password = StringField()


class Submit(FlaskForm):
    """The form of a report."""

    title = StringField(validators=[validators.DataRequired(), validators.Length(max=200)])
    body = TextAreaField(validators=[validators.DataRequired()])
    email = StringField(validators=[validators.DataRequired()])
    unit = SelectField(coerce=int)
    area = SelectField(coerce=int)


class Base(ModelView):
    """Only for whoever has logged in."""

    def is_accessible(self) -> bool:
        """Whether the page may be seen."""
        return current_user.is_authenticated


class CaseView(Base):
    """The faculty's cases."""

    can_view_details, can_create, can_edit, can_set_page_size = True, False, False, False
    page_size = PAGE
    column_list: ClassVar = list(COLUMNS)
    column_filters: ClassVar = ["state", "unit_id"]
    column_searchable_list: ClassVar = ["title", "body"]
    column_default_sort = ("id", True)
    column_details_list: ClassVar = [*COLUMNS, "body", "reporter_email", "closed_at", "events"]

    def get_query(self) -> Any:
        """Rows of the faculty."""
        return super().get_query().filter(models["Case"].faculty_id == FACULTY)

    def get_count_query(self) -> Any:
        """How many there are."""
        return db.session.query(func.count("*")).select_from(models["Case"]).filter_by(faculty_id=FACULTY)

    @action("accept", "Accept", None)
    def accept(self, ids: list[str]) -> None:
        """Move the chosen ones."""
        for each in ids:
            if not orm.move(db.session, models, int(each), "accept"):
                abort(409)
        flash("Done.")


admin = Admin(app, name="Avvik")
admin.add_view(CaseView(models["Case"], db, name="Cases", endpoint="case"))
for _name in ("Action", "Event", "Unit", "Area", "Person"):
    admin.add_view(Base(models[_name], db, name=_name, endpoint=f"{_name.lower()}s"))


@app.route("/login", methods=["GET", "POST"])
def login() -> Any:
    """Log in."""
    form = Login()
    if not form.validate_on_submit():
        return render_template_string(LOGIN, form=form)
    if (form.username.data, form.password.data) != (ACCOUNT, PASSWORD):
        abort(403)
    login_user(Account())
    return redirect("/admin/case/")


@app.route("/submit", methods=["GET", "POST"])
def submit() -> Any:
    """Report."""
    form = Submit()
    form.unit.choices = [(each.id, each.name) for each in db.session.query(models["Unit"])]
    form.area.choices = [(each.id, each.name) for each in db.session.query(models["Area"])]
    if not form.validate_on_submit():
        return render_template_string(SUBMIT, form=form)
    orm.submit(db.session, models, form.data)
    return redirect("/submit")


own_code.add(app, db.session, models, csrf)
with app.app_context():
    pragmas.tune(db.engine)
    counting.watch(db.engine)
app.wsgi_app = counting.told(app.wsgi_app)  # type: ignore[method-assign]
