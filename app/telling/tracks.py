"""How arrows run between boxes: each along its own track through a channel, so that no two words lie on each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.telling.arrows import SIGNS, Arrow, Graph
from app.telling.places import Placed, channel
from app.telling.text import BOX, LETTER, LINE, lines_of, wrapped

START_WIDTH = 20
NARROW = 62
MARGIN = 18
STEP = 24
"""Between arrows that end at the same side of a box, where there is room for it."""


@dataclass(slots=True)
class Run:
    """One arrow's way through its channel.

    `sources` and `targets` are (x, box) of its legs, `y` is the height of its track, `left` is where its words begin;
    `before` puts the words of one that goes straight up or down on its left.
    """

    arrow: Arrow
    channel: int
    sources: list[tuple[float, str]] = field(default_factory=list)
    targets: list[tuple[float, str]] = field(default_factory=list)
    y: float = 0
    left: float = 0
    before: bool = False

    @property
    def lines(self) -> list[str]:
        """Its words."""
        return lines_of(self.arrow.labels)

    @property
    def width(self) -> float:
        """How wide its words are."""
        return max(len(line) for line in self.lines) * LETTER

    @property
    def height(self) -> float:
        """How much of the channel it takes."""
        return len(self.lines) * LINE + 12

    @property
    def legs(self) -> list[float]:
        """Where it goes up or down."""
        return [x for x, _ in (*self.sources, *self.targets)]

    @property
    def upright(self) -> bool:
        """Whether it goes straight up or down."""
        return len(set(self.legs)) == 1

    @property
    def span(self) -> tuple[float, float]:
        """From where to where it takes the track, with its words."""
        first, last = min(self.legs), max(self.legs)
        if self.upright:
            return (first - self.width - 14, first + 6) if self.before else (first - 6, first + self.width + 14)
        spare = max(0.0, self.width + 8 - (last - first)) / 2
        return first - spare - 6, last + spare + 6


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything is: columns' left edges and widths, rows' tops, the box height, and the runs."""

    columns: tuple[tuple[float, float], ...]
    tops: tuple[float, float]
    height: float
    runs: tuple[Run, ...]
    bottom: float
    left: float
    right: float
    top: float


def plan(drawing: Graph, placed: Placed) -> Plan:
    """Give every box and every arrow its place."""
    columns = _columns(drawing, placed)
    height = (
        26.0 + 17 * max((len(wrapped(SIGNS[box.diff] + box.label)) for box in drawing.boxes.values()), default=1) + 8
    )
    runs = _runs(placed, columns)
    stacks = [_tracks([run for run in runs if run.channel == each]) for each in (0, 1, 2)]
    spare = _spare(placed, height)
    tops = _heights(stacks, height, spare, below=any(row for row, _ in placed.cells.values()))
    for run in runs:
        _put_words(run, runs)
    below = tops[1] if any(row for row, _ in placed.cells.values()) else tops[0]
    edges = [edge for run in runs for edge in run.span]
    return Plan(
        columns=columns,
        tops=tops,
        height=height,
        runs=tuple(runs),
        bottom=max([below + height, *(run.y for run in runs)]) + 6,
        left=min([columns[0][0], *edges]) - 6,
        right=max([columns[-1][0] + columns[-1][1], *edges]) + 6,
        top=min([tops[0] - spare[0], *(run.y - run.height for run in runs)]) - 6,
    )


def _columns(drawing: Graph, placed: Placed) -> tuple[tuple[float, float], ...]:
    kinds = {placed.cells[name][1]: box.kind for name, box in drawing.boxes.items() if placed.cells[name][0] == 0}
    gaps: dict[int, float] = {}
    for arrow in placed.straight:
        column = min(placed.cells[name][1] for name in (arrow.sources[0], arrow.targets[0]))
        width = max(len(line) for line in lines_of(arrow.labels, narrow=True)) * LETTER + 30
        gaps[column] = max(gaps.get(column, NARROW), width)
    found, x = [], 0.0
    for column in range(placed.columns):
        width = START_WIDTH if kinds.get(column) == "start" else BOX
        found.append((x, float(width)))
        x += width + gaps.get(column, NARROW)
    return tuple(found)


# -- legs ----------------------------------------------------------------------


