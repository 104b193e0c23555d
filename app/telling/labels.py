"""What the things of a routine are called inside a sentence, in the request's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.i18n import gettext, say
from app.language.definition import Choice, Clock, Field, Flow, Routine
from app.language.moments import Length
from app.telling.lengths import length_in_words
from app.telling.names import Names, quoted, spelled


def field_in_words(name: str, routine: Routine) -> str:
    """What the field is called."""
    declared = routine.fields.get(name)
    return (say(declared.label) if declared else "") or spelled(name)


def choices_of(declared: Field | None) -> Iterator[Choice]:
    """Every choice of the field, those below others too."""

    def within(choices: tuple[Choice, ...]) -> Iterator[Choice]:
        for choice in choices:
            yield choice
            yield from within(choice.choices)

    if declared is not None and isinstance(declared.choices, tuple):
        yield from within(declared.choices)


@dataclass(frozen=True)
class Labels:
    """The names of one routine, said from inside one flow."""

    routine: Routine
    names: Names
    flow: Flow | None = None

    def field(self, name: str) -> str:
        """What the field is called."""
        known = {"state": gettext("the state"), "unit": gettext("the unit"), "area": gettext("the area")}
        return known.get(name) or quoted(field_in_words(name, self.routine))

    def kind(self, name: str) -> str:
        """What type of field it is."""
        declared = self.routine.fields.get(name)
        return declared.type if declared else "text"

    def value(self, field: str, value: str) -> str:
        """What an answer is called."""
        known = {"area": self.names.area, "unit": self.names.unit, "state": self.state}
        if field in known:
            return known[field](value)
        labels = {choice.name: say(choice.label) for choice in choices_of(self.routine.fields.get(field))}
        return labels.get(value) or spelled(value)

    def order(self, field: str) -> dict[str, int]:
        """Answers in the order people know them."""
        known = {
            "area": list(self.names.areas),
            "unit": list(self.names.units),
            "state": [state for flow in self._flows() for state in flow.states],
        }
        names = known.get(field) or [choice.name for choice in choices_of(self.routine.fields.get(field))]
        return {name: place for place, name in enumerate(dict.fromkeys(names))}

    def flow_label(self, name: str) -> str:
        """What the flow, or the field that joins cases, is called."""
        if name == "whole":
            return gettext("the case it belongs to")
        flow = self.routine.flows.get(name)
        return say(flow.label) if flow else field_in_words(name, self.routine)

    def state(self, name: str) -> str:
        """What the state is called."""
        if name == "final":
            return gettext("finished")
        return next((quoted(say(f.states[name].label)) for f in self._flows() if name in f.states), spelled(name))

    def move(self, name: str) -> str:
        """What the move is called."""
        return next((say(f.transitions[name].label) for f in self._flows() if name in f.transitions), spelled(name))

    def clock(self, name: str) -> str:
        """What the deadline is called."""
        flow = next((f for f in self._flows() if name in f.clocks), None)
        if flow is None:
            return gettext("the deadline “%(name)s”", name=spelled(name))
        return replace(self, flow=flow).of_clock(flow.clocks[name])

    def of_clock(self, clock: Clock) -> str:
        """Name a clock of this flow by what starts it, and by its length where another one starts there too."""
        first = clock.start[0] if clock.start else clock.name
        others = self.flow.clocks.values() if self.flow else ()
        alone = not any(other.name != clock.name and first in other.start for other in others)
        values = {"name": self.starter(first)}
        in_state = self.flow is not None and first in self.flow.states
        if isinstance(clock.runs, Length) and not alone:
            values["length"] = length_in_words(clock.runs)
            if in_state:
                return gettext("the deadline of %(length)s for “%(name)s”", **values)
            return gettext("the deadline of %(length)s from “%(name)s”", **values)
        return (
            gettext("the deadline for “%(name)s”", **values)
            if in_state
            else gettext("the deadline from “%(name)s”", **values)
        )

    def starter(self, event: str) -> str:
        """What starts a clock: a state, a move or a date."""
        if self.flow and event in self.flow.states:
            return say(self.flow.states[event].label)
        if self.flow and event in self.flow.transitions:
            return say(self.flow.transitions[event].label)
        return field_in_words(event, self.routine)

    def _flows(self) -> Iterator[Flow]:
        if self.flow is not None:
            yield self.flow
        yield from self.routine.flows.values()
