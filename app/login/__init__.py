"""Login: by an OpenID Connect provider there and back, the steps after a password, and one's own logins."""

from flask import Blueprint, Flask
from flask_appbuilder import AppBuilder

from app.login import own, pages, steps
from app.web import counting


def register(app: Flask, builder: AppBuilder) -> None:
    """Open the addresses; without an issuer the provider's two are not found."""
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
    tried = builder.sm.limited("POST")
    for name, page in (("code", steps.code), ("password", steps.password), ("second", steps.set_up)):
        login.add_url_rule(f"/login/{name}", name, tried(page), methods=["GET", "POST"])
    login.add_url_rule("/login/own/list", "own_logins", tried(own.own_logins), methods=["GET", "POST"])
    login.add_url_rule("/login/own/codes", "own_codes", tried(own.own_codes), methods=["GET", "POST"])
    app.register_blueprint(login)
