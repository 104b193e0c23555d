"""What a flow stands on: the guards, questions, parties and roles it names, and what those name in turn."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from app.language.conditions import Has, Is, Named
from app.language.definition import Clock, Flow, Routine, Transition
from app.language.parties import InField, InRole, NamedParty, Query, Word

Use = tuple[str, str]
"""A kind (`guard`, `field`, `party`, `role`) and a name."""


def uses(routine: Routine, flow: Flow) -> frozenset[Use]:
    """Everything that how the flow moves depends on; `see` doesn't count, and routing may lead to any role."""
    waiting = [use for part in (flow.states, flow.transitions, flow.clocks) for use in _named(part)]
    found: set[Use] = set()
    while waiting:
        use = waiting.pop()
        if use not in found:
            found.add(use)
            waiting.extend(_behind(routine, use))
    return frozenset(found)


def _behind(routine: Routine, use: Use) -> Iterator[Use]:
    kind, name = use
    if kind == "routing":
        yield from (("role", role) for role in routine.roles)
    elif kind == "guard" and name in routine.guards:
        yield from _named(routine.guards[name].needs)
    elif kind == "party" and name in routine.parties:
        yield from _named(routine.parties[name])
    elif kind == "field" and name in routine.fields:
        declared = routine.fields[name]
        yield from _named((declared.when, declared.choices, declared.default))


def _named(value: Any) -> Iterator[Use]:
    match value:
        case Is(field, _) | Has(field, _) | InField(field):
            yield "field", field
        case Named(guard):
            yield "guard", guard
        case NamedParty(name):
            yield "party", name
        case InRole(role):
            yield "role", role
        case Word("routing"):
            yield "routing", ""
        case Transition():
            yield from (("guard", name) for name in value.guards)
            yield from (("field", name) for name in (*value.asked, *value.set, *value.again, *value.forget))
        case Query(at=at):
            yield "field", at
        case Clock(runs=runs, until=until):
            by_value = runs[0] if isinstance(runs, tuple) else runs
            yield from (("field", name) for name in (*value.start, by_value, until) if isinstance(name, str))
    yield from _inside(value)


def _inside(value: Any) -> Iterator[Use]:
    parts: Any = ()
    if is_dataclass(value) and not isinstance(value, type):
        parts = [getattr(value, each.name) for each in fields(value)]
    elif isinstance(value, Mapping):
        parts = value.values()
    elif isinstance(value, tuple):
        parts = value
    for part in parts:
        yield from _named(part)
