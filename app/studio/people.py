"""The studio's tables of who does it: people and their assignments."""

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, exists, or_, select
from wtforms.validators import Email, InputRequired

from app.i18n import gettext, lazy_gettext
from app.studio.base import NAME, Refused, Setting
from app.studio.columns import LABELS, NAME_HELP, choice, label_of, texts
from app.web.database import db
from model import Area, Assignment, Person, Role, Unit


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

    def check_deletion(self, row: Person) -> None:
        """Keep whoever can log in: the account would be left without a person."""
        if row.user_id is not None:
            raise Refused(gettext("This person has an account. Delete the user first, or let the account be inactive."))

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
        "person": {"query_factory": staff, "get_label": label_of},
    }

    def check(self, row: Assignment) -> None:
        """Refuse an assignment that ends before it starts."""
        if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
            raise Refused(gettext("The last day comes before the first."))
