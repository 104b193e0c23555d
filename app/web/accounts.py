"""The screens for accounts, access and permissions: Flask-AppBuilder's own, with our look."""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar

from flask import flash, g, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.hooks import before_request
from flask_appbuilder.security import views as fab
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user
from wtforms import Form, StringField

from app.change.holding import hold
from app.i18n import gettext, lazy_gettext, ngettext
from app.web import halfway, second, seen
from app.web.admins import require_one, require_without
from app.web.database import db
from app.web.lasting import LEAVING
from app.web.look import Look, Quiet, Refusal
from app.web.passwords import GivenPasswordForm, OwnPasswordForm, new_password, once_more
from app.web.watch import note

ID = re.compile(r"[0-9]{1,9}")
USER_COLUMNS = ["first_name", "last_name", "username", "email", "active", "roles", "groups"]
USER_FACTS = [*USER_COLUMNS, "last_login", "login_count", "fail_login_count"]
USER_LABELS = {
    "first_name": lazy_gettext("First name"),
    "last_name": lazy_gettext("Last name"),
    "username": lazy_gettext("User name"),
    "email": lazy_gettext("E-mail"),
    "active": lazy_gettext("May log in"),
    "roles": lazy_gettext("Access"),
    "groups": lazy_gettext("Groups"),
    "last_login": lazy_gettext("Last login"),
    "login_count": lazy_gettext("Logins"),
    "fail_login_count": lazy_gettext("Failed logins"),
    "password": lazy_gettext("New password"),
    "conf_password": lazy_gettext("New password once more"),
}


def _with_zone(moment: datetime | None) -> datetime | None:
    """Say of a moment that the framework wrote by the machine's clock which one it is."""
    return moment.astimezone() if moment else None


class Safe(Look):
    """A screen that never locks out the last one who can administer."""

    def pre_update(self, row: Any) -> None:
        """Keep somebody who can administer."""
        super().pre_update(row)
        require_one()

    def pre_delete(self, row: Any) -> None:
        """Keep somebody who can administer."""
        super().pre_delete(row)
        require_without(row)


class UserDBModelView(Safe, fab.UserDBModelView):  # type: ignore[misc]
    """Accounts."""

    list_title = lazy_gettext("Users")
    add_title = lazy_gettext("New user")
    edit_title = lazy_gettext("Change user")
    label_columns: ClassVar[dict[str, Any]] = USER_LABELS
    description_columns: ClassVar[dict[str, Any]] = {"active": lazy_gettext("Take this away instead of deleting.")}
    list_columns = USER_COLUMNS[2:6]
    show_fieldsets: ClassVar[list[Any]] = [("", {"fields": USER_FACTS})]
    search_columns = ["first_name", "last_name", "username", "email", "active", "roles"]
    base_order = ("username", "asc")
    formatters_columns: ClassVar[dict[str, Any]] = {"last_login": _with_zone}
    edit_form_extra_fields: ClassVar[dict[str, Any]] = {"last_name": StringField(USER_LABELS["last_name"])}
    add_form_extra_fields: ClassVar[dict[str, Any]] = {
        "password": new_password(),
        "conf_password": once_more(),
        "last_name": StringField(USER_LABELS["last_name"]),
    }

    def links(self, row: Any) -> list[tuple[str, str]]:
        """Lead to what else can be done with the account."""
        return [(str(lazy_gettext("Set a new password")), url_for("ResetPasswordView.this_form_get", pk=row.id))]

    @expose("/userinfo/")
    def userinfo(self) -> ResponseReturnValue:
        """Show one's own account: it takes no permission, only an account."""
        if not current_user.is_authenticated:
            return redirect(url_for("AuthDBView.login", next=request.path))
        row = g.user
        names = ("username", "first_name", "last_name", "email", "last_login")
        facts = [("", [(str(self.label_columns[name]), self.value(row, name)) for name in names])]
        password = (str(lazy_gettext("Change my password")), url_for("ResetMyPasswordView.this_form_get"))
        name = (str(lazy_gettext("Change my name")), url_for("UserInfoEditView.this_form_get"))
        data = (str(lazy_gettext("Download what is held about me")), url_for("submit.own_data"))
        codes = (str(lazy_gettext("Codes when I log in")), url_for("login.second"))
        where = (str(lazy_gettext("Where I am logged in")), url_for("login.own_logins"))
        links = [name, where, data] if LEAVING in session else [password, codes, name, where, data]
        title = lazy_gettext("My account")
        return self.shown(self.show_template, title=title, row=row, facts=facts, related=[], links=links, own=True)

    def post_add(self, item: User) -> None:
        """Let the first login ask for a password that nobody else has chosen."""
        halfway.give(item)

    def pre_delete(self, row: Any) -> None:
        """Keep accounts that have a person: the journal says what they did."""
        if row.person is not None:
            raise Refusal(str(lazy_gettext("The user is a person in the routine. Take the login away instead.")))
        super().pre_delete(row)


class RoleModelView(Safe, fab.RoleModelView):  # type: ignore[misc]
    """Named sets of permissions."""

    list_title = lazy_gettext("Access")
    add_title = lazy_gettext("New access")
    edit_title = lazy_gettext("Change access")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": lazy_gettext("Name"),
        "permissions": lazy_gettext("Permissions"),
        "user": lazy_gettext("Users"),
    }
    list_columns = ["name"]
    show_columns = ["name", "user", "permissions"]
    search_columns = ["name"]
    base_order = ("name", "asc")

    def pre_delete(self, row: Any) -> None:
        """Keep what somebody has."""
        if row.user:
            raise Refusal(str(self.in_use_message))
        super().pre_delete(row)


