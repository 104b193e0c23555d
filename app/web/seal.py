"""What makes a login end everywhere at once: a mark of the account in the session that logging out changes."""

import hashlib
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from flask_login import current_user

from app.web.database import db

SEAL = "seal"


def seal(user: User) -> str:
    """Mark of the account as it is: another one after a logout, a new password or a change by an admin."""
    return hashlib.sha256(f"{user.id} {user.changed_on} {user.password}".encode()).hexdigest()[:32]


def break_seal() -> None:
    """End every login of this account: a copied session cookie is worth nothing after its owner has logged out."""
    if current_user.is_authenticated:
        current_user.changed_on = datetime.now()  # noqa: DTZ005 - the framework's column has no time zone
        db.session.commit()
