"""Whether any case at all can be like this: conditions judged with some things still open, never guessing.

An answer counts as open until it is said; what nothing is known of (an event, a clock, a free text) may be either way.
So `possible` may be told too often, but what isn't possible never happens.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.language.conditions import All, Always, AnyOf, Condition, Has, Is, Named, Not, holds
from app.language.definition import Choice, Routine
from app.routing.facts import CaseFacts, World
from app.routing.organisation import Organisation

LONGEST = 2_000
"""Looks at one question before it counts as possible."""
Said = Mapping[Hashable, Any]
"""What is said so far: a field's answer by its name, whether something open is so by the thing itself."""


def new_case(
    organisation: Organisation, routine: Routine, now: datetime, home: Callable[[int], int | None] = lambda _: None
) -> CaseFacts:
    """Give the facts of a case that nothing is said of; `home` gives a person's unit."""
    world = World(routine, organisation, now, home, lambda _: "", lambda _: "", lambda _: None, lambda *_: False)
    return CaseFacts(world, first_flow(routine))


def first_flow(routine: Routine) -> str:
    """Name of the first flow of cases."""
    return next(flow.name for flow in routine.flows.values() if not flow.part_of)


@dataclass
class Reach:
    """Judges conditions of one routine in one organisation; `facts` are those of a case that nothing is said of."""

    facts: CaseFacts
    _known: dict[tuple[Condition, Any], bool] = field(default_factory=dict)
    _answers: dict[str, list[str | None] | None] = field(default_factory=dict)

    @staticmethod
    def of(organisation: Organisation, routine: Routine) -> Reach:
        """Judge by this routine in this organisation."""
        return Reach(new_case(organisation, routine, datetime.now(UTC)))

    def possible(self, condition: Condition, but: Sequence[Condition] = (), *, given: Said | None = None) -> bool:
        """Whether the condition may hold for a case where none of `but` does."""
        variables = dict.fromkeys(name for each in (condition, *but) for name in self.asked(each))
        values = [(name, self._values(name, (condition, *but))) for name in variables if name not in (given or {})]
        return _Search(self, condition, but).finds(dict(given or {}), values)

    def asked(self, condition: Condition) -> Iterator[Hashable]:
        """Everything the condition depends on: names of fields with few answers, and open things."""
        for node in self._leaves(condition):
            if isinstance(node, Is | Has) and self.answers(node.field) is not None:
                yield node.field
            else:
                yield from _open(node)

    def _leaves(self, condition: Condition) -> Iterator[Condition]:
        match condition:
            case All(of) | AnyOf(of):
                for each in of:
                    yield from self._leaves(each)
            case Not(of):
                yield from self._leaves(of)
            case Named(guard) if guard in self.facts.routine.guards:
                yield from self._leaves(self.facts.routine.guards[guard].needs)
            case Always():
                return
            case _:
                yield condition

    def answers(self, name: str) -> list[str | None] | None:
        """Every answer that the field can have, None among them; None instead of a list where nobody can say."""
        if name not in self._answers:
            self._answers[name] = self._every_answer(name)
        return self._answers[name]

    def _every_answer(self, name: str) -> list[str | None] | None:
        declared = self.facts.routine.fields.get(name)
        if declared is None or declared.many:
            return None
        if declared.type == "unit":
            return [None, *self.facts.organisation.unit_by_name]
        if declared.type == "area":
            return [None, *self.facts.organisation.area_by_name]
        return [None, *_names(declared.choices)] if isinstance(declared.choices, tuple) else None

    def _values(self, name: Hashable, conditions: Iterable[Condition]) -> list[Any]:
        """One answer of each sort that these conditions tell apart; both ways for what is open."""
        known = self.answers(name) if isinstance(name, str) else None
        if known is None:
            return [True, False]
        leaves = [
            node
            for each in conditions
            for node in self._leaves(each)
            if isinstance(node, Is | Has) and node.field == name
        ]
        return list({tuple(self._leaf(leaf, each) for leaf in leaves): each for each in known}.values())

    def _leaf(self, leaf: Is | Has, answer: str | None) -> bool:
        key = leaf, answer
        if key not in self._known:
            self._known[key] = holds(leaf, self.facts.with_answers({leaf.field: answer}))
        return self._known[key]

    def judge(self, condition: Condition, said: Said) -> bool | None:
        """Whether it holds; None while that is open."""
        match condition:
            case Always():
                return True
            case Is(name) | Has(name) if self.answers(name) is not None:
                return self._leaf(condition, said[name]) if name in said else None
            case Is(name, names):
                return _any(said.get(("is", name, each)) for each in names)
            case Has(name, "empty"):
                return _not(said.get(("has", name, "filled")))
            case Has(name, how):
                return said.get(("has", name, how))
            case Not(of):
                return _not(self.judge(of, said))
            case All(of):
                return _not(_any(_not(self.judge(each, said)) for each in of))
            case AnyOf(of):
                return _any(self.judge(each, said) for each in of)
            case Named(guard) if guard in self.facts.routine.guards:
                return self.judge(self.facts.routine.guards[guard].needs, said)
            case _:
                return said.get(condition)


@dataclass
class _Search:
    """Says one thing after the other until the question is answered."""

    reach: Reach
    condition: Condition
    but: Sequence[Condition]
    left: int = LONGEST

    def finds(self, said: dict[Hashable, Any], values: Sequence[tuple[Hashable, list[Any]]]) -> bool:
        others = self._judged(said)
        own = self.reach.judge(self.condition, said)
        if own is False or True in others:
            return False
        if not values or self.left <= 0 or (own and None not in others):
            return True
        name, answers = values[0]
        return any(self.finds({**said, name: answer}, values[1:]) for answer in answers)

    def _judged(self, said: Said) -> list[bool | None]:
        self.left -= 1
        return [self.reach.judge(each, said) for each in self.but]


def _open(leaf: Condition) -> Iterator[Hashable]:
    match leaf:
        case Is(name, names):
            yield from (("is", name, each) for each in sorted(names))
        case Has(name, how):
            yield "has", name, "filled" if how == "empty" else how
        case _:
            yield leaf


def _names(choices: Iterable[Choice]) -> Iterator[str]:
    for choice in choices:
        yield choice.name
        yield from _names(choice.choices)


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _any(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    return True if True in found else None if None in found else False
