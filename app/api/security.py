"""Signing in: a token for a name and a password, and the end of every token and session of the account."""

from http import HTTPStatus

from flask import Response, current_app
from flask_appbuilder.api import expose
from flask_appbuilder.security.sqla.models import User

from app.api import bodies, schemas
from app.api.base import Api, answered
from app.api.operation import operation
from app.i18n import gettext
from app.web import bearer, halfway, second
from app.web.problems import Problem
from app.web.seal import break_seal
from app.web.watch import note

BIGGEST = 10_000


class SecurityApi(Api):
    """Signing in and out."""

    resource_name = "security"
    openapi_spec_tag = "Security"

    @expose("/login", methods=["POST"])
    @operation("Sign in", answers={200: schemas.Token}, errors=(401, 429), body=schemas.Login, public=True)
    def login(self) -> Response:
        """Give a token; an unknown name and a wrong password are told alike."""
        sent = bodies.read(schemas.Login, BIGGEST)
        user = self.appbuilder.sm.auth_user_db(sent["username"], sent["password"])
        if user is None:
            note("login_failed", way="token")
            raise Problem(HTTPStatus.UNAUTHORIZED, gettext("The user name or the password is wrong."))
        self._look_closer(user, sent.get("code", ""))
        note("login", account=user.id, way="token")
        seconds = int(current_app.config["JWT_ACCESS_TOKEN_EXPIRES"].total_seconds())
        return answered(
            {"access_token": bearer.issue(user), "token_type": bearer.SCHEME.strip(), "expires_in": seconds}
        )

    @staticmethod
    def _look_closer(user: User, code: str) -> None:
        """Ask what the login page would ask besides. Raises Problem."""
        if halfway.needs_more(user):
            note("login_failed", way="token", account=user.id)
            told = gettext("Log in once at the login page first: it asks for something that programs can't answer.")
            raise Problem(HTTPStatus.UNAUTHORIZED, told)
        if second.of(user) is not None and not second.fits(user, code):
            note("code_refused", account=user.id)
            raise Problem(HTTPStatus.UNAUTHORIZED, gettext("Send the app's code as “code”: this one is wrong or used."))

    @expose("/logout", methods=["POST"])
    @operation("Sign out, everywhere", answers={204: None})
    def logout(self) -> Response:
        """End every token and every session of the account."""
        note("logout")
        break_seal()
        return Response(status=HTTPStatus.NO_CONTENT)
