"""Who comes in: accounts, their permissions read once per request, and the screens that govern them."""

import re
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, flash, g, has_request_context, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security import views as fab
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import User
from flask_limiter import Limiter
from flask_login import LoginManager, current_user, logout_user
from werkzeug.security import generate_password_hash

from app.i18n import gettext, lazy_gettext
from app.web import accounts, bearer, counting, halfway
from app.web.database import db
from app.web.demo import demo_accounts
from app.web.filters import clean
from app.web.frame import name_target
from app.web.grants import Grants, account, can, grants, me
from app.web.headers import let_forms_lead_to
from app.web.interface import Interface
from app.web.lasting import LEAVING, lasts
from app.web.logins import own_key
from app.web.seal import SEAL, break_seal, seal
from app.web.watch import note

__all__ = ["Grants", "Security", "can", "grants", "init_security", "me"]


LOCAL = re.compile(r"/(?![/\\])[^\x00-\x1f\x7f\\]*")


class AuthDBView(fab.AuthDBView):  # type: ignore[misc]
    """Login and logout; only a POST changes anything."""

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> ResponseReturnValue:
        """Ask for a local account; after that go where the link led."""
        target = on_this_site(request.args.get("next", ""))
        if current_user.is_authenticated:
            return redirect(target)
        form = LoginForm_db()
        if not form.validate_on_submit():
            return self._page(form, target)
        user = self.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
        if user is None:
            note("login_failed", way="password")
            return self._page(form, target, gettext("The user name or the password is wrong.")), 401
        if halfway.opens_nothing(user):
            note("login_failed", way="password", account=user.id)
            told = gettext("This password was for a first login, and that is too long ago. Ask for a new one.")
            return self._page(form, target, told), 401
        return halfway.go_on(user, target)

    def _page(self, form: LoginForm_db, target: str, message: str = "") -> str:
        told = {"target": name_target(target), "way": target, "message": message, "accounts": demo_accounts()}
        page: str = self.render_template(self.login_template, form=form, **told)
        return page

    @expose("/logout/", methods=["GET", "POST"])
    def logout(self) -> ResponseReturnValue:
        """Ask on GET, log out on POST."""
        leaving = str(session.get(LEAVING, "/"))
        if request.method == "GET":
            let_forms_lead_to(leaving)
            page: str = self.render_template("appbuilder/general/security/logout.html")
            return page
        note("logout")
        break_seal()
        logout_user()
        session.clear()
        flash(gettext("You are logged out."), "success")
        answer = redirect(leaving)
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer


