"""The studio's tables of who does it: people and their assignments."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import selectinload
from wtforms import Field, Form
from wtforms.validators import InputRequired, StopValidation

from app.i18n import day, gettext, lazy_gettext, today
from app.language.address import in_ascii
from app.studio.base import NAME, Refused
from app.studio.columns import LABELS, NAME_HELP, chosen, texts
from app.studio.fields import SpansField
from app.studio.inline import Listed
from app.web.database import db
from model import Assignment, Away, Person


def is_staff() -> ColumnElement[bool]:
    """Tell people of the routine from those who only report: reporters' names and addresses are never shown here."""
    holds = exists().where(Assignment.person_id == Person.id)
    return Person.guest.is_(False) & or_(Person.kind == "", holds)


def staff() -> Sequence[Person]:
    """People who may hold a role."""
    return db.session.scalars(select(Person).where(is_staff()).order_by(Person.label)).all()


def one_address(_form: Form, field: Field) -> None:
    """Refuse what no mail can be sent to."""
    if in_ascii(field.data or "") is None:
        raise StopValidation(gettext("Write an e-mail address like name@example.org."))


def absence(_view: Any, _context: Any, row: Person, _name: str) -> str:
    """Say when the person is away, from today on."""
    return "; ".join(spell(each) for each in row.away if each.ends_on is None or each.ends_on >= today())


def spell(away: Away) -> str:
    """Say a person's days away."""
    if away.ends_on is None:
        return gettext("from %(day)s", day=day(away.starts_on))
    return gettext("%(start)s to %(end)s", start=day(away.starts_on), end=day(away.ends_on))


class PersonView(Listed):
    """People with a part in the routine."""

    title = lazy_gettext("People")
    about = lazy_gettext("People who act in the routine. Those who have only reported something are not shown.")
    list_template = "studio/change_people.html"
    column_list = ("label", "unit", "mail", "language", "external", "away")
    column_searchable_list = ("label", "mail", "name")
    column_sortable_list = ("label", "mail")
    column_default_sort = "label"
    column_formatters: ClassVar[dict[str, Any]] = {"unit": texts, "away": absence}
    inline = ("label", "mail", "language")
    form_columns = ("name", "label", "mail", "unit", "language", "external", "away")
    form_args: ClassVar[dict[str, Any]] = {
        "name": {"validators": [InputRequired(), NAME], "description": NAME_HELP},
        "label": {"validators": [InputRequired()], "description": lazy_gettext("The function, not the person's name.")},
        "mail": {"validators": [one_address]},
    }
    form_extra_fields: ClassVar[dict[str, Any]] = {
        "unit": chosen("unit", LABELS["unit"], blank="–"),
        "away": SpansField(
            LABELS["away"], description=lazy_gettext("Days on which the deputy steps in. Both days are included.")
        ),
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
        return super().get_query().filter(is_staff()).options(selectinload(Person.away))

    def get_count_query(self) -> Any:
        """Leave reporters out."""
        return super().get_count_query().filter(is_staff())

    @expose("/away/")
    def away_view(self) -> ResponseReturnValue:
        """Show who is away now or will be, and whose functions have nobody else."""
        coming = or_(Away.ends_on.is_(None), Away.ends_on >= today())
        rows = db.session.scalars(
            select(Away).join(Away.person).where(is_staff(), coming).order_by(Away.starts_on, Away.id).limit(500)
        ).all()
        page: str = self.render(
            "studio/change_away.html",
            title=gettext("Who is away"),
            rows=[(each.person, spell(each), each.starts_on <= today(), standing_in(each)) for each in rows],
            back=self.get_url(".index_view"),
        )
        return page


def standing_in(away: Away) -> list[tuple[Assignment, list[str]]]:
    """Give each function of the person with those who have it while the person is away."""
    when = max(away.starts_on, today())
    posts = db.session.scalars(select(Assignment).where(Assignment.person_id == away.person_id)).all()
    return [
        (post, [repr(each.person) for each in _others(post) if _there(each, when)])
        for post in posts
        if not post.deputy and _counts(post, when)
    ]


def _others(post: Assignment) -> Sequence[Assignment]:
    same = (Assignment.role_id == post.role_id, Assignment.unit_id == post.unit_id)
    return db.session.scalars(select(Assignment).where(*same, Assignment.person_id != post.person_id)).all()


def _counts(post: Assignment, when: date) -> bool:
    return (post.starts_on is None or post.starts_on <= when) and (post.ends_on is None or when <= post.ends_on)


def _there(post: Assignment, when: date) -> bool:
    gone = any(each.starts_on <= when and (each.ends_on is None or when <= each.ends_on) for each in post.person.away)
    return _counts(post, when) and not gone


class AssignmentView(Listed):
    """Who holds which role where."""

    title = lazy_gettext("Assignments")
    about = lazy_gettext("Who holds which role where, for one area or all. It holds under the unit, too.")
    column_list = ("role", "unit", "area", "person", "starts_on", "ends_on", "deputy")
    column_sortable_list = (("role", "role.name"), ("unit", "unit.name"), ("person", "person.label"), "ends_on")
    column_default_sort: ClassVar[Sequence[Any]] = [("role.name", False), ("unit.name", False)]
    column_formatters: ClassVar[dict[str, Any]] = {"role": texts, "unit": texts, "area": texts, "person": texts}
    column_searchable_list = ("role.name", "unit.name", "unit.code", "person.label")
    fixed: ClassVar[Sequence[str]] = ()
    inline = ("starts_on", "ends_on", "deputy")
    form_columns = ("role", "unit", "area", "person", "deputy", "starts_on", "ends_on")
    form_extra_fields: ClassVar[dict[str, Any]] = {
        "role": chosen("role", LABELS["role"]),
        "unit": chosen("unit", LABELS["unit"]),
        "area": chosen("area", LABELS["area"], blank=lazy_gettext("All areas")),
        "person": chosen("person", LABELS["person"], rows=staff),
    }

    def check(self, values: Mapping[str, Any], key: str) -> None:  # noqa: ARG002 - the base's signature
        """Refuse an assignment that ends before it starts."""
        if values["starts_on"] and values["ends_on"] and values["ends_on"] < values["starts_on"]:
            raise Refused(gettext("The last day comes before the first."))