class UserGroupModelView(Safe, fab.UserGroupModelView):  # type: ignore[misc]
    """Groups of accounts that share access."""

    list_title = lazy_gettext("Groups")
    add_title = lazy_gettext("New group")
    edit_title = lazy_gettext("Change group")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": lazy_gettext("Name"),
        "label": lazy_gettext("Label"),
        "description": lazy_gettext("Description"),
        "users": lazy_gettext("Users"),
        "roles": lazy_gettext("Access"),
    }
    list_columns = ["name", "label"]
    search_columns = ["name", "label"]
    base_order = ("name", "asc")

    def pre_delete(self, row: Any) -> None:
        """Keep what somebody is in."""
        if row.users:
            raise Refusal(str(self.in_use_message))
        super().pre_delete(row)


class PermissionViewModelView(Look, fab.PermissionViewModelView):  # type: ignore[misc]
    """All permissions there are."""

    list_title = lazy_gettext("Permissions")
    label_columns: ClassVar[dict[str, Any]] = {
        "permission": lazy_gettext("Permission"),
        "view_menu": lazy_gettext("Page"),
    }
    search_columns = ["permission", "view_menu"]
    include_route_methods: ClassVar[set[str]] = {"list", "export"}
    base_order = ("view_menu_id", "asc")
    page_size = 100


def _named() -> User | None:
    """Find the account that the address names."""
    pk = request.args.get("pk", "")
    return db.session.get(User, int(pk)) if ID.fullmatch(pk) else None


def _told(user: User) -> list[str]:
    name = f"{user.first_name} {user.last_name}".strip()
    whose = gettext("For %(name)s, who logs in as %(username)s.", name=name, username=user.username)
    good_for = ngettext(
        "With it they can choose a password of their own, and nothing else. It is good for %(num)d day.",
        "With it they can choose a password of their own, and nothing else. It is good for %(num)d days.",
        halfway.GIVEN_FOR.days,
    )
    return [whose, good_for]


class ResetPasswordView(Quiet, fab.ResetPasswordView):  # type: ignore[misc]
    """A new password for somebody else."""

    form = GivenPasswordForm
    form_title = lazy_gettext("Set a new password")
    message = lazy_gettext("The password is changed.")

    def render_template(self, template: str, **values: Any) -> str:
        """Say first whose password it is, and what it is good for."""
        user = _named()
        return super().render_template(template, told=_told(user) if user else [], **values)

    def form_post(self, form: Form) -> ResponseReturnValue:
        """Set it, if there is such an account."""
        user = _named()
        if user is None:
            flash(str(lazy_gettext("There is no such user.")), "danger")
        else:
            self.appbuilder.sm.reset_password(user.id, form.password.data)
            note("password_set_for_another", whose=user.id)
            if form.lost.data:
                second.forget(user)
                note("codes_taken_away", whose=user.id)
            flash(str(self.message), "success")
        return redirect(url_for("UserDBModelView.list"))


class ResetMyPasswordView(Quiet, fab.ResetMyPasswordView):  # type: ignore[misc]
    """A new password for oneself."""

    form = OwnPasswordForm
    form_title = lazy_gettext("Change my password")
    message = lazy_gettext("The password is changed. Log in with the new one.")

    @expose("/form", methods=["POST"])
    @has_access
    def this_form_post(self) -> ResponseReturnValue:
        """Change it; a wrong password of now counts among the failed logins."""
        answer: ResponseReturnValue = super().this_form_post()
        return make_response(answer, HTTPStatus.UNAUTHORIZED) if g.get("wrong_password") else answer

    def form_post(self, form: Form) -> None:
        """Change it, which ends every login of the account."""
        note("password_changed")
        super().form_post(form)

    @before_request
    def _is_kept_here(self) -> ResponseReturnValue | None:
        """Give no second door to whoever a provider lets in: it would stay open when they leave the house."""
        if LEAVING not in session:
            return None
        flash(str(lazy_gettext("Your password is not kept here. Change it where you log in.")), "info")
        return redirect(url_for("UserDBModelView.userinfo"))


class UserInfoEditView(Quiet, fab.UserInfoEditView):  # type: ignore[misc]
    """One's own name."""

    form_title = lazy_gettext("Change my name")
    message = lazy_gettext("Saved.")

    def form_post(self, form: Form) -> ResponseReturnValue | None:
        """Keep it, unless somebody has changed it since the form was opened."""
        hold(db.session())
        if seen.sent() == self._seal(form):
            form.populate_obj(g.user)
            self.appbuilder.sm.update_user(g.user)
            flash(str(self.message), "success")
            return None
        db.session.rollback()
        names = [name for name in self._asked(form) if getattr(g.user, name) != form[name].data]
        since = [seen.Since(str(USER_LABELS[name]), getattr(g.user, name), form[name].data) for name in names]
        shown = {"title": self.form_title, "appbuilder": self.appbuilder, "late": True, "since": since}
        return self.render_template(self.form_template, widgets=self._get_edit_widget(form=form), **shown), 409

    def render_template(self, template: str, **values: Any) -> str:
        """Let the form carry what it was made from."""
        made_anew = request.method == "GET" or "late" in values
        form = values["widgets"]["edit"].template_args["form"]
        page: str = super().render_template(template, seen=self._seal(form) if made_anew else seen.sent(), **values)
        return page

    def _asked(self, form: Form) -> list[str]:
        return [field.name for field in form if field.type != "CSRFTokenField"]

    def _seal(self, form: Form) -> str:
        return seen.digest([getattr(g.user, name) for name in self._asked(form)])
