"""The two addresses of a login by the provider: there, and back."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import abort, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from app.i18n import lazy_gettext
from app.login import people
from app.login.refused import Refused
from app.web.database import db
from app.web.lasting import begin
from app.web.security import on_this_site
from app.web.watch import note

if TYPE_CHECKING:
    from app.login.provider import Provider

PROVIDER = "oidc"
PENDING = "oidc"
LONGEST = 600
"""Seconds between there and back."""

TEXTS: Mapping[str, Any] = {
    "late": lazy_gettext("It took too long, or you began in another window. Log in again from here."),
    "declined": lazy_gettext("The login was stopped before it was done. Log in again if that was not what you meant."),
    "untrusted": lazy_gettext(
        "The answer from the login service was not as it must be, so we can't be sure that it is you. Try again. "
        "If it happens again, tell whoever runs this page."
    ),
    "away": lazy_gettext("The login service doesn't answer. Try again in some minutes."),
    "mail": lazy_gettext(
        "The login service did not tell us your e-mail address, and we write to you there. "
        "Ask whoever governs your account where you study or work to let it be passed on."
    ),
    "closed": lazy_gettext("Your account here is closed. Ask whoever governs access where you work."),
    "taken": lazy_gettext(
        "An account here has your e-mail address already, and we can't be sure that it is yours. "
        "Ask whoever governs access where you work to join them."
    ),
}


def start() -> ResponseReturnValue:
    """Lead to the provider; what the answer must fit is kept in this browser's session alone."""
    provider = _provider()
    target = on_this_site(request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(target)
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    try:
        address = provider.way_there(_back(), state, nonce, verifier)
    except Refused as refused:
        return _refusal(refused, target)
    session[PENDING] = {"state": state, "nonce": nonce, "verifier": verifier, "next": target, "at": int(time.time())}
    return redirect(address)


def back() -> ResponseReturnValue:
    """Log in whoever the provider sends back, or say why not."""
    provider = _provider()
    pending = session.pop(PENDING, None) or {}
    target = on_this_site(str(pending.get("next", "")))
    try:
        claims = _claims(provider, pending)
        leaving = provider.way_out(claims["id_token"], str(current_app.config["BASE_URL"]) + "/")
        user = _account(provider, claims)
    except Refused as refused:
        db.session.rollback()
        return _refusal(refused, target)
    begin(user, "provider", leaving or "/")
    note("login", account=user.id, way="provider")
    return redirect(target)


def _claims(provider: Provider, pending: Mapping[str, Any]) -> dict[str, Any]:
    """Ask what the provider says, once the answer is known to be the one to our own question."""
    given = request.args
    if not pending or time.time() - pending["at"] > LONGEST:
        raise Refused("late", "nothing asked")
    if not secrets.compare_digest(given.get("state", "").encode(), pending["state"].encode()):
        raise Refused("late", "state")
    if given.get("iss", provider.issuer) != provider.issuer:
        raise Refused("untrusted", "iss of the answer")
    if "error" in given or not given.get("code"):
        raise Refused("declined" if given.get("error") == "access_denied" else "untrusted", "error of the provider")
    wanted = (people.MAIL, current_app.config["OIDC_MATCH"], current_app.config["OIDC_KIND"])
    return provider.claims(given["code"], _back(), pending["nonce"], pending["verifier"], wanted)


def _account(provider: Provider, claims: Mapping[str, Any]) -> Any:
    rules = people.Rules(current_app.config["OIDC_MATCH"], current_app.config["OIDC_KIND"])
    try:
        user = people.account(db.session(), provider.issuer, claims, rules)
        current_app.appbuilder.sm.update_user_auth_stat(user)  # type: ignore[attr-defined]
        db.session.commit()
    except IntegrityError as fault:
        raise Refused("late", "two first logins at once") from fault
    return user


def _provider() -> Provider:
    provider: Provider | None = current_app.extensions.get(PROVIDER)
    return provider or abort(404)


def _back() -> str:
    return str(current_app.config["BASE_URL"]) + url_for("login.back")


def _refusal(refused: Refused, target: str) -> ResponseReturnValue:
    current_app.logger.warning("a login by the provider was refused: %s (%s)", refused.reason, refused.fault)
    note("login_failed", way="provider", reason=refused.reason)
    return render_template("login/refused.html", text=TEXTS[refused.reason], target=target), refused.status
