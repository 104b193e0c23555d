"""A token in a session's place, under /api/ alone: it ends with all that ends a login, and with a change of roles."""

import hashlib
from datetime import timedelta
from typing import Any

from flask import Flask, Request, current_app, request
from flask_appbuilder.security.sqla.models import User
from flask_jwt_extended import create_access_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import PyJWTError

from app.web.grants import account, granted_to
from app.web.seal import SEAL, seal

PREFIX = "/api/"
SCHEME = "Bearer "
ROLES = "roles"


def init_bearer(app: Flask) -> None:
    """Sign tokens with a key of their own, and let them be short-lived."""
    secret = hashlib.sha256(f"tokens {app.config['SECRET_KEY']}".encode()).hexdigest()
    app.config.update(
        JWT_SECRET_KEY=secret, JWT_ACCESS_TOKEN_EXPIRES=timedelta(minutes=app.config["API_TOKEN_MINUTES"])
    )


def takes_tokens() -> bool:
    """Whether this request is one of those that are known by a token and by nothing else."""
    return request.path.startswith(PREFIX)


def issue(user: User) -> str:
    """Give a token for the account as it is now."""
    return create_access_token(str(user.id), additional_claims=_marks(user))


def holder(asked: Request) -> User | None:
    """Whose token the request carries, if it still counts."""
    header = asked.headers.get("Authorization", "")
    if not takes_tokens() or not header.startswith(SCHEME):
        return None
    claims = _claims(header.removeprefix(SCHEME).strip())
    pk = str(claims.get("sub", ""))
    user = account(int(pk)) if pk.isdigit() else None
    if user is None or not user.is_active:
        return None
    return user if all(claims.get(name) == mark for name, mark in _marks(user).items()) else None


def _claims(token: str) -> dict[str, Any]:
    try:
        return decode_token(token)
    except (JWTExtendedException, PyJWTError, ValueError):
        current_app.logger.info("a token was not taken")
        return {}


def _marks(user: User) -> dict[str, str]:
    roles = " ".join(sorted(granted_to(user.id).roles))
    return {SEAL: seal(user), ROLES: hashlib.sha256(roles.encode()).hexdigest()[:16]}
