"""The handlers' list: its tabs, columns and filters, and what each row says of its case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

from flask import request
from sqlalchemy import CTE, ColumnElement, Select, and_, func, literal, not_, select, true

from app.access import Viewer
from app.i18n import gettext, language, lazy_gettext, ngettext, say
from app.language.definition import Flow, Routine
from app.web import apart
from app.web.cells import Due, Link, Tag, Two
from app.web.filters import MOST_CHOICES, Clause, Filter, equals
from app.web.here import actor, context
from app.web.interface import CAP
from app.web.paths import path_of
from app.web.shelf import shelf
from app.workflow import finding
from app.workflow.context import Context
from app.workflow.told import filled
from model import Case, Part, Subject
from model.base import NEVER

TABS = ("mine", "unit", "others", "all")
WORDS = "q"
"""The argument that a list is searched by."""
TONES = ("neutral", "warning", "info", "success")


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its name in the address, what it says, how many it holds (CAP + 1 = more), whether it is shown."""

    name: str
    label: str
    count: int | None
    current: bool

    @property
    def counted(self) -> str:
        """The count as people read it; nothing where none was asked for."""
        if self.count is None:
            return ""
        return f"({CAP}+)" if self.count > CAP else f"({self.count})"


def tab() -> str:
    """The tab asked for."""
    asked = request.args.get("tab", "")
    return asked if asked in TABS else TABS[0]


def clause_of(tab: str) -> ColumnElement[bool]:
    """Rows of a tab, within what its reader may see."""
    return context().viewer(actor().person).once(_clause, tab, Subject)


def _clause(viewer: Viewer, tab: str, table: Any) -> ColumnElement[bool]:
    seats, open_ = sorted(viewer.seats()), not_(table.finished)
    match tab:
        case "mine":
            return and_(open_, table.handler.in_(seats))
        case "unit":
            # Adding nothing keeps the index by unit out: whose they are narrows more, and most of a unit's are closed.
            return and_(open_, (table.unit_id + 0).in_(sorted(_units_of(viewer))))
        case "others":
            return and_(open_, not_(func.coalesce(table.handler.in_(seats), False)))
    return true()


def _units_of(viewer: Viewer) -> set[int]:
    """Units where the person has a role, and everything under them."""
    held = viewer.organisation.holdings_of.get(viewer.person or 0, ())
    return {unit for each in held for unit in viewer.organisation.under(each.unit)}


def counts(viewer: Viewer) -> Sequence[ColumnElement[int]]:
    """A capped count for each tab, as columns of one query."""
    return viewer.once(_counts)


def _counts(viewer: Viewer) -> Sequence[ColumnElement[int]]:
    # Told once for all tabs; but each is looked for by itself, and no further than its cap.
    columns = (Subject.handler, Subject.unit_id, Subject.finished)
    pieces = [select(*columns).where(piece, apart.IS_CASE) for piece in finding.pieces(viewer, Case)]
    seen = [each.cte(f"seen_{n}").prefix_with("NOT MATERIALIZED") for n, each in enumerate(pieces)]
    return [apart.number([_in_tab(viewer, tab, each) for each in seen]).label(f"n_{tab}") for tab in TABS]


def _in_tab(viewer: Viewer, tab: str, seen: CTE) -> Select[Any]:
    return select(literal(1)).select_from(seen).where(_clause(viewer, tab, seen.c))


def tabs(current: str, numbers: Sequence[int]) -> list[Tab]:
    """The tabs with their counts."""
    labels = {
        "mine": gettext("My tasks"),
        "unit": unit_label(),
        "others": gettext("Waiting for others"),
        "all": gettext("All, closed ones too"),
    }
    return [Tab(name, labels[name], n, name == current) for name, n in zip(TABS, numbers, strict=True)]


def unit_label() -> str:
    """Name of one's own unit, if one has a role at just one."""
    organisation, me = context().organisation, actor().person
    units = {h.unit for h in organisation.holdings if h.person == me}
    if len(units) != 1:
        return gettext("My units")
    unit = organisation.units[units.pop()]
    return unit.code or say(unit.label)


def filters() -> Sequence[Filter]:
    """What the list of any routine can be narrowed by."""
    viewer = context().viewer(actor().person)
    return shelf(viewer.organisation).get(("filters", viewer, language()), partial(_filters, viewer))


def _filters(viewer: Viewer) -> Sequence[Filter]:
    organisation, routine = viewer.organisation, viewer.routine
    areas = [(area.name, say(area.label)) for area in organisation.areas.values()]
    offered = viewer.once(_offered)
    units = [(u.name, f"{u.code} {say(u.label)}".strip()) for u in map(organisation.units.__getitem__, offered)]
    in_states = states(routine)
    return [
        Filter(
            WORDS,
            gettext("Search cases"),
            _search_for(Case),
            placeholder=gettext("Number or word"),
        ),
        Filter(
            "area",
            gettext("Area"),
            _in_area,
            "choice",
            lambda: areas,
            gettext("All areas"),
        ),
        Filter("unit", gettext("Unit"), _under_unit, "choice", lambda: units, gettext("All units")),
        Filter("state", gettext("State"), equals(Subject.state), "choice", lambda: in_states, gettext("All states")),
    ]


def _offered(viewer: Viewer) -> Sequence[int]:
    """Units to narrow by: of very many those where the person has a role, with all above and under them."""
    organisation = viewer.organisation
    if len(organisation.units) <= MOST_CHOICES:
        return tuple(organisation.units)
    mine = _units_of(viewer)
    near = mine.union(*(organisation.line(unit) for unit in mine))
    return tuple(unit for unit in organisation.units if unit in near)


