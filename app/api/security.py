"""Signing in: a token for a name and a password, and the end of every token and session of the account."""

from http import HTTPStatus

from flask import Response, current_app
from flask_appbuilder.api import expose

from app.api import bodies, schemas
from app.api.base import Api, answered
from app.api.operation import operation
from app.i18n import gettext
from app.web import bearer
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
        note("login", account=user.id, way="token")
        seconds = int(current_app.config["JWT_ACCESS_TOKEN_EXPIRES"].total_seconds())
        return answered(
            {"access_token": bearer.issue(user), "token_type": bearer.SCHEME.strip(), "expires_in": seconds}
        )

    @expose("/logout", methods=["POST"])
    @operation("Sign out, everywhere", answers={204: None})
    def logout(self) -> Response:
        """End every token and every session of the account."""
        note("logout")
        break_seal()
        return Response(status=HTTPStatus.NO_CONTENT)
