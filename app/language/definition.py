"""A routine as the program holds it: immutable, compiled from workflow.yaml, shared by every thread.

Names are those of the file; a `Text` is one text per language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.language.conditions import ALWAYS, Condition
from app.language.moments import Length, Moment
from app.language.parties import Party

Text = Mapping[str, str]
Final = Literal["no", "yes", "may reopen"]

NEW = "new"
SAME = "same"
BACK = "back"


@dataclass(frozen=True, slots=True)
class State:
    """One state of a flow; `told` is what the reporter's page says."""

    name: str
    label: Text
    told: Text
    final: Final = "no"

    @property
    def finished(self) -> bool:
        """Whether a case here is off the queues."""
        return self.final != "no"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a transition leads: `state` is a state's name, `same` or `back`; or `flows` maps flow -> state."""

    state: str = ""
    flows: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transition:
    """One move. `sources` has `any` expanded to every unfinished state; `by` is None for `itself`."""

    name: str
    label: Text
    sources: tuple[str, ...]
    to: Destination
    by: Party | None
    together: str = "1"
    fields: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    exclude: Party | None = None
    assign: Party | None = None
    set: Mapping[str, object] = field(default_factory=dict)
    again: tuple[str, ...] = ()
    forget: tuple[str, ...] = ()
    notify: tuple[tuple[Party, tuple[str, ...]], ...] = ()

    @property
    def creates(self) -> bool:
        """Whether it makes a new case or part."""
        return NEW in self.sources

    @property
    def asked(self) -> tuple[str, ...]:
        """All fields of its form, in declared order."""
        return self.fields + self.optional


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock. `runs` is a Length, a field's name, or (field, {value: Length}); `start`/`stop` name things."""

    name: str
    start: tuple[str, ...]
    stop: tuple[str, ...] = ()
    runs: Length | str | tuple[str, Mapping[str, Length]] | None = None
    until: str | None = None
    pause: Condition | None = None
    when: Condition = ALWAYS
    remind: tuple[tuple[Party, tuple[Moment, ...]], ...] = ()
    then: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a field; `choices` below it make a tree."""

    name: str
    label: Text
    choices: tuple["Choice", ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A question. `choices` is a tuple of Choice, a Party (person fields) or a kind of unit (unit fields)."""

    name: str
    label: Text
    help: Text = field(default_factory=dict)
    type: str = "text"
    many: bool = False
    choices: tuple[Choice, ...] | Party | str | None = None
    default: object = None
    when: Condition = ALWAYS
    of_unit: bool = False
    see: Party | None = None
    templates: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether it is answered in words of one's own."""
        return self.type == "text" and self.choices is None


@dataclass(frozen=True, slots=True)
class Guard:
    """A named condition with the sentence that is told when it doesn't hold."""

    name: str
    needs: Condition
    says: Text


@dataclass(frozen=True, eq=False, slots=True)
class Flow:
    """One machine. `part_of` names the flows whose cases it lives inside; empty = a case of its own."""

    name: str
    label: Text
    states: Mapping[str, State]
    transitions: Mapping[str, Transition]
    clocks: Mapping[str, Clock]
    when: Condition = ALWAYS
    part_of: tuple[str, ...] = ()
    see: Party | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A count (`rows`) or a list (`show` alone)."""

    name: str
    label: Text
    of: tuple[str, ...] = ()
    when: Condition = ALWAYS
    rows: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    times: Mapping[str, tuple[Length, ...]] = field(default_factory=dict)
    see: Party | None = None
    send: tuple[tuple[Party, str], ...] = ()
    hide_below: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class Routine:
    """All of workflow.yaml. `fields` also has every standard field, with its standard label and type."""

    title: Text
    languages: tuple[str, ...]
    roles: tuple[str, ...]
    parties: Mapping[str, Party]
    flows: Mapping[str, Flow]
    guards: Mapping[str, Guard]
    fields: Mapping[str, Field]
    reports: Mapping[str, Report] = field(default_factory=dict)
    migrate: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
