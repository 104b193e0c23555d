"""What the studio's first page says: what is stuck, what is late, and what comes soon - numbers, never content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from flask import url_for
from sqlalchemy import case, func, not_, select
from sqlalchemy.orm import joinedload

from app.change import coverage, drafts
from app.change.remedies import worst_first
from app.change.sweeping import RADAR, whole_of, why_stuck
from app.i18n import gettext, long_day, ngettext, say, today
from app.outbox import pausing, queue
from app.web.cells import Tag
from app.web.database import db
from app.web.here import context
from model import Draft, LastCheck, Migration, StuckCase, Subject, WorkflowEdition

MOST = 100
"""Stuck cases that are listed."""
SOON = timedelta(days=30)
EDITIONS = 5
NOBODY_HAS_IT = [{"why": "no_handler"}]
LACKS_PEOPLE = frozenset({"no_holder", "no_handler", "all_excluded"})


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that leads to what it counts."""

    count: int
    text: str
    tone: str
    href: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """A case that nobody can move, without a word of what it is about."""

    number: str
    unit: str
    state: Tag
    why: list[str]
    since: str
    mend: str
    href: str


@dataclass(frozen=True, slots=True)
class Queue:
    """The open cases of one unit."""

    name: str
    open: int
    late: int
    oldest: str


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that comes soon, with the way to it."""

    strong: str
    text: str
    href: str = ""
    link: str = ""


class Overview:
    """Everything on the page; each part is read once, when it is asked for."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    @cached_property
    def checked(self) -> LastCheck | None:
        """The radar's last check."""
        return db.session.get(LastCheck, RADAR)

    @property
    def failed(self) -> bool:
        """Whether the last check came to no end."""
        return self.checked is not None and bool(self.checked.result.get("failed"))

    @cached_property
    def stuck_count(self) -> int:
        """How many cases and actions are stuck."""
        return db.session.scalar(select(func.count()).select_from(self._stuck().subquery())) or 0

    @staticmethod
    def _stuck() -> Any:
        """Ask for what the check found, and for what has lost its handler since."""
        found = select(Subject, StuckCase).outerjoin(StuckCase, StuckCase.subject_id == Subject.id)
        return found.where(not_(Subject.finished), StuckCase.subject_id.is_not(None) | Subject.orphaned)

    @cached_property
    def stuck(self) -> list[Stuck]:
        """The first of them, those that have waited longest at the top."""
        longest = func.coalesce(StuckCase.since, Subject.changed_at)
        rows = db.session.execute(self._stuck().order_by(longest, Subject.id).limit(MOST))
        return [self._shown(subject, found) for subject, found in rows]

    def _shown(self, subject: Subject, found: StuckCase | None) -> Stuck:
        here, place = context(), whole_of(subject)
        reasons = found.reasons if found else NOBODY_HAS_IT
        unit = here.organisation.units.get(place.unit_id or 0)
        area = here.organisation.areas.get(place.area_id or 0)
        state = here.edition(subject).routine.flows[subject.flow].states.get(subject.state)
        mend, href = _mend(worst_first(reasons)[0]["why"], unit.name if unit else "", area.name if area else "")
        return Stuck(
            number=subject.number,
            unit=(unit.code or say(unit.label)) if unit else gettext("No unit"),
            state=Tag(say(state.label) if state else subject.state),
            why=why_stuck(here, subject, reasons)[:2],
            since=self._days(found.since if found else subject.changed_at),
            mend=mend,
            href=href,
        )

    def _days(self, since: datetime) -> str:
        days = (self.now - since).days
        return ngettext("%(num)d day", "%(num)d days", days) if days else gettext("today")

    @cached_property
    def holes(self) -> int:
        """How many units lack somebody for an area."""
        return len(coverage.holes(coverage.of(context())))

    @cached_property
    def queues(self) -> list[Queue]:
        """The open cases by unit, the worst first."""
        late = func.sum(case((Subject.due_at < self.now, 1), else_=0))
        query = select(Subject.unit_id, func.count(), late, func.min(Subject.submitted_at))
        query = query.where(Subject.kind == "case", not_(Subject.finished)).group_by(Subject.unit_id)
        rows = sorted(db.session.execute(query), key=lambda row: (-row[2], row[3]))
        units = context().organisation.units
        return [
            Queue(say(units[unit].label) if unit in units else gettext("No unit"), count, late, self._days(oldest))
            for unit, count, late, oldest in rows
        ]

    @cached_property
    def mails(self) -> tuple[int, datetime | None, int]:
        """How many mails wait, since when, and how many didn't arrive."""
        return queue.counts(db.session())

    @cached_property
    def paused(self) -> bool:
        """Whether no mail is sent, since a backup was restored."""
        return pausing.standing(db.session()) is not None

    @cached_property
    def draft(self) -> Draft | None:
        """The open draft."""
        return drafts.open_draft(db.session())

    @property
    def late(self) -> int:
        """How many cases are past their deadline."""
        return sum(each.late for each in self.queues)

    @property
    def well(self) -> bool:
        """Whether there is nothing to mend."""
        return not (self.stuck_count or self.holes or self.late or self.mails[2] or self.failed or self.paused)

    def tiles(self) -> Iterator[Tile]:
        """The numbers on top."""
        dead = self.mails[2]
        stuck, holes, late = self.stuck_count, self.holes, self.late
        counted = (
            (stuck, ngettext("case that nobody can move", "cases that nobody can move", stuck), "danger", "#stuck"),
            (holes, ngettext("hole in the coverage", "holes in the coverage", holes), "danger", _coverage()),
            (late, ngettext("case past its deadline", "cases past their deadline", late), "warning", "#queues"),
            (dead, ngettext("mail did not arrive", "mails did not arrive", dead), "warning", "#mails"),
        )
        for count, text, tone, href in counted:
            yield Tile(count, text, tone if count else "success", href)
        if self.draft is not None:
            yield Tile(1, gettext("draft is waiting"), "info", url_for("studio_publish.index"))

    def soon(self) -> Iterator[Line]:
        """What ends, is under way or waits."""
        yield from self._endings()
        if self.draft is not None:
            number = gettext("Draft of edition %(number)d", number=self.draft.base.number + 1)
            changed = gettext("changed last on %(day)s.", day=long_day(self.draft.changed_at))
            yield Line(number, changed, url_for("studio_publish.index"), gettext("See what it does"))
        for row in db.session.scalars(select(Migration).where(Migration.finished_at.is_(None)).order_by(Migration.id)):
            words = {"done": row.done, "total": max(row.total, row.done)}
            moving = gettext("%(done)d of %(total)d cases have been brought to the new edition.", **words)
            yield Line(gettext("Open cases are moving"), moving)

    @staticmethod
    def _endings() -> Iterator[Line]:
        first = today()
        ends = (h.ends_on for h in context().organisation.holdings)
        days: Counter[date] = Counter(end for end in ends if end is not None and first <= end <= first + SOON)
        for end, count in sorted(days.items()):
            text = ngettext("%(num)d assignment ends.", "%(num)d assignments end.", count)
            yield Line(
                long_day(end), text, url_for("studio_assignment.index_view"), gettext("Extend it or name somebody")
            )

    @cached_property
    def editions(self) -> Sequence[WorkflowEdition]:
        """The last publications."""
        newest = select(WorkflowEdition).order_by(WorkflowEdition.number.desc()).limit(EDITIONS)
        return db.session.scalars(newest.options(joinedload(WorkflowEdition.published_by))).all()


def _coverage() -> str:
    return url_for("studio_coverage.index")


def _mend(why: str, unit: str, area: str) -> tuple[str, str]:
    """Name the page that mends it: the words of the link, and where it leads."""
    if why in LACKS_PEOPLE:
        where = url_for("studio_coverage.index", unit=unit, area=area, _anchor="why") if unit and area else _coverage()
        return gettext("Name somebody"), where
    if why == "inactive":
        return gettext("Give the task to somebody else"), url_for("studio_assignment.index_view")
    return gettext("Change the routine"), url_for("studio_workflow.index")
