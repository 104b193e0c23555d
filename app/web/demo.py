"""The demo's login page: somebody of every kind to come in as."""

from flask import current_app
from sqlalchemy import func, select

from app.i18n import lazy_gettext
from app.web.database import db
from model import Assignment, Person


def demo_accounts() -> list[tuple[str, str]]:
    """User name and function of the admin, one reporter, and the first holder of each role; none outside the demo."""
    if not current_app.config["DEMO"]:
        return []
    first = select(func.min(Assignment.id)).where(Assignment.deputy.is_(False)).group_by(Assignment.role_id)
    holders = (
        select(Person.name, Person.label)
        .join(Assignment, Assignment.person_id == Person.id)
        .where(Assignment.id.in_(first), Person.user_id.is_not(None))
        .order_by(Assignment.role_id)
    )
    reporter = (
        select(Person.name, Person.label).where(Person.kind != "", Person.user_id.is_not(None)).order_by(Person.id)
    )
    admin = select(Person.name, Person.label).where(Person.name == "admin", Person.user_id.is_not(None))
    rows = [row for each in (reporter.limit(1), holders, admin) for row in db.session.execute(each)]
    found = {str(name): label or str(lazy_gettext("Administrator")) for name, label in rows}
    return list(found.items())
