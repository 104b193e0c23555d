"""What the coverage page shows: each cell in words, and of one cell why it is so and how to mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from sqlalchemy import func, not_, or_, select

from app.change.coverage import Cell, Grid, Worry, of
from app.change.explain import Explained, Said, explain, naming, short
from app.change.reach import first_flow
from app.change.routing_rows import RowFault, row_faults
from app.i18n import day, gettext, ngettext, say
from app.routing.organisation import AreaCopy, UnitCopy
from app.studio.scene import Scene
from app.telling.names import listed
from app.web.database import db
from app.web.grants import me
from app.web.here import context
from model import StuckCase, Subject

MOST_TOLD = 5
MOST_CASES = 10
TONES = {"hole": "danger", "fallen": "danger", "warning": "warning", "inherited": "neutral", "covered": ""}


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell in words, on one or two lines; `tone` is its colour, and `sign` says the same without one.

    The sign stands before the line that it is about, the second where `low`.
    """

    cell: Cell
    first: str
    second: str = ""
    tone: str = ""
    sign: str = ""
    low: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """A role at a unit that somebody can be given."""

    role: str
    unit: str
    label: str
    deputy: bool = False


@dataclass(frozen=True)
class CoveragePage:
    """The grid of one scene; `chosen` is the cell asked about, `everything` shows what no case can come from, too."""

    scene: Scene
    everything: bool = False

    @cached_property
    def grid(self) -> Grid:
        """The coverage."""
        return of(self.scene.context)

    @property
    def units(self) -> list[UnitCopy]:
        """The units shown."""
        return [unit for unit in self.grid.units if self.everything or unit.id in self.grid.possible]

    @property
    def areas(self) -> list[AreaCopy]:
        """The areas shown."""
        return [area for area in self.grid.areas if self.everything or area.id not in self.grid.closed]

    @property
    def left_out(self) -> tuple[int, int]:
        """How many units and areas no case can come from."""
        return len(self.grid.units) - len(self.grid.possible), len(self.grid.closed)

    def level(self, unit: UnitCopy) -> int:
        """How deep the unit lies among those shown, from 1."""
        return self.grid.levels[unit.id] - self._highest + 1

    @cached_property
    def _highest(self) -> int:
        return min((self.grid.levels[unit.id] for unit in self.units), default=0)

    def rows(self) -> Iterator[tuple[UnitCopy, list[Shown]]]:
        """Each unit with its cells in words."""
        for unit in self.units:
            yield unit, [self.shown(self.grid.cell(unit.id, area.id)) for area in self.areas]

    def find(self, unit: str, area: str) -> Cell | None:
        """The cell of these names."""
        organisation = self.grid.organisation
        place, about = organisation.unit_by_name.get(unit), organisation.area_by_name.get(area)
        return self.grid.cells.get((place.id, about.id)) if place and about else None

    # -- in words --------------------------------------------------------------

    def shown(self, cell: Cell) -> Shown:
        """The cell in words."""
        if cell.area.id in self.grid.closed:
            return Shown(cell, gettext("Not handled here"))
        if not cell.matters:
            return Shown(cell, self._receiver(cell) or gettext("Nobody"))
        first, second = self._lines(cell)
        signs = {"hole": "✕", "fallen": "✕", "warning": "!", "inherited": "↑"}
        return Shown(cell, first, second, TONES[cell.kind], signs.get(cell.kind, ""), low=cell.kind == "warning")

    def _lines(self, cell: Cell) -> tuple[str, str]:
        match cell.kind:
            case "hole":
                return gettext("Nobody"), ""
            case "fallen":
                gap = missing(cell)
                lacking = gettext("No %(role)s", role=self._role(gap[0])) if gap else gettext("Nobody")
                return lacking, gettext("goes to %(receiver)s", receiver=self._receiver(cell))
            case "inherited":
                return gettext("Inherited from %(unit)s", unit=self._at(cell)), ""
            case "warning":
                here = cell.at == cell.unit.id
                first = self._role(cell.role) if here else gettext("From %(unit)s", unit=self._at(cell))
                return first, self.worry(cell, cell.worries[0])
            case _:
                return self._receiver(cell), gettext("and deputy") if cell.stand_ins else ""

    def _role(self, role: str) -> str:
        return naming(self.grid.organisation).role(role)

    def _at(self, cell: Cell) -> str:
        return short(self.grid.organisation.units[cell.at]) if cell.at is not None else ""

    def _receiver(self, cell: Cell) -> str:
        """Who has it: the function, and how many hold it where they are several."""
        if not cell.role:
            return listed(
                self.scene.context.world(self.scene.context.routine).person(each) for each in cell.found.people
            )
        count = len(cell.holders)
        return f"{self._role(cell.role)} ({count})" if count > 1 else self._role(cell.role)

    def worry(self, cell: Cell, worry: Worry) -> str:
        """Say what may soon be wrong."""
        if worry.why == "alone" or worry.on is None:
            deputy = bool(cell.holders) and cell.holders[0].deputy
            return gettext("only the deputy is there") if deputy else gettext("no deputy")
        if worry.why == "away":
            return gettext("away from %(day)s", day=day(worry.on))
        return gettext("ends %(day)s", day=day(worry.on - timedelta(days=1)))

    # -- what is wrong ---------------------------------------------------------

    @cached_property
    def holes(self) -> list[Cell]:
        """Cells where the first one meant to have the case is missing."""
        return [cell for cell in self.grid.cells.values() if cell.matters and cell.open]

    def told_holes(self) -> list[str]:
        """Say the holes, those with the same cause together."""
        counted = Counter(
            (missing(cell), cell.role, cell.unit.id if missing(cell) is None else 0) for cell in self.holes
        )
        texts = [self._told_hole(gap, role, unit, count) for (gap, role, unit), count in counted.items()]
        rest = len(texts) - MOST_TOLD
        more = [ngettext("And %(num)d more.", "And %(num)d more.", rest)] if rest > 0 else []
        return [*texts[:MOST_TOLD], *more]

    def _told_hole(self, gap: tuple[str, int] | None, role: str, unit: int, count: int) -> str:
        units = self.grid.organisation.units
        if gap is None:
            return gettext("Nobody gets cases from %(unit)s.", unit=short(units[unit]))
        words = {"unit": short(units[gap[1]]), "role": self._role(gap[0])}
        told = ngettext(
            "%(unit)s has no %(role)s (%(num)d cell).", "%(unit)s has no %(role)s (%(num)d cells).", count, **words
        )
        if not role:
            return told
        return f"{told} " + gettext("Such cases go to %(receiver)s meanwhile.", receiver=self._role(role))

    def row_faults(self) -> list[RowFault]:
        """What is wrong with the routing table."""
        return row_faults(self.scene.context.organisation, self.scene.context.routine)


