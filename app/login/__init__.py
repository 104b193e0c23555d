"""Login by an OpenID Connect provider: there and back, who that is here, and the end of it."""

from flask import Blueprint, Flask
from flask_appbuilder import AppBuilder

from app.login import pages
from app.web import counting


def register(app: Flask, builder: AppBuilder) -> None:
    """Open the two addresses; without an issuer they are not found."""
    config = app.config
    if config["OIDC_ISSUER"]:
        from app.login.provider import Provider  # noqa: PLC0415 - its cryptography is long to load

        app.extensions[pages.PROVIDER] = Provider(
            config["OIDC_ISSUER"], config["OIDC_CLIENT_ID"], config["OIDC_CLIENT_SECRET"], config["OIDC_SCOPES"]
        )
    login = Blueprint("login", __name__)
    begun = builder.sm.limiter.limit(counting.limit("OIDC_LIMIT"))
    login.add_url_rule("/login/oidc", "start", begun(pages.start))
    login.add_url_rule("/login/oidc/back", "back", builder.sm.limited("GET")(pages.back))
    app.register_blueprint(login)
