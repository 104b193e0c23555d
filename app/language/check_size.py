"""Parties and guards that name each other so often that nobody could ever look through them."""

from collections.abc import Mapping

from app.language.conditions import Named
from app.language.conditions import walk as walk_condition
from app.language.definition import Routine
from app.language.parties import NamedParty
from app.language.parties import walk as walk_party
from app.language.read import Node
from app.language.reading import Reading
from app.language.said import said

MOST_NODES = 1000
MOST_STEPS = 20

Uses = Mapping[str, tuple[int, list[str]]]
"""Of each name, how large it is by itself, and the names in it."""


def check_size(reading: Reading, routine: Routine, root: Node) -> bool:
    """Whether a party or a guard is too large with the names in it written out; needs names without rings."""
    parties = {name: list(walk_party(party)) for name, party in routine.parties.items()}
    guards = {name: list(walk_condition(guard.needs)) for name, guard in routine.guards.items()}
    found = [
        *_too_large(
            "parties", {n: (len(of), [e.name for e in of if isinstance(e, NamedParty)]) for n, of in parties.items()}
        ),
        *_too_large(
            "guards", {n: (len(of), [e.guard for e in of if isinstance(e, Named)]) for n, of in guards.items()}
        ),
    ]
    for section, name in found:
        endless = said(
            '"%(name)s" is too large with the names in it written out; name fewer inside one another', name=name
        )
        reading.wrong(root.where(section, name), endless)
    return bool(found)


def _too_large(section: str, uses: Uses) -> list[tuple[str, str]]:
    """The lowest names that are; those that use them are, too, and aren't told."""
    sizes = _sizes(uses)
    large = {name for name, (nodes, steps) in sizes.items() if nodes > MOST_NODES or steps > MOST_STEPS}
    return [(section, name) for name in uses if name in large and not large & set(uses[name][1])]


def _sizes(uses: Uses) -> dict[str, tuple[int, int]]:
    """How many nodes each name stands for, and how many steps deep; without recursion, as the names may go deep."""
    known: dict[str, tuple[int, int]] = {}
    waiting = list(uses)
    while waiting:
        own, names = uses[waiting[-1]]
        within = [name for name in names if name in uses]
        if unknown := [name for name in within if name not in known]:
            waiting += unknown
            continue
        nodes = own + sum(known[name][0] for name in within)
        known[waiting.pop()] = nodes, 1 + max((known[name][1] for name in within), default=0)
    return known
