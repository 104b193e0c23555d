"""What every answer says to the browser: which scripts may run, who may frame the page, and what may be kept."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask.globals import request_ctx
from flask_login import current_user

PRIVATE = ("/follow", "/receipt", "/api/")
"""Pages whose address or content opens a case for whoever holds it, and what programs read."""
SECRET = ("/login/second",)
"""Pages with a secret in them that somebody sees before they are logged in."""

POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'nonce-{nonce}'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "object-src": "'none'",
    "form-action": "'self'{forms}",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What every answer says, finished assets too."""
SHUT = "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
"""The policy of what is no page: opened by itself it runs and loads nothing."""
STAY = "max-age=31536000; includeSubDomains"
"""How long a browser that came over TLS comes over TLS again."""
PREFIX = "__Host-"
"""Begins a cookie's name over TLS: browsers then take it from this very host alone."""


def csp_nonce() -> str:
    """Word that lets this answer's own scripts run."""
    context: Any = request_ctx
    if not hasattr(context, "avviksflyt_nonce"):
        context.avviksflyt_nonce = secrets.token_urlsafe(16)
    nonce: str = context.avviksflyt_nonce
    return nonce


def let_forms_lead_to(address: str) -> None:
    """Let a form of this answer lead on to another site: browsers look at where its answer leads, too."""
    parts = urlsplit(address)
    if parts.netloc:
        context: Any = request_ctx
        context.avviksflyt_forms = f" {parts.scheme}://{parts.netloc}"


def protect(response: Response) -> Response:
    """Put the headers on an answer."""
    policy = "; ".join(f"{name} {value}" for name, value in POLICY.items())
    headers = response.headers
    forms = getattr(request_ctx, "avviksflyt_forms", "")
    headers.setdefault("Content-Security-Policy", policy.format(nonce=csp_nonce(), forms=forms))
    headers.update(ALWAYS)
    private = request.path.startswith(PRIVATE)
    headers["Referrer-Policy"] = "no-referrer" if private else "same-origin"
    if private:
        headers["X-Robots-Tag"] = "noindex, nofollow"
    if request.is_secure or current_app.config["SESSION_COOKIE_SECURE"]:
        headers["Strict-Transport-Security"] = STAY
    if private or current_user.is_authenticated or request.path.startswith(SECRET):
        headers["Cache-Control"] = "no-store"
    else:
        headers.setdefault("Cache-Control", "private, no-cache")
    return response


def for_assets(secure: bool) -> dict[str, str]:
    """Headers of finished assets, which no request's nonce or login changes; `secure` = cookies are for TLS alone."""
    stay = {"Strict-Transport-Security": STAY} if secure else {}
    return {**ALWAYS, **stay, "Content-Security-Policy": SHUT, "Referrer-Policy": "same-origin"}


def init_headers(app: Flask) -> None:
    """Protect every answer and let templates mark their scripts."""
    if app.config["SESSION_COOKIE_SECURE"]:
        app.config["SESSION_COOKIE_NAME"] = PREFIX + "session"
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(protect)
