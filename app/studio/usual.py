"""The usual row of the routing: some areas and units, and receivers in order. It writes the same YAML as by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wtforms import Form, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, Optional, StopValidation

from app.change.changes import TABLES
from app.i18n import gettext, lazy_gettext
from app.studio.columns import LABELS, label_of, only_drafted
from app.web.database import db

MOST = 4
"""Receivers in order that the simple form asks for."""


def fits(condition: Any, receiver: Any) -> bool:
    """Whether the simple form can say the row."""
    if condition is not None and not (isinstance(condition, Mapping) and set(condition) <= {"area", "unit"}):
        return False
    return receiver is None or 0 < len(_receivers(receiver)) <= MOST


def _receivers(receiver: Any) -> list[str]:
    if isinstance(receiver, str):
        return [receiver] if receiver in _roles() else []
    if isinstance(receiver, Mapping) and set(receiver) == {"first"} and isinstance(receiver["first"], list):
        names = receiver["first"]
        return names if all(isinstance(each, str) and each in _roles() for each in names) else []
    return []


def _roles() -> dict[str, str]:
    return dict(_choices("role"))


def condition_of(areas: Sequence[str] | None, units: Sequence[str] | None) -> Any:
    """Write the condition; None always holds."""
    chosen = {"area": list(areas or ()), "unit": list(units or ())}
    return {name: values for name, values in chosen.items() if values} or None


def receiver_of(roles: Sequence[str | None]) -> Any:
    """Write the receivers, the first that anybody holds."""
    named = list(dict.fromkeys(role for role in roles if role))
    return named[0] if len(named) == 1 else {"first": named}


def _choices(table: str) -> list[tuple[str, str]]:
    rows = db.session.query(TABLES[table]).all()
    return [(row.name, label_of(row)) for row in rows if not row.retired] + only_drafted(table)


class Some(SelectMultipleField):  # type: ignore[misc]
    """Some rows of a table."""

    render_kind = "SelectMultipleField"

    def __init__(self, label: Any, table: str, **options: Any) -> None:
        super().__init__(label, choices=(), validate_choice=False, **options)
        self.table = table

    def iter_choices(self) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
        """Give the rows in use, and those that are chosen already."""
        choices = dict(_choices(self.table))
        former = {key: key for key in self.data or () if key not in choices}
        chosen = self.data or ()
        return ((key, text, key in chosen, {}) for key, text in {**choices, **former}.items())

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - the library's signature
        """Refuse what is no row."""
        kept = self.object_data or ()
        if not set(self.data or ()) <= {*dict(_choices(self.table)), *kept}:
            raise StopValidation(gettext("Choose from the list."))


class OneRole(SelectField):  # type: ignore[misc]
    """A role, or none."""

    render_kind = "SelectField"

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, choices=(), validate_choice=False, **options)

    def iter_choices(self) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
        """Give the roles in use."""
        yield "", "–", not self.data, {}
        yield from ((key, text, key == self.data, {}) for key, text in _choices("role"))


class UsualForm(Form):  # type: ignore[misc]
    """Which areas and units, and who gets the case."""

    position = IntegerField(LABELS["position"], [Optional()])
    areas = Some(lazy_gettext("Only these areas"), "area", description=lazy_gettext("None ticked: every area."))
    units = Some(lazy_gettext("Only these units, and those under them"), "unit")
    first = OneRole(lazy_gettext("Goes to"), validators=[InputRequired()])
    second = OneRole(lazy_gettext("If nobody has that role: to"))
    third = OneRole(lazy_gettext("If nobody has that either: to"))
    fourth = OneRole(lazy_gettext("And if nobody has that: to"))

    def __init__(self, sent: Any, values: Mapping[str, Any]) -> None:
        condition, roles = values.get("condition") or {}, _receivers(values.get("receiver"))
        named = dict(zip(("first", "second", "third", "fourth"), roles, strict=False))
        areas, units = (_listed(condition.get(name)) for name in ("area", "unit"))
        super().__init__(sent, data={"position": values.get("position"), "areas": areas, "units": units, **named})
        self.form_errors: list[str] = []
        self.kept = values

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered, as data writes it; what says the same as before stays as it was written."""
        condition = condition_of(self.areas.data, self.units.data)
        receiver = receiver_of([self.first.data, self.second.data, self.third.data, self.fourth.data])
        before = self.kept.get("condition"), self.kept.get("receiver")
        return {
            "position": self.position.data or 0,
            "condition": before[0] if _alike(before[0]) == _alike(condition) else condition,
            "receiver": before[1] if _receivers(before[1]) == _receivers(receiver) else receiver,
        }


def _alike(condition: Any) -> dict[str, set[str]]:
    return {name: set(_listed(value)) for name, value in (condition or {}).items()}


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
