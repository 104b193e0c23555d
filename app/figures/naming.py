"""What fields and their values are called in the reader's language."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.i18n import gettext, language, say
from app.language.definition import Clock, Flow
from app.routing.facts import CaseFacts
from app.workflow.context import Context
from app.workflow.words import in_words


@dataclass(frozen=True)
class Naming:
    """Names in one request's language; `of` are the flows counted, none = all of them."""

    context: Context
    of: tuple[str, ...] = ()

    @property
    def flows(self) -> list[Flow]:
        """The flows counted."""
        routine = self.context.routine
        return [routine.flows[name] for name in self.of] or list(routine.flows.values())

    def field(self, name: str) -> str:
        """What a field is called as a heading."""
        if name not in self._fields:
            self._fields[name] = self._field(name)
        return self._fields[name]

    def _field(self, name: str) -> str:
        short = {"unit": gettext("Unit"), "flow": gettext("Kind of case")}
        declared = self.context.routine.fields.get(name)
        return short.get(name) or (say(declared.label) if declared else name)

    def value(self, name: str, value: Any) -> str:
        """What a counted value is called; what isn't answered has a name too."""
        if not isinstance(value, Hashable):
            return self._value(name, value)
        key = name, type(value), value  # 1 isn't True
        if key not in self._values:
            self._values[key] = self._value(name, value)
        return self._values[key]

    @cached_property
    def _fields(self) -> dict[str, str]:
        """Names that were found: a table asks for the same ones in each of its rows."""
        return {}

    @cached_property
    def _values(self) -> dict[tuple[str, type, Any], str]:
        return {}

    def _value(self, name: str, value: Any) -> str:
        if value in (None, "", [], "null"):
            return gettext("No unit") if name == "unit" else gettext("Not answered")
        if value is False:
            return gettext("No")
        if name == "state":
            return self._state(str(value))
        if name == "flow":
            return say(self.context.routine.flows[value].label) if value in self.context.routine.flows else str(value)
        return in_words(self._facts, name, value, language()) or str(value)

    def short(self, name: str, value: Any) -> str:
        """A short name, where the value has one: a unit's code."""
        unit = self.context.organisation.unit_by_name.get(str(value)) if name == "unit" else None
        return unit.code if unit and unit.code else self.value(name, value)

    def clock(self, name: str) -> str:
        """What a clock is called: as what starts it, and as what ends it where another one starts there too."""
        for flow in self.context.routine.flows.values():
            if name in flow.clocks:
                return self._span(flow, flow.clocks[name]) or name
        return name

    def _span(self, flow: Flow, clock: Clock) -> str:
        first = clock.start[0] if clock.start else ""
        started = self._moment(flow, first)
        if not any(each is not clock and first in each.start for each in flow.clocks.values()):
            return started
        ended = self._moment(flow, clock.stop[0]) if clock.stop else gettext("the end")
        return f"{started} → {ended}"

    def _moment(self, flow: Flow, name: str) -> str:
        named = flow.states.get(name) or flow.transitions.get(name)
        return say(named.label) if named else ""

    def _state(self, value: str) -> str:
        labels = [say(flow.states[value].label) for flow in self.flows if value in flow.states]
        return labels[0] if labels else value

    @cached_property
    def _facts(self) -> CaseFacts:
        return self.context.facts_of_new(self.flows[0].name, {})
