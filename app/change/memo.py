"""Answers about a case remembered by what was looked at: cases that look the same there get the same answer.

The answer is the product's own function's. While it runs, `Watched` notes what it reads of the case, in order. As the
function does the same with the same, another case is led through the noted questions and, if it answers them alike,
is given the answer found before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from app.routing.facts import CaseFacts

T = TypeVar("T")
Where = tuple[Any, ...]
"""How a fact is reached from the case: () here, ("whole",), or ("part", flow, place)."""
Question = tuple[Where, str, Any]
Trail = list[tuple[Question, Any]]


class NotKnown(Exception):
    """Something was read that can't be asked of another case."""


class Watched(CaseFacts):
    """A case's facts that note in `trail` what is read of them."""

    def __init__(self, facts: CaseFacts, trail: Trail, where: Where = ()) -> None:
        super().__init__(facts.world, facts.flow.name, facts.subject, facts.answers, facts._whole)  # noqa: SLF001 - one of them
        self.trail, self.where, self.facts = trail, where, facts

    def _note(self, what: str, argument: Any, value: Any) -> Any:
        self.trail.append(((self.where, what, argument), _fixed(value)))
        return value

    def with_answers(self, answers: Mapping[str, Any]) -> CaseFacts:
        """The same case as it would be with these answers, still watched."""
        return Watched(self.facts.with_answers(answers), self.trail, self.where) if answers else self

    @property
    def state(self) -> str:
        """The state's name."""
        return str(self._note("state", None, self.facts.state))

    def value(self, name: str) -> Any:
        """Answer to a field."""
        if name in self.answers:
            return self.answers[name]
        return self._note("value", name, self.facts.value(name))

    def has_done(self, transition: str, since: str | None) -> bool:
        """Whether the transition has happened."""
        return bool(self._note("has_done", (transition, since), self.facts.has_done(transition, since)))

    def made(self, transition: str) -> tuple[int, ...]:
        """Ids of those who made the transition."""
        return tuple(self._note("made", transition, self.facts.made(transition)))

    def clock_is(self, clock: str, status: str) -> bool:
        """Whether the clock is running or over."""
        return bool(self._note("clock_is", (clock, status), self.facts.clock_is(clock, status)))

    def clock(self, name: str) -> Any:
        """A clock's row can't be asked for: it is another case's another one."""
        raise NotKnown(name)

    def parts(self, flow: str) -> Iterator[CaseFacts]:
        """The parts of that flow, watched each."""
        found = list(self.facts.parts(flow))
        self._note("parts", flow, len(found))
        for place, part in enumerate(found):
            yield Watched(part, self.trail, (*self.where, "part", flow, place))

    @property
    def whole(self) -> CaseFacts | None:
        """The case this is a part of, watched."""
        found = self.facts.whole
        self._note("has_whole", None, found is not None)
        return Watched(found, self.trail, (*self.where, "whole")) if found else None

    def new_part(self, flow: str) -> CaseFacts:
        """A part about to be created."""
        return CaseFacts(self.world, flow, None, None, self)


def _fixed(value: Any) -> Any:
    """A value that can be looked up; one of a shape that no answer has is taken by its letters."""
    if isinstance(value, list):
        return tuple(_fixed(each) for each in value)
    return repr(value) if isinstance(value, dict) else value


def _asker(question: Question) -> Callable[[CaseFacts], Any]:
    """Make a function that asks the question of a case."""
    where, what, argument = question
    here = _HERE[what](argument)
    return (lambda facts: here(_reached(facts, where))) if where else here


def _value(name: str) -> Callable[[CaseFacts], Any]:
    def ask(facts: CaseFacts) -> Any:
        return _fixed(facts.value(name))

    return ask


_HERE: Mapping[str, Callable[[Any], Callable[[CaseFacts], Any]]] = {
    "value": _value,
    "state": lambda _: lambda facts: facts.state,
    "has_done": lambda argument: lambda facts: facts.has_done(*argument),
    "made": lambda argument: lambda facts: facts.made(argument),
    "clock_is": lambda argument: lambda facts: facts.clock_is(*argument),
    "parts": lambda argument: lambda facts: sum(1 for _ in facts.parts(argument)),
    "has_whole": lambda _: lambda facts: facts.whole is not None,
}


def _reached(facts: CaseFacts, where: Where) -> CaseFacts:
    rest = list(where)
    while rest:
        if rest.pop(0) == "whole":
            whole = facts.whole
            if whole is None:
                raise NotKnown("whole")
            facts = whole
        else:
            flow, place = rest.pop(0), rest.pop(0)
            facts = list(facts.parts(flow))[place]
    return facts


@dataclass(slots=True)
class _Node:
    ask: Callable[[CaseFacts], Any]
    ways: dict[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Found(Generic[T]):
    answer: T


class Memo(Generic[T]):
    """One function of a case's facts, remembered for cases under the same world."""

    def __init__(self, ask: Callable[[CaseFacts], T]) -> None:
        self._ask = ask
        self._roots: dict[tuple[int, str], Any] = {}
        self.worked_out = 0

    def __call__(self, facts: CaseFacts) -> T:
        """Give the answer for this case."""
        root = (id(facts.world), facts.flow.name)
        node = self._roots.get(root)
        while isinstance(node, _Node):
            node = node.ways.get(node.ask(facts))
        return node.answer if isinstance(node, _Found) else self._learn(facts, root)

    def _learn(self, facts: CaseFacts, root: tuple[int, str]) -> T:
        trail: Trail = []
        self.worked_out += 1
        try:
            found = _Found(self._ask(Watched(facts, trail)))
        except NotKnown:
            return self._ask(facts)
        ways: dict[Any, Any] = self._roots
        way: Any = root
        for question, value in dict(trail).items():
            if way not in ways:
                ways[way] = _Node(_asker(question))
            ways, way = ways[way].ways, value
        ways[way] = found
        return found.answer
