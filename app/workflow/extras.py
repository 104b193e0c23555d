"""The routine's own fields in lists and searches: which ones there are, and in which rows a viewer may read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from operator import add
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, case, func, literal

from app.access import Viewer
from app.language.definition import Field, Flow, Routine
from app.language.standard import EVERY_STANDARD
from app.routing.facts import own_fields
from app.scope.row import Predicate, Row
from model import Subject

ALWAYS = frozenset({"title", "unit", "area"})
"""Every list has them anyway, as it has what no form asks: number, state and what is told."""
APART = frozenset({"reporter", "entered_by"})
"""Who reported is looked up on the case's page, and the look-up is logged."""
LOWEST = -1e300
WRITTEN = ("text", "place", "code name")
SORTABLE = ("number", "date", "text")


@lru_cache(maxsize=64)
def offered(routine: Routine, *, parts: bool) -> Mapping[str, Field]:
    """Fields that the flows of cases (or of parts) ask or set, in the order they are asked, then those nobody asks."""
    names: dict[str, None] = {}
    everywhere: set[str] = set()
    for flow in routine.flows.values():
        asked = list(_answered(flow))
        everywhere.update(asked)
        names.update(dict.fromkeys(asked if bool(flow.part_of) == parts else ()))
    if not parts:
        names.update(dict.fromkeys(n for n in routine.fields if n not in everywhere and n not in EVERY_STANDARD))
    found = {name: routine.fields[name] for name in names if name not in ALWAYS | APART}
    return {name: field for name, field in found.items() if field.type != "file" and not field.of_unit}


def _answered(flow: Flow) -> Iterable[str]:
    for each in flow.transitions.values():
        yield from (*each.asked, *each.set)
        if each.again:
            yield "round"


@lru_cache(maxsize=64)
def sources(routine: Routine, name: str) -> tuple[str, ...]:
    """Fields whose words stand in this one: a title that nobody is asked for begins as the description does."""
    asked = {each for f in routine.flows.values() for t in f.transitions.values() for each in t.asked}
    return (name, "description") if name == "title" and name not in asked else (name,)


@dataclass(frozen=True)
class Fields:
    """The fields of cases, or of parts, as one viewer may read them."""

    viewer: Viewer
    parts: bool

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every field that may be asked for, by name."""
        return offered(self.viewer.routine, parts=self.parts)

    @cached_property
    def flows(self) -> list[Flow]:
        """The flows that are listed."""
        return [flow for flow in self.viewer.routine.flows.values() if bool(flow.part_of) == self.parts]

    def where(self, name: str, test: Callable[[Row], Predicate]) -> ColumnElement[bool]:
        """Rows in which the viewer may read the field and its answer passes the test."""
        routine = self.viewer.routine
        # What a part has from its whole is the whole's to show.
        flows = [f for f in self.flows if not self.parts or name in own_fields(routine, f.name)]
        if not flows:
            return Subject.flow.in_([])
        own = Subject.flow.in_([flow.name for flow in flows])
        return and_(own, self.viewer.reads(name, flows), test(self._row(name)))

    def _row(self, name: str) -> Row:
        """A row that has the field itself."""
        routine = self.viewer.routine
        own = (flow for flow in self.flows if name in own_fields(routine, flow.name))
        return Row(routine, next(own, self.flows[0]), Subject)

    def readable(self, names: Iterable[str]) -> ColumnElement[str]:
        """Names of those fields that the viewer may read in a row: ",name,name,"."""
        found: ColumnElement[str] = literal(",")
        for name in names:
            found = found + case((self.where(name, lambda _: literal(value=True)), f"{name},"), else_="")
        return found

    def sortable(self, name: str) -> bool:
        """Whether a list can be sorted by the field."""
        field = self.fields.get(name)
        return field is not None and field.type in SORTABLE and field.choices is None and not field.many

    def key(self, name: str) -> ColumnElement[Any]:
        """What an order by the field goes by; rows where it is empty or not to be read are alike."""
        row = self._row(name)
        number = self.fields[name].type == "number"
        answer: ColumnElement[Any] = row.number(name) if number else row.text(name)
        may = self.where(name, lambda _: answer.is_not(None))
        return case((may, answer), else_=LOWEST if number else "")

    @cached_property
    def texts(self) -> list[str]:
        """Names of the fields in which a search looks for words."""
        return [name for name, each in self.fields.items() if each.type in WRITTEN and each.choices is None]

    def words(self) -> ColumnElement[str]:
        """All texts of a row that the viewer may read, after one another."""
        found: ColumnElement[str] = cast(ColumnElement[str], Subject.number)
        for alike in self._alike(dict.fromkeys(["title", "description", *self.texts])):
            joined = reduce(add, (" " + func.coalesce(self._text(name), "") for name in alike))
            needed = (self.viewer.reads(each, self.flows) for each in sources(self.viewer.routine, alike[0]))
            found = found + case((and_(*needed), joined), else_="")
        return found

    @property
    def reads_wholes(self) -> bool:
        """Whether some of these words are those of the whole that a row is part of."""
        return self.parts and not any("description" in own_fields(self.viewer.routine, f.name) for f in self.flows)

    def _text(self, name: str) -> ColumnElement[str]:
        return cast(ColumnElement[str], Subject.title) if name == "title" else self._row(name).text(name)

    def _alike(self, names: Iterable[str]) -> list[list[str]]:
        """Fields in groups that the same people may read."""
        groups: list[tuple[object, list[str]]] = []
        for name in names:
            sight = [self.viewer.sight(each) for each in sources(self.viewer.routine, name)]
            group = next((those for known, those in groups if known == sight), None)
            if group is None:
                groups.append((sight, [name]))
            else:
                group.append(name)
        return [those for _, those in groups]
