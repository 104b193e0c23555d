"""The studio's tables of what there is: units, areas and roles."""

from collections.abc import Iterator
from typing import Any, ClassVar

from markupsafe import Markup
from sqlalchemy import select
from wtforms.validators import InputRequired

from app.i18n import gettext, lazy_gettext, say
from app.studio.base import NAME, Refused, Setting
from app.studio.columns import LABELS, NAME_HELP, choice, texts
from app.web.database import db
from model import Area, Unit


def indented(_view: Any, _context: Any, row: Unit, _name: str) -> Markup:
    """Show the unit's depth in the tree."""
    depth, above = 0, row.parent
    while above is not None:
        depth, above = depth + 1, above.parent
    return Markup('<span data-depth="{}">{}</span>').format(depth, say(row.label))


class UnitView(Setting):
    """Units, as the tree they are."""

    title = lazy_gettext("Units")
    about = lazy_gettext("Places in the organisation. What holds for a unit holds for those under it, too.")
    column_labels = LABELS
    column_list = ("label", "code", "name", "kind")
    column_sortable_list = ()
    column_formatters: ClassVar[dict[str, Any]] = {"label": indented}
    texts: ClassVar[dict[str, bool]] = {"label": False, "contact": True}
    form_columns = ("name", "label", "code", "kind", "parent", "contact", "parameters", "position")
    form_args: ClassVar[dict[str, Any]] = {
        "name": {"validators": [NAME], "description": NAME_HELP},
        "kind": {"description": lazy_gettext("For example faculty or department; the routine may ask for it.")},
        "label": {"validators": [InputRequired()]},
        "parent": choice(Unit, blank_text=lazy_gettext("Nothing: it is at the top")),
    }

    def get_list(self, *_arguments: Any, **_options: Any) -> tuple[int, list[Any]]:
        """Give all units in the order of the tree."""
        under: dict[int | None, list[Unit]] = {}
        for unit in db.session.scalars(select(Unit).order_by(Unit.position, Unit.id)):
            under.setdefault(unit.parent_id, []).append(unit)
        rows = list(_walk(under, None))
        return len(rows), rows

    def check(self, row: Unit) -> None:
        """Refuse a unit that would lie under itself."""
        above, seen = row.parent, {row}
        while above is not None:
            if above in seen:
                raise Refused(gettext("A unit can't lie under itself. Choose another unit above it."))
            seen.add(above)
            above = above.parent


def _walk(under: dict[int | None, list[Unit]], parent: int | None) -> Iterator[Unit]:
    for unit in under.get(parent, ()):
        yield unit
        yield from _walk(under, unit.id)


class AreaView(Setting):
    """What a report may be about."""

    title = lazy_gettext("Areas")
    about = lazy_gettext("What a report may be about, and where it belongs instead if not here.")
    column_labels = LABELS
    column_list = ("label", "name", "door_url")
    column_default_sort = "position"
    column_formatters: ClassVar[dict[str, Any]] = {"label": texts}
    texts: ClassVar[dict[str, bool]] = {"label": False, "help": True, "example": True, "door": True}
    form_columns = ("name", "label", "help", "example", "door", "door_url", "position")
    form_args: ClassVar[dict[str, Any]] = {
        "name": {"validators": [NAME], "description": NAME_HELP},
        "label": {"validators": [InputRequired()]},
    }

    def check(self, row: Area) -> None:
        """Refuse a link that isn't one."""
        if row.door_url and not row.door_url.startswith(("https://", "http://", "/")):
            raise Refused(gettext("The link begins with https:// or with /."))


class RoleView(Setting):
    """Functions in the routine."""

    title = lazy_gettext("Roles")
    about = lazy_gettext("Functions in the routine. Who holds them where is an assignment.")
    column_labels = LABELS
    column_list = ("label", "name")
    column_formatters: ClassVar[dict[str, Any]] = {"label": texts}
    texts: ClassVar[dict[str, bool]] = {"label": False}
    form_columns = ("name", "label")
    form_args: ClassVar[dict[str, Any]] = {
        "name": {"validators": [NAME], "description": NAME_HELP},
        "label": {"validators": [InputRequired()]},
    }
