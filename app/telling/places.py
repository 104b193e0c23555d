"""Where the boxes of a flow stand: the main way from left to right in one row, everything else in a row below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.telling.arrows import START, Arrow, Graph

Cell = tuple[int, int]
"""A row (0 = the main way, 1 = the others) and a column."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Each box's cell, and the arrows gathered: those with the same words that meet in one box are one."""

    cells: Mapping[str, Cell]
    straight: tuple[Arrow, ...]
    bent: tuple[Arrow, ...]

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return 1 + max((column for _, column in self.cells.values()), default=0)


def place(drawing: Graph) -> Placed:
    """Give every box its cell, and tell arrows between neighbours from those that go round."""
    main = _main(drawing)
    cells = {name: (0, column) for column, name in enumerate(main)}
    _place_others(drawing, cells, first=1 if START in main else 0)
    straight, bent = _straight(drawing.arrows, cells)
    return Placed(cells, tuple(straight), tuple(_gathered(bent, cells)))


def reading_order(drawing: Graph) -> list[str]:
    """Give the boxes as one reads about them: along the main way, then the others in the flow's own order."""
    main = _main(drawing)
    return [*main, *(name for name in drawing.boxes if name not in main)]


# -- the main way --------------------------------------------------------------


def _main(drawing: Graph) -> list[str]:
    """Find the way with most that is only its own, from where everything begins to an end."""
    names = [name for name in drawing.boxes if name != START and drawing.boxes[name].kind != "other"]
    if not names:
        return list(drawing.boxes)
    weights = _weights(drawing.arrows)
    starts = [arrow.targets[0] for arrow in drawing.arrows if arrow.sources == (START,)]
    first = next((name for name in starts if name in names), names[0])
    best = _best_ways(names, first, weights)
    ends = [name for name in best if drawing.boxes[name].kind == "end"] or list(best)
    last = max(ends, key=lambda name: (best[name][0], -names.index(name)))
    return [*([START] if START in drawing.boxes else []), *best[last][1]]


def _weights(arrows: Sequence[Arrow]) -> dict[tuple[str, str], float]:
    """Weigh each way: a move that leads away from everywhere says little about the main way."""
    everywhere: dict[str, set[str]] = {}
    for arrow in arrows:
        for move in arrow.moves:
            everywhere.setdefault(move, set()).update(arrow.sources)
    found: dict[tuple[str, str], float] = {}
    for arrow in arrows:
        weight = max(1 / len(everywhere[move]) for move in arrow.moves)
        way = (arrow.sources[0], arrow.targets[0])
        found[way] = max(weight, found.get(way, 0))
    return found


def _best_ways(
    names: list[str], first: str, weights: Mapping[tuple[str, str], float]
) -> dict[str, tuple[float, list[str]]]:
    """The heaviest way from the first box to each one, forwards in the flow's own order only."""
    best: dict[str, tuple[float, list[str]]] = {first: (0.0, [first])}
    for name in names[names.index(first) + 1 :]:
        leading = [
            (best[before][0] + weights[before, name], [*best[before][1], name])
            for before in best
            if (before, name) in weights
        ]
        if leading:
            best[name] = max(leading, key=lambda way: way[0])
    return best


# -- the others ----------------------------------------------------------------


def _place_others(drawing: Graph, cells: dict[str, Cell], first: int) -> None:
    """Put every other box in the row below, as near as can be to the boxes it has to do with."""
    main = dict(cells)
    others = [name for name in drawing.boxes if name not in main]
    wishes = {name: _wish(name, drawing.arrows, main, first) for name in others}
    taken: set[int] = set()
    for name in sorted(others, key=lambda name: (wishes[name], others.index(name))):
        free = (column for column in range(first, first + len(main) + len(others)) if column not in taken)
        column = min(free, key=lambda column: (abs(column - wishes[name]), column))
        taken.add(column)
        cells[name] = (1, column)


def _wish(name: str, arrows: Sequence[Arrow], main: Mapping[str, Cell], first: int) -> float:
    """The middle of the columns of the boxes it is joined to."""
    near = [
        main[other][1]
        for arrow in arrows
        for other in (*arrow.sources, *arrow.targets)
        if name in (*arrow.sources, *arrow.targets) and other in main and other != START
    ]
    return sum(near) / len(near) if near else float(first)


# -- arrows --------------------------------------------------------------------


def _straight(arrows: Sequence[Arrow], cells: Mapping[str, Cell]) -> tuple[list[Arrow], list[Arrow]]:
    """Tell the arrows between neighbours of a row from the others; between two neighbours there is room for one."""
    taken: set[tuple[int, int]] = set()
    found: tuple[list[Arrow], list[Arrow]] = ([], [])
    for arrow in arrows:
        (row, column), (there, other) = cells[arrow.sources[0]], cells[arrow.targets[0]]
        gap = (row, min(column, other))
        near = row == there and other - column in ((1,) if row == 0 else (1, -1))
        if near and gap not in taken:
            taken.add(gap)
            found[0].append(arrow)
        else:
            found[1].append(arrow)
    return found


def channel(arrow: Arrow, cells: Mapping[str, Cell]) -> int:
    """The space an arrow goes through: 0 above the main way, 1 between the rows, 2 below the others."""
    return cells[arrow.sources[0]][0] + cells[arrow.targets[0]][0]


def _gathered(arrows: Sequence[Arrow], cells: Mapping[str, Cell]) -> list[Arrow]:
    """Draw as one what has the same words and the same end; of the rest, what has the same words and beginning."""
    into = _by(arrows, lambda arrow: (arrow.targets, arrow.labels, arrow.diff, channel(arrow, cells)))
    alone = [group[0] for group in into if len(group) == 1]
    joined = [_join(group) for group in into if len(group) > 1]
    out = _by(alone, lambda arrow: (arrow.sources, arrow.labels, arrow.diff, channel(arrow, cells)))
    return joined + [_join(group) for group in out]


def _by(arrows: Sequence[Arrow], key: object) -> list[list[Arrow]]:
    groups: dict[object, list[Arrow]] = {}
    for arrow in arrows:
        groups.setdefault(key(arrow), []).append(arrow)  # type: ignore[operator]
    return list(groups.values())


def _join(group: Sequence[Arrow]) -> Arrow:
    sources = tuple(dict.fromkeys(name for arrow in group for name in arrow.sources))
    ends = tuple(dict.fromkeys(name for arrow in group for name in arrow.targets))
    return Arrow(sources, ends, group[0].labels, group[0].moves, group[0].diff)
