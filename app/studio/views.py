"""The studio's tables: units, areas, roles, people, assignments, routing, mail texts and the calendar."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import yaml
from markupsafe import Markup
from sqlalchemy import ColumnElement, exists, or_, select
from wtforms.validators import Email, InputRequired

from app.i18n import gettext, lazy_gettext, say
from app.language import plain
from app.studio.base import NAME, Refused, Setting
from app.web.cells import plain as as_text
from app.web.database import db
from model import Area, Assignment, Person, Role, Unit

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
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
    return as_text(getattr(value, "label", value))


def structure(_view: Any, _context: Any, row: Any, name: str) -> str:
    """Show a small structure on one line of YAML."""
    value = getattr(row, name)
    return (
        ""
        if value is None
        else yaml.safe_dump(value, default_flow_style=True, width=1000).strip().removesuffix("...").strip()
    )


def listed(model: type) -> Callable[[], Sequence[Any]]:
    """Make the choices of a relation: every row, by its label."""

    def rows() -> Sequence[Any]:
        return sorted(db.session.scalars(select(model)), key=_label)

    return rows


def _label(row: Any) -> str:
    text = say(row.label)
    code = getattr(row, "code", "")
    return f"{text} ({code})" if code and code != text else text


def choice(model: type, **more: Any) -> dict[str, Any]:
    """Arguments of a field that chooses a row of the model."""
    return {"query_factory": listed(model), "get_label": _label, **more}


def indented(_view: Any, _context: Any, row: Unit, _name: str) -> Markup:
    """Show the unit's depth in the tree."""
    return Markup('<span data-depth="{}">{}</span>').format(row.depth, say(row.label))


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
        """Give all units in the order of the tree, each with its depth."""
        under: dict[int | None, list[Unit]] = {}
        for unit in db.session.scalars(select(Unit).order_by(Unit.position, Unit.id)):
            under.setdefault(unit.parent_id, []).append(unit)
        rows = list(_walk(under, None, 0))
        return len(rows), rows

    def check(self, row: Unit) -> None:
        """Refuse a unit that would lie under itself."""
        above, seen = row.parent, {row}
        while above is not None:
            if above in seen:
                raise Refused(gettext("A unit can't lie under itself. Choose another unit above it."))
            seen.add(above)
            above = above.parent


def _walk(under: dict[int | None, list[Unit]], parent: int | None, depth: int) -> Any:
    for unit in under.get(parent, ()):
        unit.depth = depth
        yield unit
        yield from _walk(under, unit.id, depth + 1)


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


def is_staff() -> ColumnElement[bool]:
    """Tell people of the routine from those who only report: reporters' names and addresses are never shown here."""
    holds = exists().where(Assignment.person_id == Person.id)
    return Person.guest.is_(False) & or_(Person.kind == "", holds)


def staff() -> Sequence[Person]:
    """People who may hold a role."""
    return db.session.scalars(select(Person).where(is_staff()).order_by(Person.label)).all()


class PersonView(Setting):
    """People with a part in the routine."""

    title = lazy_gettext("People")
    about = lazy_gettext("People who act in the routine. Those who have only reported something are not shown.")
    column_labels = LABELS
    column_list = ("label", "unit", "mail", "language", "external")
    column_searchable_list = ("label", "mail", "name")
    column_sortable_list = ("label", "mail")
    column_default_sort = "label"
    column_formatters: ClassVar[dict[str, Any]] = {"unit": texts}
    form_columns = ("name", "label", "mail", "unit", "language", "external")
    form_args: ClassVar[dict[str, Any]] = {
        "name": {"validators": [NAME], "description": NAME_HELP},
        "label": {"validators": [InputRequired()], "description": lazy_gettext("The function, not the person's name.")},
        "mail": {"validators": [Email(lazy_gettext("Write an e-mail address."))]},
        "unit": choice(Unit),
    }
    form_choices: ClassVar[dict[str, Any]] = {
        "language": [("", "–"), ("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")]
    }

    def get_query(self) -> Any:
        """Leave reporters out."""
        return super().get_query().filter(is_staff())

    def get_count_query(self) -> Any:
        """Leave reporters out."""
        return super().get_count_query().filter(is_staff())


