"""Parties: who, as a tree of small immutable nodes. Looking people up is app.routing's work.

Source: the language's section 4.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.language.conditions import Condition

WORDS = ("anyone", "reporter", "handler", "me", "itself", "routing")


@dataclass(frozen=True, slots=True)
class Word:
    """One of WORDS."""

    name: str


@dataclass(frozen=True, slots=True)
class InRole:
    """The role's holders, looked up nearest to the case's unit."""

    role: str


@dataclass(frozen=True, slots=True)
class InField:
    """The people in a person field."""

    field: str


@dataclass(frozen=True, slots=True)
class NamedParty:
    """A party declared under `parties`."""

    name: str


@dataclass(frozen=True, slots=True)
class Several:
    """All of these together."""

    of: tuple["Party", ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A narrowed party; `at` is nearest, own, within, anywhere, or a unit or person field.

    Without `who`: everyone with a role at the unit or under it. `first` tries each until one isn't empty.
    """

    who: "Party | None" = None
    at: str = "nearest"
    did: str | None = None
    of: str | None = None
    excepted: "Party | None" = None
    first: tuple["Party", ...] = ()
    when: Condition | None = None
    only: tuple[str, ...] = ()


REPORTER = (Word("reporter"), InField("reporter"))
"""Both ways in which a file may name who reported."""

Party = Word | InRole | InField | NamedParty | Several | Query


def walk(party: "Party | None", named: Mapping[str, "Party"] | None = None) -> Iterator[Party]:
    """Every node of a party; with `named`, through named parties as well."""
    if party is None:
        return
    yield party
    match party:
        case Several(of):
            for each in of:
                yield from walk(each, named)
        case Query(who=who, excepted=excepted, first=first):
            yield from walk(who, named)
            yield from walk(excepted, named)
            for each in first:
                yield from walk(each, named)
        case NamedParty(name) if named and name in named:
            yield from walk(named[name], {k: v for k, v in named.items() if k != name})


def opened(party: "Party | None", named: Mapping[str, "Party"]) -> tuple[Party, ...]:
    """The party's members one by one: lists and named lists opened."""
    match party:
        case None:
            return ()
        case Several(of):
            return tuple(member for each in of for member in opened(each, named))
        case NamedParty(name):
            return opened(named[name], named)
        case _:
            return (party,)


def for_anyone(party: "Party | None", named: Mapping[str, "Party"]) -> bool:
    """Whether every visitor is in the party, on a condition perhaps."""
    for each in opened(party, named):
        if each == Word("anyone"):
            return True
        plain = isinstance(each, Query) and each.did is None and each.of is None
        if plain and isinstance(each, Query) and for_anyone(each.who, named):
            return True
    return False


def name_of(party: "Party") -> str:
    """Name a party in one word, for the journal."""
    match party:
        case Word(name) | NamedParty(name):
            return name
        case InField(field):
            return field
        case Query(who=who) if who is not None:
            return name_of(who)
        case Several(of):
            return ", ".join(name_of(each) for each in of)
        case InRole(role):
            return role
    return "query"
