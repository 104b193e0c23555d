"""How the studio's tables show their columns, and how a row of another table is chosen."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from app.change.changes import TABLES, find, key_of
from app.i18n import gettext, lazy_gettext, say
from app.studio.fields import RowField, written
from app.studio.keeping import added
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
    "away": lazy_gettext("Away"),
    "retired": lazy_gettext("Retired"),
}


def texts(_view: Any, _context: Any, row: Any, name: str) -> str:
    """Show the texts of one language; what stands behind a relation by its own name."""
    value = getattr(row, name)
    return plain(getattr(value, "label", value))


def structure(_view: Any, _context: Any, row: Any, name: str) -> str:
    """Show a small structure on one line of YAML."""
    return written(getattr(row, name), one_line=True)


def label_of(row: Any) -> str:
    """Name of a row among others, with its short name."""
    text = say(row.label)
    code = getattr(row, "code", "")
    return f"{text} ({code})" if code and code != text else text


def chosen(table: str, label: Any, *, rows: Callable[[], Sequence[Any]] | None = None, **more: Any) -> RowField:
    """Make the question for a row of the table: those in use by their names, and those that the draft adds."""
    model = TABLES[table]

    def choices() -> list[tuple[str, str]]:
        found = rows() if rows else db.session.scalars(select(model))
        kept = [(key_of(row), label_of(row)) for row in found if not getattr(row, "retired", False)]
        return sorted(kept, key=lambda each: each[1]) + only_drafted(table)

    def former(key: str) -> str:
        row = find(db.session(), table, key)
        return gettext("%(name)s (retired)", name=label_of(row)) if row else key

    return RowField(label, rows=choices, former=former, **more)


def only_drafted(table: str) -> list[tuple[str, str]]:
    """Give the rows that only the draft has, as choices."""
    found = []
    for key, values in added(table).items():
        name = values.get("name") if table == "person" else key
        if name:
            found.append((name, gettext("%(name)s (only in the draft)", name=say(values.get("label")) or name)))
    return found
