"""A flow drawn: states as boxes, moves as arrows, open cases in the boxes, and what a draft changes marked.

The drawing is made on the server, the same for the same routine, and says everything it shows in words too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from app.i18n import force_locale, gettext, ngettext, say
from app.language.definition import Flow, Routine
from app.telling.arrows import SIGNS, START, Arrow, Box, Graph, graph
from app.telling.difference import FlowDiff
from app.telling.names import listed, quoted
from app.telling.places import Placed, place
from app.telling.text import LINE, lines_of, wrapped
from app.telling.tracks import Plan, Run, plan

ROUND = 7
HEAD = 9


def picture(
    routine: Routine,
    flow: Flow,
    language: str,
    *,
    counts: Mapping[str, int] | None = None,
    diff: FlowDiff | None = None,
    mark: frozenset[str] = frozenset(),
    name: str = "flow",
) -> Markup:
    """Draw the flow as SVG.

    `counts` has the open cases of each state, `diff` what a draft does to the flow, `mark` the states and moves to
    point out; `name` makes the drawing's ids its own on the page.
    """
    with force_locale(language):
        drawing = graph(routine, flow, language, diff)
        placed = place(drawing)
        pen = _Pen(drawing, placed, plan(drawing, placed), counts, mark)
        return pen.svg(say(flow.label, language), name)


@dataclass(frozen=True)
class _Pen:
    """Writes one drawing."""

    drawing: Graph
    placed: Placed
    plan: Plan
    counts: Mapping[str, int] | None
    mark: frozenset[str]

    def svg(self, title: str, name: str) -> Markup:
        """Give the whole drawing."""
        plan = self.plan
        width, height = plan.right - plan.left, plan.bottom - plan.top
        frame = Markup('viewBox="{} {} {} {}" width="{}" height="{}"').format(
            *map(_n, (plan.left, plan.top, width, height, width, height))
        )
        parts = [*self._arrows(), *self._boxes(), *self._words()]
        return Markup(
            '<svg class="drawing" data-flow="true" {frame} role="img" aria-labelledby="{name}-title {name}-desc">'
            '<title id="{name}-title">{title}</title><desc id="{name}-desc">{desc}</desc>{parts}</svg>'
        ).format(
            frame=frame,
            name=name,
            title=gettext("States and moves in “%(flow)s”", flow=title),
            desc=in_words(self.drawing, self.counts),
            parts=Markup("").join(parts),
        )

    # -- boxes ---------------------------------------------------------------

    def _at(self, name: str) -> tuple[float, float, float]:
        row, column = self.placed.cells[name]
        left, width = self.plan.columns[column]
        return left, self.plan.tops[row], width

    def _boxes(self) -> Iterator[Markup]:
        for box in self.drawing.boxes.values():
            left, top, width = self._at(box.name)
            if box.kind == "start":
                middle = (left + width / 2, top + self.plan.height / 2)
                yield Markup('<circle class="start" cx="{}" cy="{}" r="8"/>').format(*map(_n, middle))
            else:
                yield _group(box.diff, self._box(box, left, top, width))

    def _box(self, box: Box, left: float, top: float, width: float) -> Markup:
        kind = "current" if box.name in self.mark else box.kind
        attribute = Markup(' data-kind="{}"').format(kind) if kind else Markup("")
        lines = wrapped(SIGNS[box.diff] + box.label)
        small = open_in_words(box, self.counts)
        y = top + self.plan.height / 2 + 5 - (17 * (len(lines) - 1) + (18 if small else 0)) / 2
        texts = [_text(left + width / 2, y + 17 * place, line, "middle", "") for place, line in enumerate(lines)]
        if small:
            texts.append(_text(left + width / 2, y + 17 * (len(lines) - 1) + 19, small, "middle", "small"))
        rect = Markup('<rect class="box"{} x="{}" y="{}" width="{}" height="{}" rx="6"/>').format(
            attribute, *map(_n, (left, top, width, self.plan.height))
        )
        return rect + Markup("").join(texts)

    # -- arrows --------------------------------------------------------------

    def _arrows(self) -> Iterator[Markup]:
        for arrow in self.placed.straight:
            yield _group(arrow.diff, self._across(arrow), marked=self._is_marked(arrow))
        for run in self.plan.runs:
            yield _group(run.arrow.diff, Markup("").join(self._round(run)), marked=self._is_marked(run.arrow))

    def _is_marked(self, arrow: Arrow) -> bool:
        return bool(self.mark.intersection(arrow.moves))

    def _ends(self, arrow: Arrow) -> tuple[float, float, float]:
        """Where an arrow between neighbours begins and ends, and at which height."""
        (left, top, width), (other, _, far) = self._at(arrow.sources[0]), self._at(arrow.targets[0])
        y = top + self.plan.height / 2
        begin = left + width - (2 if arrow.sources[0] == START else 0)
        return (begin, other, y) if left < other else (left, other + far, y)

    def _across(self, arrow: Arrow) -> Markup:
        begin, end, y = self._ends(arrow)
        way = HEAD if begin < end else -HEAD
        head = _path("head", f"M{_n(end)} {_n(y)}l{_n(-way)} -4.5v9z")
        return _path("line", f"M{_n(begin)} {_n(y)}H{_n(end - way + way / 4)}") + head

    def _round(self, run: Run) -> Iterator[Markup]:
        for x, name in run.sources:
            for end, target in run.targets:
                yield self._one(run, (x, self._edge(run, name)), (end, self._edge(run, target)))
        for end, target in run.targets:
            y = self._edge(run, target)
            down = HEAD if run.channel == 1 and y > run.y - 1 and self.placed.cells[target][0] == 1 else -HEAD
            down = HEAD if run.channel == 0 else down
            yield _path("head", f"M{_n(end)} {_n(y)}l-4.5 {_n(-down)}h9z")

    def _edge(self, run: Run, name: str) -> float:
        """Height of the side of a box that the run's channel lies at."""
        row = self.placed.cells[name][0]
        top = self.plan.tops[row]
        if name == START:
            middle = top + self.plan.height / 2
            return middle - 8 if run.channel == 0 else middle + 8
        return top if (run.channel, row) in ((0, 0), (1, 1)) else top + self.plan.height

    @staticmethod
    def _one(run: Run, begin: tuple[float, float], end: tuple[float, float]) -> Markup:
        """Draw one leg along the track to another, with round corners."""
        (x, y), (to_x, to_y) = begin, end
        short = to_y + (HEAD * 0.75 if to_y < run.y else -HEAD * 0.75)
        if abs(x - to_x) < 1:
            short = to_y + (HEAD * 0.75 if to_y < y else -HEAD * 0.75)
            return _path("line", f"M{_n(x)} {_n(y)}V{_n(short)}")
        turn = min(ROUND, abs(to_x - x) / 2)
        aside = turn if to_x > x else -turn
        first = turn if run.y > y else -turn
        last = turn if to_y > run.y else -turn
        corner = f"Q{_n(x)} {_n(run.y)} {_n(x + aside)} {_n(run.y)}"
        second = f"Q{_n(to_x)} {_n(run.y)} {_n(to_x)} {_n(run.y + last)}"
        return _path("line", f"M{_n(x)} {_n(y)}V{_n(run.y - first)}{corner}H{_n(to_x - aside)}{second}V{_n(short)}")

    # -- words on arrows -----------------------------------------------------

    def _words(self) -> Iterator[Markup]:
        for arrow in self.placed.straight:
            begin, end, y = self._ends(arrow)
            yield _label(lines_of(arrow.labels, narrow=True), (begin + end) / 2, y - 7, "middle", arrow.diff)
        for run in self.plan.runs:
            yield _label(run.lines, run.left, run.y - 5, "start", run.arrow.diff)