class AssignmentView(Setting):
    """Who holds which role where."""

    title = lazy_gettext("Assignments")
    about = lazy_gettext("Who holds which role where, for one area or all. It holds under the unit, too.")
    column_labels = LABELS
    column_list = ("role", "unit", "area", "person", "starts_on", "ends_on", "deputy")
    column_sortable_list = (("role", "role.name"), ("unit", "unit.name"), ("person", "person.label"), "ends_on")
    column_default_sort: ClassVar[Sequence[Any]] = [("role.name", False), ("unit.name", False)]
    column_formatters: ClassVar[dict[str, Any]] = {"role": texts, "unit": texts, "area": texts, "person": texts}
    column_searchable_list = ("role.name", "unit.name", "unit.code", "person.label")
    fixed: ClassVar[Sequence[str]] = ()
    form_columns = ("role", "unit", "area", "person", "deputy", "starts_on", "ends_on")
    form_args: ClassVar[dict[str, Any]] = {
        "role": choice(Role),
        "unit": choice(Unit),
        "area": choice(Area, blank_text=lazy_gettext("All areas")),
        "person": {"query_factory": staff, "get_label": _label},
    }

    def check(self, row: Assignment) -> None:
        """Refuse an assignment that ends before it starts."""
        if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
            raise Refused(gettext("The last day comes before the first."))


class RoutingView(Setting):
    """Who gets a case: the first row that holds decides."""

    title = lazy_gettext("Routing")
    about = lazy_gettext("Who gets a case. The first row whose condition holds decides; an empty one always holds.")
    column_labels = LABELS
    column_list = ("position", "condition", "receiver")
    column_sortable_list = ()
    column_default_sort: ClassVar[Sequence[Any]] = [("position", False), ("id", False)]
    fixed: ClassVar[Sequence[str]] = ()
    checks: ClassVar[dict[str, Any]] = {"condition": plain.condition, "receiver": plain.party}
    form_columns = ("position", "condition", "receiver")
    form_args: ClassVar[dict[str, Any]] = {
        "condition": {"description": lazy_gettext("For example: area: [hse, physical]")},
        "receiver": {
            "validators": [InputRequired()],
            "description": lazy_gettext("For example: first: [hse_coordinator, quality_contact, intake]"),
        },
    }
    column_formatters: ClassVar[dict[str, Any]] = {"condition": structure, "receiver": structure}

    def check(self, row: Any) -> None:
        """Refuse receivers that name no role."""
        known = set(db.session.scalars(select(Role.name)))
        try:
            plain.party(row.receiver, roles=known)
        except ValueError as wrong:
            raise Refused(str(wrong)) from wrong


class MailView(Setting):
    """Texts of the mails."""

    title = lazy_gettext("Mail texts")
    about = lazy_gettext(
        "Texts of the mails. Words in braces, such as {number}, are filled in when the mail is written."
    )
    column_labels = LABELS
    column_list = ("subject", "name", "letter")
    column_formatters: ClassVar[dict[str, Any]] = {"subject": texts}
    column_default_sort = "name"
    texts: ClassVar[dict[str, bool]] = {"subject": False, "body": True}
    form_columns = ("name", "subject", "body", "letter")
    form_args: ClassVar[dict[str, Any]] = {
        "name": {"validators": [NAME], "description": NAME_HELP},
        "subject": {"validators": [InputRequired()]},
        "body": {"validators": [InputRequired()]},
    }


class CalendarView(Setting):
    """The institution's working days."""

    title = lazy_gettext("Calendar")
    about = lazy_gettext("Days on which no deadline runs.")
    column_labels = LABELS
    column_list = ("timezone", "weekend", "holidays")
    column_formatters: ClassVar[dict[str, Any]] = {"weekend": structure, "holidays": structure}
    can_create = False
    can_delete = False
    fixed: ClassVar[Sequence[str]] = ()
    form_columns = ("timezone", "weekend", "holidays", "closed", "notices")
    form_args: ClassVar[dict[str, Any]] = {
        "weekend": {"description": lazy_gettext("For example: [saturday, sunday]")},
        "holidays": {"description": lazy_gettext("A country's code, such as NO, or a list of dates.")},
        "closed": {"description": lazy_gettext("For example: - {from: 2026-12-24, until: 2027-01-01}")},
        "notices": {"description": lazy_gettext("The same with a text: {from: …, until: …, text: {nb: …}}")},
    }

    def check(self, row: Any) -> None:
        """Refuse a calendar that can't be counted with."""
        try:
            ZoneInfo(row.timezone)
        except (ValueError, OSError) as wrong:
            raise Refused(gettext("There is no time zone with that name.")) from wrong
        row.weekend, row.closed, row.notices = row.weekend or [], row.closed or [], row.notices or []
        if not isinstance(row.weekend, list) or not set(row.weekend) < set(WEEKDAYS):
            raise Refused(gettext("The weekend is a list of weekdays, such as [saturday, sunday]."))
        days = row.holidays if isinstance(row.holidays, list) else []
        spans = [each.get(end) for each in (*row.closed, *row.notices) for end in ("from", "until") if each.get(end)]
        for text in (*days, *spans):
            _require_day(text)


def _require_day(text: Any) -> None:
    try:
        date.fromisoformat(text)
    except (TypeError, ValueError) as wrong:
        raise Refused(gettext("“%(text)s” isn't a day. Write days as 2026-12-24.", text=text)) from wrong
