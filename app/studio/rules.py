"""The studio's tables of how it goes: routing, mail texts and the calendar."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from wtforms.validators import InputRequired

from app.i18n import gettext, lazy_gettext
from app.language import conditions, parties, plain
from app.language.conditions import Has, Is
from app.language.definition import Routine
from app.language.load import load
from app.language.parties import InField, InRole, NamedParty, Word
from app.studio.base import NAME, Refused, Setting
from app.studio.columns import LABELS, NAME_HELP, structure, texts
from app.web.database import db
from model import Role, WorkflowEdition

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def in_force() -> Routine | None:
    """Routine in force, as far as it can be read."""
    newest = select(WorkflowEdition.text).order_by(WorkflowEdition.number.desc()).limit(1)
    return load(db.session.scalar(newest) or "").routine


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
        """Refuse receivers and fields that neither the organisation nor the routine in force has."""
        routine = in_force()
        fields = set(routine.fields) if routine else set()
        roles = set(db.session.scalars(select(Role.name)))
        try:
            receiver = plain.party(row.receiver, roles=roles, fields=fields, parties=routine.parties if routine else ())
        except ValueError as wrong:
            raise Refused(str(wrong)) from wrong
        if not any(isinstance(each, InRole | InField | Word | NamedParty) for each in parties.walk(receiver)):
            raise Refused(gettext("Say who gets the case: nobody is named."))
        asked = {each.field for each in conditions.walk(plain.condition(row.condition)) if isinstance(each, Is | Has)}
        unknown = asked - fields if routine else set()
        if unknown:
            raise Refused(gettext("The routine has no field called %(names)s.", names=", ".join(sorted(unknown))))


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
        except (KeyError, ValueError, OSError) as wrong:
            raise Refused(gettext("There is no time zone with that name.")) from wrong
        if not isinstance(row.weekend, list) or not set(row.weekend) < set(WEEKDAYS):
            raise Refused(gettext("The weekend is a list of weekdays, such as [saturday, sunday]."))
        for text in row.holidays if isinstance(row.holidays, list) else ():
            _require_day(text)
        _require_spans(row.closed)
        _require_spans(row.notices)


def _require_spans(spans: Any) -> None:
    if not isinstance(spans, list) or not all(isinstance(each, dict) and "from" in each for each in spans):
        raise Refused(gettext("Closed days and notices are lists of {from: …, until: …}."))
    for each in spans:
        _require_day(each["from"])
        if each.get("until"):
            _require_day(each["until"])


def _require_day(text: Any) -> None:
    try:
        date.fromisoformat(text)
    except (TypeError, ValueError) as wrong:
        raise Refused(gettext("“%(text)s” isn't a day. Write days as 2026-12-24.", text=text)) from wrong
