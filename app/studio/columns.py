"""How the studio's tables show their columns, and how a row of another table is chosen."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from app.i18n import lazy_gettext, say
from app.studio.fields import written
from app.web.cells import plain
from app.web.database import db

NAME_HELP = lazy_gettext("What the routine calls it. It can't be changed later.")
LABELS = {
    "name": lazy_gettext("Name in the routine"),
    "label": lazy_gettext("Name"),
    "code": lazy_gettext("Short name"),
    "kind": lazy_gettext("Kind"),
    "parent": lazy_gettext("Lies under"),
    "parameters": lazy_gettext("Values for the routine"),
    "contact": lazy_gettext("Contact"),
    "position": lazy_gettext("Place in the order"),
    "help": lazy_gettext("Explanation"),
    "example": lazy_gettext("Example"),
    "door": lazy_gettext("Where such reports belong instead"),
    "door_url": lazy_gettext("Link to there"),
    "mail": lazy_gettext("E-mail"),
    "language": lazy_gettext("Language"),
    "external": lazy_gettext("Outside the institution"),
    "unit": lazy_gettext("Unit"),
    "person": lazy_gettext("Person"),
    "role": lazy_gettext("Role"),
    "area": lazy_gettext("Area"),
    "starts_on": lazy_gettext("From"),
    "ends_on": lazy_gettext("Until"),
    "deputy": lazy_gettext("Deputy"),
    "condition": lazy_gettext("When"),
    "receiver": lazy_gettext("Goes to"),
    "subject": lazy_gettext("Subject"),
    "body": lazy_gettext("Text"),
    "letter": lazy_gettext("Kept on the case as a letter"),
    "timezone": lazy_gettext("Time zone"),
    "weekend": lazy_gettext("Weekend"),
    "holidays": lazy_gettext("Holidays"),
    "closed": lazy_gettext("Closed days"),
    "notices": lazy_gettext("Notices"),
}


def texts(_view: Any, _context: Any, row: Any, name: str) -> str:
    """Show the texts of one language; what stands behind a relation by its own name."""
    value = getattr(row, name)
    return plain(getattr(value, "label", value))


def structure(_view: Any, _context: Any, row: Any, name: str) -> str:
    """Show a small structure on one line of YAML."""
    return written(getattr(row, name), one_line=True)


def listed(model: type) -> Callable[[], Sequence[Any]]:
    """Make the choices of a relation: every row, by its label."""

    def rows() -> Sequence[Any]:
        return sorted(db.session.scalars(select(model)), key=label_of)

    return rows


def label_of(row: Any) -> str:
    """Name of a row among others, with its short name."""
    text = say(row.label)
    code = getattr(row, "code", "")
    return f"{text} ({code})" if code and code != text else text


def choice(model: type, **more: Any) -> dict[str, Any]:
    """Arguments of a field that chooses a row of the model."""
    return {"query_factory": listed(model), "get_label": label_of, **more}
