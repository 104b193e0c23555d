"""Ways through a graph given as node -> nodes it leads to."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def reached(starts: Iterable[N], leads: Mapping[N, Collection[N]]) -> set[N]:
    """The starts and everything they lead to."""
    found: set[N] = set()
    waiting = list(starts)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(leads.get(node, ()))
    return found


def rings(leads: Mapping[N, Collection[N]]) -> list[list[N]]:
    """Groups of nodes that lead to each other, each node in one group, in the mapping's order."""
    found: list[list[N]] = []
    after = {node: reached(leads[node], leads) for node in leads}
    for node in leads:
        if node in after[node] and not any(node in ring for ring in found):
            found.append([other for other in leads if other in after[node] and node in after[other]])
    return found