class Security(SecurityManager):  # type: ignore[misc]
    """Flask-AppBuilder's security with one query for all permissions, and none of its APIs and charts."""

    authdbview = AuthDBView
    userdbmodelview = accounts.UserDBModelView
    rolemodelview = accounts.RoleModelView
    groupmodelview = accounts.UserGroupModelView
    permissionviewmodelview = accounts.PermissionViewModelView
    resetpasswordview = accounts.ResetPasswordView
    resetmypasswordview = accounts.ResetMyPasswordView
    userinfoeditview = accounts.UserInfoEditView
    userstatschartview = None

    def __init__(self, appbuilder: Any) -> None:
        # An unknown name costs what a known one does only if its hash is made the same way.
        method = current_app.config["FAB_PASSWORD_HASH_METHOD"]
        current_app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"] = generate_password_hash("nobody's", method)
        super().__init__(appbuilder)
        for view in (self.userdbmodelview, self.rolemodelview, self.groupmodelview, self.permissionviewmodelview):
            view.datamodel = Interface(view.datamodel.obj)

    def create_limiter(self, app: Flask) -> Limiter:
        """Count in the store that the settings name."""
        return counting.make(app)

    def create_db(self) -> None:
        """Make the one role that has every permission; tables are the migrations' work."""
        if self.appbuilder.update_perms:
            self.add_role(self.auth_role_admin)

    def register_views(self) -> None:
        """Register the screens; what they lie under in the menu is the setup."""
        add = self.appbuilder.add_view_no_menu
        self.auth_view = add(self.authdbview())
        self.limit_logins(self.auth_view)
        for form in (self.userinfoeditview, self.resetpasswordview, self.resetmypasswordview):
            add(form())
        self.limited("POST")(self.appbuilder.baseviews[-1].blueprint)
        menu: tuple[tuple[Any, str, Any], ...] = (
            (self.userdbmodelview, "Users", lazy_gettext("Users")),
            (self.rolemodelview, "Access", lazy_gettext("Access")),
            (self.groupmodelview, "Groups", lazy_gettext("Groups")),
            (self.permissionviewmodelview, "Permissions", lazy_gettext("Permissions")),
        )
        views = [
            self.appbuilder.add_view(view, name, label=label, category="Setup", category_label=lazy_gettext("Setup"))
            for view, name, label in menu
        ]
        self.user_view = views[0]

    def limit_logins(self, view: Any) -> None:
        """Count failed logins by the view together with those by every other view that takes them."""
        self.limited("POST")(view.blueprint)

    def limited(self, method: str) -> Any:
        """Decorate a view or a blueprint whose failed logins count."""
        limit = counting.limit("LOGIN_LIMIT")
        return self.limiter.shared_limit(limit, "login", methods=[method], deduct_when=_is_refused)

    def auth_user_db(self, username: str, password: str) -> User | None:
        """Give the account, if the password is its own. What no database keeps is in no name."""
        found: User | None = super().auth_user_db(clean(username), password.encode("utf-8", "replace").decode())
        return found

    def reset_password(self, userid: int, password: str) -> bool:
        """Set a password; one that somebody else chose ends with the first login."""
        done: bool = super().reset_password(userid, password)
        user = db.session.get(User, userid)
        by_owner = has_request_context() and current_user.is_authenticated and current_user.id == userid
        if user is not None:
            (halfway.own if by_owner else halfway.give)(user)
        return done

    def create_login_manager(self, app: Flask) -> LoginManager:
        """Let a session say who it is on every page, and a token where programs ask."""
        manager = super().create_login_manager(app)
        manager.request_loader(bearer.holder)
        return manager

    def load_user(self, pk: str) -> User | None:
        """Load the account with its person and all that it may: one query. Programs are known by their token alone."""
        if bearer.takes_tokens() or not pk.isdigit():
            return None
        user = account(int(pk), own_key())
        return user if user and user.is_active and session.get(SEAL) == seal(user) and lasts() else None

    def is_item_public(self, permission_name: str, view_name: str) -> bool:  # noqa: ARG002 - the framework's signature
        """Visitors have no permission: what they may use asks for none."""
        return False

    def _has_view_access(self, user: object, permission_name: str, view_name: str) -> bool:  # noqa: ARG002 - the same
        return can(permission_name, view_name)

    def _get_user_permission_view_menus(
        self,
        user: object,  # noqa: ARG002 - the framework's signature
        permission_name: str,
        view_menus_name: list[str],  # noqa: ARG002 - the same
    ) -> set[str]:
        return {view for permission, view in grants().permissions if permission == permission_name}

    @staticmethod
    def before_request() -> None:
        """Keep the account itself, not the proxy that finds it again at each look."""
        g.user = current_user._get_current_object()  # noqa: SLF001 - the only way past the proxy


def _is_refused(response: Response) -> bool:
    """Count only logins that failed: a whole office may sit behind one address."""
    return response.status_code == HTTPStatus.UNAUTHORIZED


def on_this_site(target: str) -> str:
    """Path of this site that the target is; one's own start for anything that could lead elsewhere."""
    fine = LOCAL.fullmatch(target) is not None
    return target if fine else url_for("Home.index")


def init_security(app: Flask) -> None:
    """Send visitors of guarded pages to the login, with the way back."""
    bearer.init_bearer(app)
    app.before_request(_ask_to_log_in)


def _ask_to_log_in() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    guarded = getattr(view, "_permission_name", None) is not None
    if not guarded or current_user.is_authenticated:
        return None
    back = request.full_path.rstrip("?") if request.method == "GET" else "/home/"
    return redirect(url_for("AuthDBView.login", next=back))