def missing(cell: Cell) -> tuple[str, int] | None:
    """Role and unit of the first one meant to have it who isn't there."""
    if not cell.open:
        return None
    return next(((s["role"], s["unit"]) for s in cell.found.steps if s["step"] == "role" and not s["ok"]), None)


@dataclass(frozen=True)
class Why:
    """One cell explained."""

    page: CoveragePage
    cell: Cell

    @property
    def title(self) -> str:
        """Which cell, and how it stands."""
        area = say(self.cell.area.label)
        states = {
            "hole": gettext("nobody gets the case"),
            "fallen": gettext("a reserve gets the case"),
            "warning": ", ".join(self.page.worry(self.cell, each) for each in self.cell.worries),
            "inherited": gettext("inherited from the level above"),
            "covered": gettext("covered"),
        }
        state = states[self.cell.kind] if self.cell.matters else gettext("no case comes from here")
        return gettext("%(unit)s · %(area)s: %(state)s", unit=short(self.cell.unit), area=area, state=state)

    @cached_property
    def explained(self) -> Explained:
        """What the router does, step by step."""
        here = self.page.scene.context
        answers = {"unit": self.cell.unit.name, "area": self.cell.area.name}
        return explain(here.facts_of_new(first_flow(here.routine), answers))

    def steps(self) -> list[Said]:
        """Each step, who has it in the end, and what to watch."""
        told = self.cell.matters and not self.cell.open
        worries = [self._worry(each) for each in self.cell.worries] if told else []
        return [*self.explained.steps, self.explained.end, *worries]

    def _worry(self, worry: Worry) -> Said:
        text = self.page.worry(self.cell, worry)
        return Said(gettext("Note: %(text)s.", text=text), ok=False)

    def door(self) -> str:
        """Where the area's reports belong instead."""
        return say(self.cell.area.door)

    @property
    def closed(self) -> bool:
        """Whether the routine sends reports of this area elsewhere."""
        return self.cell.area.id in self.page.grid.closed

    def cases(self) -> tuple[int, list[tuple[str, bool]]]:
        """How many open cases there are here, and the first that are stuck: number, whether the reader may open it."""
        here = Subject.unit_id == self.cell.unit.id, Subject.area_id == self.cell.area.id
        mine = (Subject.kind == "case", not_(Subject.finished), *here)
        count = db.session.scalar(select(func.count()).select_from(Subject).where(*mine)) or 0
        waits = or_(Subject.orphaned, Subject.id.in_(select(StuckCase.subject_id)))
        stuck = db.session.scalars(
            select(Subject.number).where(*mine, waits).order_by(Subject.id).limit(MOST_CASES)
        ).all()
        person = me()
        seen = context().viewer(person.id if person else None).visible()
        may = set(db.session.scalars(select(Subject.number).where(Subject.number.in_(stuck), seen))) if stuck else set()
        return count, [(number, number in may) for number in stuck]

    def post(self) -> Post | None:
        """The function that mends it when somebody is given it; None where the rule names no function."""
        role, unit = missing(self.cell) or (self.cell.role, self._place())
        if not role or unit is None:
            return None
        names, place = naming(self.page.grid.organisation), self.page.grid.organisation.units[unit]
        label = gettext("%(role)s at %(unit)s", role=names.role(role), unit=short(place))
        alone = any(each.why == "alone" for each in self.cell.worries)
        return Post(role, place.name, label, deputy=self.cell.kind == "warning" and alone)

    def _place(self) -> int | None:
        return self.cell.unit.id if self.cell.kind == "inherited" else self.cell.at
