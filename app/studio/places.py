"""The studio's tables of what there is: units, areas with their doors, and roles."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from markupsafe import Markup
from sqlalchemy import or_, select
from wtforms.validators import InputRequired

from app.i18n import gettext, lazy_gettext, say
from app.language.times import length
from app.studio.base import NAME, Refused
from app.studio.columns import LABELS, NAME_HELP, chosen, texts
from app.studio.inline import Listed
from app.studio.keeping import drafted, routines
from app.web.database import db
from model import Area, Unit


def indented(_view: Any, _context: Any, row: Unit, _name: str) -> Markup:
    """Show the unit's depth in the tree."""
    depth, above = 0, row.parent
    while above is not None:
        depth, above = depth + 1, above.parent
    return Markup('<span data-depth="{}">{}</span>').format(depth, say(row.label))


class UnitView(Listed):
    """Units, as the tree they are."""

    title = lazy_gettext("Units")
    about = lazy_gettext("Places in the organisation. What holds for a unit holds for those under it, too.")
    column_list = ("label", "code", "name", "kind")
    column_sortable_list = ()
    column_formatters: ClassVar[dict[str, Any]] = {"label": indented}
    texts: ClassVar[dict[str, bool]] = {"label": False, "contact": True}
    inline = ("label", "code", "kind", "position")
    form_columns = ("name", "label", "code", "kind", "parent", "contact", "parameters", "position")
    form_args: ClassVar[dict[str, Any]] = {
        "name": {"validators": [NAME], "description": NAME_HELP},
        "kind": {"description": lazy_gettext("For example region or department; the routine may ask for it.")},
        "label": {"validators": [InputRequired()]},
    }
    form_extra_fields: ClassVar[dict[str, Any]] = {
        "parent": chosen("unit", LABELS["parent"], blank=lazy_gettext("Nothing: it is at the top")),
    }

    def get_list(self, *_arguments: Any, **_options: Any) -> tuple[int, list[Any]]:
        """Give all units in the order of the tree."""
        under: dict[int | None, list[Unit]] = {}
        for unit in db.session.scalars(select(Unit).order_by(Unit.position, Unit.id)):
            under.setdefault(unit.parent_id, []).append(unit)
        rows = list(_walk(under, None))
        return len(rows), rows

    def check(self, values: Mapping[str, Any], key: str) -> None:
        """Refuse a unit that would lie under itself, also by what the draft makes of the others."""
        _check_values(values["parameters"])
        above = {unit.name: unit.parent.name if unit.parent else None for unit in db.session.scalars(select(Unit))}
        for name, change in drafted("unit").items():
            if "parent" in change.values:
                above[name] = change.values["parent"]
        here, seen = values.get("parent"), {key}
        while here is not None:
            if here in seen:
                raise Refused(gettext("A unit can't lie under itself. Choose another unit above it."))
            seen.add(here)
            here = above.get(here)


def _check_values(values: Any) -> None:
    if not isinstance(values, dict) or not all(isinstance(each, str) for each in values.values()):
        raise Refused(gettext("Values for the routine are written as “name: value”, one a line."))
    asked = {name for routine in routines() for name, field in routine.fields.items() if field.of_unit}
    lengths = {name for routine in routines() for name, field in routine.fields.items() if field.type == "length"}
    for name in sorted(lengths & set(values)):
        if length(values[name]) is None:
            raise Refused(gettext("“%(name)s” is a length of time: 5 days, 3 working days, 24 hours.", name=name))
    unknown = ", ".join(sorted(set(values) - asked))
    if unknown:
        raise Refused(gettext("The routine asks units for nothing called %(names)s.", names=unknown))


def _walk(under: dict[int | None, list[Unit]], parent: int | None) -> Iterator[Unit]:
    for unit in under.get(parent, ()):
        yield unit
        yield from _walk(under, unit.id)


class AreaView(Listed):
    """What a report may be about."""

    title = lazy_gettext("Areas")
    about = lazy_gettext("What a report may be about, and where it belongs instead if not here.")
    column_list = ("label", "name", "door_url")
    column_default_sort = "position"
    column_formatters: ClassVar[dict[str, Any]] = {"label": texts}
    texts: ClassVar[dict[str, bool]] = {"label": False, "help": True, "example": True, "door": True}
    inline: ClassVar[Sequence[str]] = ("label", "position")
    form_columns: tuple[str, ...] = ("name", "label", "help", "example", "door", "door_url", "position")
    form_args: ClassVar[dict[str, Any]] = {
        "name": {"validators": [NAME], "description": NAME_HELP},
        "label": {"validators": [InputRequired()]},
    }

    def check(self, values: Mapping[str, Any], key: str) -> None:  # noqa: ARG002 - the base's signature
        """Refuse a link that isn't one."""
        url = values["door_url"]
        if url and not url.startswith(("https://", "http://")):
            raise Refused(gettext("The link begins with https://."))


class DoorView(AreaView):
    """Areas whose reports belong somewhere else: what their door says, and where it leads."""

    title = lazy_gettext("Diversion doors")
    about = lazy_gettext(
        "Areas that are handled somewhere else. Whoever chooses one is told where to go, and nothing is sent. "
        "Give an area a text or a link, and it gets a door; the routine decides whether its reports are refused."
    )
    column_list = ("label", "door", "door_url")
    column_formatters: ClassVar[dict[str, Any]] = {"label": texts, "door": texts}
    inline = ("door_url",)
    form_columns = ("door", "door_url")
    form_args: ClassVar[dict[str, Any]] = {}
    fixed = ()
    can_create = False
    can_delete = False

    def get_query(self) -> Any:
        """Show those that have a door."""
        return super().get_query().filter(_has_door())

    def get_count_query(self) -> Any:
        """Count those that have a door."""
        return super().get_count_query().filter(_has_door())


def _has_door() -> Any:
    return or_(Area.door_url != "", Area.name.in_(_with_text()))


def _with_text() -> list[str]:
    """Areas whose door has a text: a handful, and JSON compares differently in each database."""
    return [area.name for area in db.session.scalars(select(Area)) if area.door]


class RoleView(Listed):
    """Functions in the routine."""

    title = lazy_gettext("Roles")
    about = lazy_gettext("Functions in the routine. Who holds them where is an assignment.")
    column_list = ("label", "name")
    column_formatters: ClassVar[dict[str, Any]] = {"label": texts}
    texts: ClassVar[dict[str, bool]] = {"label": False}
    inline = ("label",)
    form_columns = ("name", "label")
    form_args: ClassVar[dict[str, Any]] = {
        "name": {"validators": [NAME], "description": NAME_HELP},
        "label": {"validators": [InputRequired()]},
    }
