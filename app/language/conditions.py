"""Conditions: what must hold, as a tree of small immutable nodes, and the one way to evaluate them.

Source: the language's section 3. A condition never looks at the clock on the wall, only at clocks.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol


class Facts(Protocol):
    """What conditions ask of a case or a part."""

    def value(self, field: str) -> object:
        """Answer to a field: text, True, a list for `many`; None or "" or [] = unanswered."""

    def is_one_of(self, field: str, names: frozenset[str]) -> bool:
        """Whether the field's answer is one of the names; `unit` also counts units above, by name and kind."""

    @property
    def finished(self) -> bool:
        """Whether the state is a final one."""

    def parts(self, flow: str) -> Iterable["Facts"]:
        """Parts of that flow, or the cases joined by a `case` field of that name."""

    @property
    def whole(self) -> "Facts | None":
        """The case this is a part of."""

    def has_done(self, transition: str, since: str | None) -> bool:
        """Whether the transition has happened here (after the last `since`)."""

    def clock_is(self, clock: str, status: str) -> bool:
        """`status` is `running` or `over`."""

    def guard(self, name: str) -> "Condition":
        """The named guard's condition."""


@dataclass(frozen=True, slots=True)
class Always:
    """Holds."""


@dataclass(frozen=True, slots=True)
class Is:
    """The field is one of these; for `state`, `final` stands for every final state."""

    field: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Has:
    """The field is `filled`, `empty` or `ticked`."""

    field: str
    how: str


@dataclass(frozen=True, slots=True)
class All:
    """Every one of these holds."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """This doesn't hold."""

    of: "Condition"


@dataclass(frozen=True, slots=True)
class Parts:
    """It holds for `every` or for `some` part of the flow."""

    how: str
    flow: str
    of: "Condition"


@dataclass(frozen=True, slots=True)
class Whole:
    """It holds for the case this is a part of."""

    of: "Condition"


@dataclass(frozen=True, slots=True)
class Done:
    """The transition has happened / after the last `since`."""

    transition: str
    since: str | None = None


@dataclass(frozen=True, slots=True)
class ClockIs:
    """The clock is `running` or `over`."""

    clock: str
    status: str


@dataclass(frozen=True, slots=True)
class Named:
    """That guard's `needs` holds."""

    guard: str


Condition = Always | Is | Has | All | AnyOf | Not | Parts | Whole | Done | ClockIs | Named
ALWAYS = Always()


def holds(condition: Condition, facts: Facts) -> bool:  # noqa: C901 - one case per kind of node
    """Evaluate a condition; anything that isn't plainly so is False."""
    match condition:
        case Always():
            return True
        case Is(field, names):
            if field == "state" and "final" in names and facts.finished:
                return True
            return facts.is_one_of(field, names)
        case Has(field, how):
            return _has(facts.value(field), how)
        case All(of):
            return all(holds(each, facts) for each in of)
        case AnyOf(of):
            return any(holds(each, facts) for each in of)
        case Not(of):
            return not holds(of, facts)
        case Parts(how, flow, of):
            test = all if how == "every" else any
            return test(holds(of, part) for part in facts.parts(flow))
        case Whole(of):
            return facts.whole is not None and holds(of, facts.whole)
        case Done(transition, since):
            return facts.has_done(transition, since)
        case ClockIs(clock, status):
            return facts.clock_is(clock, status)
    return holds(facts.guard(condition.guard), facts)


def _has(value: object, how: str) -> bool:
    if how == "ticked":
        return value is True or value == "ticked"
    filled = value not in (None, "", [], False)
    return filled if how == "filled" else not filled


def walk(condition: Condition, guards: Mapping[str, Condition] | None = None) -> Iterator[Condition]:
    """Every node of a condition; with `guards`, through named guards as well."""
    yield condition
    match condition:
        case All(of) | AnyOf(of):
            for each in of:
                yield from walk(each, guards)
        case Not(of) | Parts(of=of) | Whole(of):
            yield from walk(of, guards)
        case Named(guard) if guards and guard in guards:
            yield from walk(guards[guard], {k: v for k, v in guards.items() if k != guard})
