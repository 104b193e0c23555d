"""What every answer says to the browser: which scripts may run, who may frame the page, and what may be kept."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask.globals import request_ctx
from flask_login import current_user

PRIVATE = ("/follow", "/receipt", "/api/")
"""Pages whose address or content opens a case for whoever holds it, and what programs read."""

POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'nonce-{nonce}'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'{forms}",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
FEATURES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


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
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Permissions-Policy"] = FEATURES
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    private = request.path.startswith(PRIVATE)
    headers["Referrer-Policy"] = "no-referrer" if private else "same-origin"
    if private:
        headers["X-Robots-Tag"] = "noindex, nofollow"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if private or current_user.is_authenticated:
        headers["Cache-Control"] = "no-store"
    else:
        headers.setdefault("Cache-Control", "private, no-cache")
    return response


def init_headers(app: Flask) -> None:
    """Protect every answer and let templates mark their scripts."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(protect)