def _runs(placed: Placed, columns: Sequence[tuple[float, float]]) -> list[Run]:
    runs = [Run(arrow, channel(arrow, placed.cells)) for arrow in placed.bent]
    for each in (0, 1, 2):
        mine = [run for run in runs if run.channel == each]
        for column, (left, width) in enumerate(columns):
            _fan(mine, column, left + width / 2, width, placed)
    return runs


def _fan(runs: Sequence[Run], column: int, middle: float, width: float, placed: Placed) -> None:
    """Spread the legs of one column over the width of its boxes, in the order of where they lead."""
    legs = [run for run in runs if any(placed.cells[name][1] == column for name in _names(run))]
    legs.sort(key=lambda run: (_elsewhere(run, column, placed), runs.index(run)))
    step = min(float(STEP), width * 0.84 / max(1, len(legs)))
    for place, run in enumerate(legs):
        x = middle + (place - (len(legs) - 1) / 2) * step
        run.sources += [(x, name) for name in run.arrow.sources if placed.cells[name][1] == column]
        run.targets += [(x, name) for name in run.arrow.targets if placed.cells[name][1] == column]
    upright = [run for run in legs if run.upright and len(run.legs) == len(_names(run))]
    if len(upright) > 1 or (upright and len(legs) > 1 and upright[0] is legs[0]):
        upright[0].before = True


def _names(run: Run) -> tuple[str, ...]:
    return (*run.arrow.sources, *run.arrow.targets)


def _elsewhere(run: Run, column: int, placed: Placed) -> float:
    others = [placed.cells[name][1] for name in _names(run) if placed.cells[name][1] != column]
    return sum(others) / len(others) if others else float(column)


# -- tracks --------------------------------------------------------------------


def _tracks(runs: Sequence[Run]) -> list[list[Run]]:
    """Give runs that would lie on each other tracks of their own, short ones nearest to the boxes."""
    tracks: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: run.span[1] - run.span[0]):
        fitting = (track for track in tracks if not any(_meet(run.span, other.span) for other in track))
        track = next(fitting, None)
        if track is None:
            tracks.append([run])
        else:
            track.append(run)
    return tracks


def _meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _spare(placed: Placed, height: float) -> tuple[float, float]:
    """How far the words between neighbours stand up above the boxes of each row."""
    found = [0.0, 0.0]
    for arrow in placed.straight:
        row = placed.cells[arrow.sources[0]][0]
        above = len(lines_of(arrow.labels, narrow=True)) * LINE + 10 - height / 2
        found[row] = max(found[row], above)
    return found[0], found[1]


def _heights(
    stacks: Sequence[list[list[Run]]], height: float, spare: tuple[float, float], *, below: bool
) -> tuple[float, float]:
    """Stack the tracks: upwards above the main way, downwards elsewhere. Gives the tops of both rows."""
    y = -MARGIN * 0.8 - spare[0]
    for track in stacks[0]:
        for run in track:
            run.y = y
        y -= max(run.height for run in track)
    between = _downwards(stacks[1], height)
    top = max(between + MARGIN, height + 2.4 * MARGIN) + spare[1] if below else 0.0
    _downwards(stacks[2], top + height)
    return 0.0, top


def _downwards(stack: Sequence[list[Run]], y: float) -> float:
    for track in stack:
        y += max(run.height for run in track)
        for run in track:
            run.y = y
    return y


def _put_words(run: Run, runs: Sequence[Run]) -> None:
    """Put a run's words where fewest other arrows go through them."""
    first, last = min(run.legs), max(run.legs)
    if run.upright:
        run.left = first - 8 - run.width if run.before else first + 8
        return
    room = last - first - run.width
    middle = (first + last - run.width) / 2
    if room <= 0:
        run.left = middle
        return
    places = [middle, *(first + 4 + (room - 8) * part / 12 for part in range(13))]
    through = [x for other in runs if other is not run and _passes(other, run) for x in other.legs]
    run.left = min(places, key=lambda left: sum(left - 4 < x < left + run.width + 4 for x in through))


def _passes(other: Run, run: Run) -> bool:
    """Whether the other's legs may go through the run's words."""
    if other.channel != run.channel:
        return False
    if run.channel == 1:
        return True
    return other.y < run.y if run.channel == 0 else other.y > run.y