def filters_of_actions() -> Sequence[Filter]:
    """What the list of actions of any routine can be narrowed by."""
    return [Filter(WORDS, gettext("Search actions"), _search_for(Part), placeholder=gettext("Number or word"))]


def _search_for(table: type[Subject]) -> Clause:
    """Look in the number and in whatever words one may read."""
    return lambda text: finding.searched(context(), context().viewer(actor().person), table, text)


def _in_area(name: str) -> ColumnElement[bool] | None:
    area = context().organisation.area_by_name.get(name)
    # Adding nothing keeps the index by area out: there are few areas, and whose they are narrows more.
    return and_((Subject.area_id + 0) == area.id, _read("area")) if area else None


def _under_unit(name: str) -> ColumnElement[bool] | None:
    organisation = context().organisation
    unit = organisation.unit_by_name.get(name)
    return and_(Subject.unit_id.in_(sorted(organisation.under(unit.id))), _read("unit")) if unit else None


def _read(field: str) -> ColumnElement[bool]:
    """Rows in which one may read the field: a filter must not tell what the row itself hides."""
    cases = [flow for flow in context().routine.flows.values() if not flow.part_of]
    return context().viewer(actor().person).reads(field, cases)


def states(routine: Routine) -> list[tuple[str, str]]:
    """States of the flows that make cases."""
    return [(s.name, say(s.label)) for flow in routine.flows.values() if not flow.part_of for s in flow.states.values()]


def cell(row: Subject, name: str, here: Context, viewer: Viewer, *, full: bool = False) -> Any:
    """What a row shows in a column; `row` is a case or a part, `full` = it is known that the viewer sees it wholly."""
    match name:
        case "number":
            heading = finding.heading_in_full if full else finding.heading
            return Link(heading(viewer, here.facts(row)), address(row), row.number)
        case "unit":
            return place(row, here)
        case "state":
            return state_tag(row, here)
        case "next_step":
            return next_step(row, here)
        case "due_at":
            return Due(None if row.due_at >= NEVER else row.due_at, row.finished)
        case "submitted_at":
            return row.submitted_at.astimezone(UTC)
    return getattr(row, name)


def glimpse(row: Subject, name: str, here: Context, fields: frozenset[str]) -> Any:
    """What a row shows in a column to somebody held to these fields of it."""
    match name:
        case "number":
            return Link("", address(row), row.number)
        case "unit":
            unit = here.organisation.units.get(row.unit_id or 0) if "unit" in fields else None
            area = here.organisation.areas.get(row.area_id or 0) if "area" in fields else None
            return Two((unit.code or say(unit.label)) if unit else "–", say(area.label) if area else "")
        case "state":
            return state_tag(row, here)
    return ""


def address(row: Subject) -> str:
    """Where the case or part is opened."""
    if isinstance(row, Case):
        return path_of("CaseView.one", number=row.number)
    return path_of("ActionView.one", number=row.number)


def place(row: Subject, here: Context) -> Two:
    """Unit, with the place in it if there is one, and area."""
    unit = here.organisation.units.get(row.unit_id) if row.unit_id else None
    area = here.organisation.areas.get(row.area_id) if row.area_id else None
    fields = here.edition(row).routine.fields
    spots = [value for name, value in row.answers.items() if name in fields and fields[name].type == "place"]
    where = [*spots[:1], (unit.code or say(unit.label)) if unit else None]
    return Two(" · ".join(str(w) for w in where if w) or gettext("No unit"), say(area.label) if area else "")


def state_tag(row: Subject, here: Context) -> Tag:
    """The state, its tone by how far along it is; finished states are neutral."""
    flow = here.edition(row).routine.flows[row.flow]
    tone = _tone(flow, row.state) or ("neutral" if isinstance(row, Case) else "success")
    return Tag(say(flow.states[row.state].label), tone)


@lru_cache(maxsize=1024)
def _tone(flow: Flow, state: str) -> str:
    """By how far along it is; none for a finished one."""
    unfinished = [s.name for s in flow.states.values() if not s.finished]
    return TONES[min(unfinished.index(state), len(TONES) - 1)] if state in unfinished else ""


def tells_deadlines(routine: Routine) -> bool:
    """Whether what blocks a next step may name a clock, so that rows need theirs."""
    return any("{" in text for guard in routine.guards.values() for text in guard.says.values())


def next_step(row: Subject, here: Context) -> Two:
    """What the case waits for."""
    step = row.next_step
    if not step or row.finished:
        return Two("")
    routine = here.edition(row).routine
    declared = routine.flows[step.get("flow") or row.flow].transitions.get(step["transition"] or "")
    guard = routine.guards.get(step.get("blocked") or "")
    label = say(declared.label) if declared else ""
    return Two(label, filled(guard.says, here.facts(row), language()) if guard else "")


def caption(tab: str, count: int, late: int) -> str:
    """Say how many wait for the reader and how many are late."""
    shown = f"{CAP}+" if count > CAP else count
    if tab != "mine":
        return ngettext("%(count)s case", "%(count)s cases", count, count=shown)
    said = ngettext("%(count)s case waits for you.", "%(count)s cases wait for you.", count, count=shown)
    passed = ngettext("%(num)d here is past its deadline.", "%(num)d here are past their deadline.", late)
    return f"{said} {passed}" if late else said


def is_late(row: Subject) -> bool:
    """Whether the nearest deadline has passed."""
    return not row.finished and row.due_at < datetime.now(UTC)


NO_CASES = lazy_gettext("No cases wait for you.")
