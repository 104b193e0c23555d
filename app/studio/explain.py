"""Routing explained, and why somebody sees a case: asked about any place or any case, told without what a case says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import current_app, request
from flask_admin import BaseView, expose
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.change.explain import Explained, Said, explain, naming, of_trace, short
from app.change.reach import first_flow
from app.change.seeing import Sight, sight
from app.i18n import gettext, say
from app.language.conditions import Condition, Has, Is, walk
from app.language.definition import Field
from app.language.parties import Query
from app.language.parties import walk as members
from app.routing.facts import CaseFacts
from app.studio.base import Guarded
from app.studio.people import is_staff
from app.studio.scene import Scene, scene
from app.telling.labels import choices_of, field_in_words
from app.web.database import db
from app.web.grants import me
from app.web.here import context
from model import Person, Subject

PLACE = ("unit", "area")
ASKED = ("choice", "tick", "text", "place", "date", "number")
"""Types of fields that can be answered here; people are never asked for."""
LONGEST = 200
LONGEST_ID = 9


@dataclass(frozen=True, slots=True)
class Question:
    """A field that the routing looks at; `choices` are (answer, label), empty for a free answer."""

    name: str
    label: str
    kind: str
    choices: list[tuple[str, str]]
    answer: str


@dataclass(frozen=True)
class ExplainPage:
    """What is asked by the address, and the answers."""

    scene: Scene

    def given(self, name: str) -> str:
        """What was asked by that name."""
        return request.args.get(name, "").replace("\0", "").strip()[:LONGEST]

    @property
    def told(self) -> list[str]:
        """What is wrong with what was asked."""
        organisation = self.scene.context.organisation
        found = list(self.scene.told)
        if self.given("unit") and self.given("unit") not in organisation.unit_by_name:
            found.append(gettext("There is no such unit."))
        if self.given("area") and self.given("area") not in organisation.area_by_name:
            found.append(gettext("There is no such area."))
        missing = [number for name in ("number", "case") if (number := self.given(name)) and _case(number) is None]
        found += [gettext("There is no case with the number %(number)s.", number=each[:40]) for each in missing]
        if self.given("person") and self.person is None:
            found.append(gettext("There is no such person. Choose somebody from the list."))
        return found

    # -- routing ---------------------------------------------------------------

    def units(self) -> list[tuple[str, str]]:
        """Units to choose, as (name, label)."""
        those = self.scene.context.organisation.units.values()
        return [(unit.name, _with_code(unit.code, say(unit.label))) for unit in those if not unit.retired]

    def areas(self) -> list[tuple[str, str]]:
        """Areas to choose, as (name, label)."""
        those = self.scene.context.organisation.areas.values()
        return [(area.name, say(area.label)) for area in those if not area.retired]

    @cached_property
    def questions(self) -> list[Question]:
        """Every other field that the routing looks at."""
        routine = self.scene.context.routine
        fields = (routine.fields[name] for name in dict.fromkeys(self._tested()) if name in routine.fields)
        return [self._question(field) for field in fields if field.name not in PLACE and field.type in ASKED]

    def _tested(self) -> Iterator[str]:
        here = self.scene.context
        guards = {guard.name: guard.needs for guard in here.routine.guards.values()}
        for row in here.organisation.rows:
            asked = [each.when for each in members(row.to, here.routine.parties) if isinstance(each, Query)]
            conditions: list[Condition] = [row.when, *(when for when in asked if when is not None)]
            nodes = (node for each in conditions for node in walk(each, guards))
            yield from (node.field for node in nodes if isinstance(node, Is | Has))

    def _question(self, field: Field) -> Question:
        choices = [(choice.name, say(choice.label)) for choice in choices_of(field)]
        if field.type == "tick":
            choices = [("ticked", gettext("Yes"))]
        name = f"f-{field.name}"
        label = field_in_words(field.name, self.scene.context.routine)
        return Question(field.name, label, field.type, choices, self.given(name))

    @cached_property
    def subject(self) -> Subject | None:
        """The case asked about."""
        return _case(self.given("number"))

    @property
    def asked(self) -> bool:
        """Whether there is anything to explain."""
        return self.subject is not None or bool(self.given("unit") or self.given("area"))

    @cached_property
    def seen(self) -> bool:
        """Whether the reader may see the case asked about."""
        person, subject = me(), self.subject
        here = context()
        return subject is not None and here.viewer(person.id if person else None).sees(here.facts(subject))

    @cached_property
    def _facts(self) -> CaseFacts:
        here, subject = self.scene.context, self.subject
        if subject is not None and self.seen:
            return here.facts(subject)
        return here.facts_of_new(first_flow(here.routine), self._answers(subject))

    def _answers(self, subject: Subject | None) -> dict[str, Any]:
        organisation = self.scene.context.organisation
        if subject is not None:
            unit, area = organisation.units.get(subject.unit_id or 0), organisation.areas.get(subject.area_id or 0)
            return {"unit": unit.name if unit else None, "area": area.name if area else None}
        unit, area = (
            organisation.unit_by_name.get(self.given("unit")),
            organisation.area_by_name.get(self.given("area")),
        )
        place = {"unit": unit.name if unit else None, "area": area.name if area else None}
        return {**place, **{each.name: _answer(each) for each in self.questions if each.answer}}

    @cached_property
    def explained(self) -> Explained:
        """Where the case goes, or would go."""
        return explain(self._facts)

    def place(self) -> str:
        """Unit and area that are explained."""
        organisation = self.scene.context.organisation
        unit = organisation.unit_by_name.get(self._facts.value("unit") or "")
        area = organisation.area_by_name.get(self._facts.value("area") or "")
        words = {
            "unit": short(unit) if unit else gettext("No unit"),
            "area": say(area.label) if area else gettext("no area"),
        }
        return gettext("%(unit)s · %(area)s", **words)

    def trace(self) -> list[Said]:
        """How the case came to whoever has it, as it was told then."""
        return of_trace(self.subject.trace, context().organisation) if self.subject is not None else []

    # -- sight -----------------------------------------------------------------

    def people(self) -> list[tuple[int, str]]:
        """People of the routine to choose; those who only report are never among them."""
        those = db.session.scalars(select(Person).where(is_staff()).order_by(Person.label, Person.id))
        return [(person.id, repr(person)) for person in those]

    @cached_property
    def person(self) -> Person | None:
        """The person asked about."""
        text = self.given("person")
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID):
            return None
        return db.session.scalar(select(Person).where(Person.id == int(text), is_staff()))

    @cached_property
    def sight(self) -> Sight | None:
        """How much of the case that person sees, and why."""
        subject, person, here = _case(self.given("case")), self.person, context()
        if subject is None or person is None:
            return None
        return sight(here.viewer(person.id), repr(person), here.facts(subject))

    def account(self) -> list[Said]:
        """What stands in the way before any case does."""
        person = self.person
        if person is None:
            return []
        user: User | None = person.user
        if user is None:
            return [Said(gettext("%(who)s has no account, so nobody can log in as them.", who=repr(person)), ok=False)]
        if not user.active:
            return [Said(gettext("%(who)s has an account that is switched off.", who=repr(person)), ok=False)]
        if not _may_list(user):
            told = gettext("The account may not open the pages about cases. Give it a role under Users.")
            return [Said(told, ok=False)]
        return [Said(gettext("%(who)s has an account that may open cases.", who=repr(person)), ok=True)]

    def functions(self) -> list[str]:
        """The functions that the person has today."""
        if self.person is None:
            return []
        organisation, day = context().organisation, context().organisation.worktime.day_of(context().now)
        names = naming(organisation)
        own = [h for h in organisation.holdings if h.person == self.person.id and h.counts(day)]
        words = [{"role": names.role(h.role), "unit": short(organisation.units[h.unit])} for h in own]
        return list(dict.fromkeys(gettext("%(role)s at %(unit)s", **each) for each in words))


def _case(number: str) -> Subject | None:
    return db.session.scalar(select(Subject).where(Subject.number == number)) if number else None


def _with_code(code: str, label: str) -> str:
    return f"{label} ({code})" if code and code != label else label


def _answer(question: Question) -> Any:
    if question.kind == "tick":
        return True
    known = {name for name, _ in question.choices}
    return question.answer if not known or question.answer in known else None


def _may_list(user: User) -> bool:
    roles = current_app.appbuilder.sm.get_user_roles(user)  # type: ignore[attr-defined]
    granted = {(each.permission.name, each.view_menu.name) for role in roles for each in role.permissions}
    return not granted.isdisjoint({("can_list", "CaseView"), ("can_list", "ActionView")})


class ExplainView(Guarded, BaseView):  # type: ignore[misc]
    """Asks and tells; changes nothing."""

    def __init__(self) -> None:
        super().__init__(name="explain", endpoint="studio_explain", url="/studio/explain")

    @expose("/")
    def index(self) -> str:
        """Explain what is asked."""
        here = scene(request.args)
        shown: str = self.render("studio/explain.html", page=ExplainPage(here), scene=here)
        return shown