def _label(lines: list[str], x: float, bottom: float, anchor: str, diff: str) -> Markup:
    first = bottom - LINE * (len(lines) - 1)
    texts = (_text(x, first + LINE * place, line, anchor, "small") for place, line in enumerate(lines))
    return _group(diff, Markup("").join(texts))


def _group(diff: str, inside: Markup, *, marked: bool = False) -> Markup:
    attributes = Markup(' data-diff="{}"').format(diff) if diff else Markup("")
    return Markup("<g{}{}>{}</g>").format(attributes, Markup(' data-marked="true"') if marked else "", inside)


def _path(kind: str, way: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(kind, way)


def _text(x: float, y: float, text: str, anchor: str, kind: str) -> Markup:
    attribute = Markup(' class="{}"').format(kind) if kind else Markup("")
    return Markup('<text{} x="{}" y="{}" text-anchor="{}">{}</text>').format(attribute, _n(x), _n(y), anchor, text)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


# -- the same in words -----------------------------------------------------------


def open_in_words(box: Box, counts: Mapping[str, int] | None) -> str:
    """What stands under a state's name: its open cases, that it ends the case, or what the draft does to it."""
    count = (counts or {}).get(box.name, 0)
    number = ngettext("%(num)d open", "%(num)d open", count)
    if box.diff == "removed":
        return gettext("%(open)s: must be moved", open=number) if count else gettext("removed")
    if box.diff == "added":
        return gettext("new state")
    if box.kind == "end":
        return gettext("finished state")
    return number if counts is not None and not box.kind else ""


def in_words(drawing: Graph, counts: Mapping[str, int] | None) -> str:
    """All that the drawing shows, as a text."""
    boxes = [box for box in drawing.boxes.values() if box.kind != "start"]
    told = [gettext("States: %(states)s.", states=listed(_named(box, counts) for box in boxes))]
    for arrow in drawing.arrows:
        moves = listed(quoted(label) for label in arrow.labels)
        target = drawing.boxes[arrow.targets[0]].label
        if arrow.sources[0] == START:
            told.append(gettext("It begins with %(moves)s and leads to %(target)s.", moves=moves, target=target))
        else:
            source = drawing.boxes[arrow.sources[0]].label
            told.append(gettext("From %(source)s to %(target)s: %(moves)s.", source=source, target=target, moves=moves))
    return " ".join(told)


def _named(box: Box, counts: Mapping[str, int] | None) -> str:
    small = open_in_words(box, counts)
    label = SIGNS[box.diff] + box.label
    return f"{label} ({small})" if small else label
