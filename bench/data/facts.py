"""The data set: what happened in how many cases. Told once; every product keeps it in tables of its own."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.data.places import Places

SEED = 20260302
YEARS, GROWTH = 10, 1.08
MONTHS = (9, 10, 11, 8, 9, 5, 1, 7, 13, 12, 10, 5)
"""How many reports come in January, February, …: the semesters' seasons."""
PROBES, PROBE_EVENTS = 200, 20
"""The first cases: at the measured handler's faculty, in the same state, with just so many events."""
RARE, RARE_EVERY = "nødbelysningen", 997
"""A word that one text in so many has."""
AREA_WEIGHTS = (55, 18, 15, 12)
STAGES, STAGE_WEIGHTS = ("received", "at_faculty", "in_progress", "acted", "done"), (15, 20, 25, 30, 10)
"""Open cases: with an open action from `acted` on, with one that is done in `done`; both are in progress."""
SEVERITIES, SEVERITY_WEIGHTS = ("low", "medium", "high"), (50, 35, 15)
OPEN_DAYS, LEAST_OPEN = 60, 0.002
REJECTED, ACTED, SECOND_ACTION, AT_DEPARTMENT = 0.15, 0.55, 0.2, 0.7
SENTENCES = (
    "Forelesningen ble avlyst uten varsel, og vi har ikke fått noen erstatning for den. "
    "Vi har tatt det opp med emneansvarlig og med referansegruppen uten å få svar. "
    "Rommet har dårlig ventilasjon, og det er for få plasser til alle som har meldt seg opp. "
) * 4
STUDENTS_AT_MOST = 40_000


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: `actor` None = the reporter; `action` 1, 2, … = to that action, 0 = to the case."""

    at: datetime
    actor: int | None
    move: str
    before: str | None
    after: str
    note: str
    action: int = 0


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a case; `done_at` None = open."""

    owner: int
    title: str
    made_at: datetime
    due_at: datetime
    done_at: datetime | None


@dataclass(slots=True)
class Case:
    """One case and all that happened; `handler` None = with the intake; `reporter` counts the students from 0."""

    id: int
    number: str
    submitted_at: datetime
    faculty: int
    unit: int
    area: int
    state: str
    text: str
    reporter: int
    severity: str | None = None
    handler: int | None = None
    closed_at: datetime | None = None
    events: list[Event] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        """Whether it is over."""
        return self.state in ("closed", "rejected")

    @property
    def title(self) -> str:
        """What lists call it."""
        return f"Avvik {self.id}: {self.text[:30]}"


def students(count: int) -> int:
    """How many people have reported that many cases."""
    return min(STUDENTS_AT_MOST, max(20, count // 4))


def probes(count: int) -> int:
    """How many of that many cases are probes."""
    return min(PROBES, count // 4)


def cases(places: Places, count: int, now: datetime, seed: int = SEED) -> Iterator[Case]:
    """Tell that many cases, the earliest first: the same ones for the same places, count and moment."""
    teller = _Teller(places, count, now, random.Random(seed))  # noqa: S311 - no secret
    per_year: dict[int, int] = {}
    for pk, at in enumerate(teller.moments(), 1):
        per_year[at.year] = per_year.get(at.year, 0) + 1
        yield teller.tell(pk, f"{at.year}-{per_year[at.year]:04d}", at)


class _Teller:
    def __init__(self, places: Places, count: int, now: datetime, chance: random.Random) -> None:
        self.places, self.count, self.now, self.chance = places, count, now, chance
        self.probes, self.students = probes(count), students(count)
        self.faculties = list(places.faculties)
        self.shares = list(itertools.accumulate(places.weights))
        self.zipf = {
            faculty: list(itertools.accumulate(1 / place for place in range(1, len(units) + 1)))
            for faculty, units in places.faculties.items()
        }

    def moments(self) -> list[datetime]:
        """When each case was reported, in order."""
        start = self.now - timedelta(days=365 * YEARS)
        days = [start + timedelta(days=day) for day in range(365 * YEARS)]
        weights = [MONTHS[day.month - 1] * GROWTH ** ((day - start).days / 365) for day in days]
        chosen = self.chance.choices(days, weights, k=self.count)
        return sorted(day + timedelta(minutes=int(self.chance.random() * 1440)) for day in chosen)

    def tell(self, pk: int, number: str, at: datetime) -> Case:
        """Tell one case."""
        chance, probe = self.chance, pk <= self.probes
        faculty = chance.choices(self.faculties, cum_weights=self.shares)[0]
        units = self.places.faculties[faculty]
        unit = chance.choices(units, cum_weights=self.zipf[faculty])[0] if chance.random() < AT_DEPARTMENT else faculty
        area = chance.choices(self.places.areas, AREA_WEIGHTS)[0]
        stage = self._stage(at)
        if probe:
            faculty = unit = self.places.faculty
            stage = "at_faculty"
        if pk == self.probes + 1:
            stage = "acted"  # so that of however few cases one has an action that is overdue
        state = "in_progress" if stage in ("acted", "done") else stage
        case = Case(pk, number, at, faculty, unit, area, state, self._text(pk), int(chance.random() * self.students))
        if state in ("in_progress", "closed"):
            case.severity = chance.choices(SEVERITIES, SEVERITY_WEIGHTS)[0]
        if state not in ("received", "rejected"):
            case.handler = self.places.handlers[faculty, area]
        if case.finished:
            case.closed_at = min(self.now, at + timedelta(days=max(0.1, chance.lognormvariate(3, 0.8))))
            case.closed_at = case.closed_at.replace(microsecond=0)
        if stage in ("acted", "done") or (state == "closed" and chance.random() < ACTED):
            self._act(case, done=stage != "acted")
        self._happen(case, PROBE_EVENTS if probe else 2 + int(chance.random() * 5))
        return case

    def _stage(self, at: datetime) -> str:
        chance, age = self.chance, (self.now - at).total_seconds() / 86400
        if chance.random() < max(LEAST_OPEN, math.exp(-age / OPEN_DAYS)):
            return chance.choices(STAGES, STAGE_WEIGHTS)[0]
        return "rejected" if chance.random() < REJECTED else "closed"

    def _text(self, pk: int) -> str:
        text = SENTENCES[int(self.chance.random() * 60) : 200 + int(self.chance.random() * 300)].strip()
        return f"{text} Det gjelder {RARE}." if pk % RARE_EVERY == 1 else text

    def _act(self, case: Case, *, done: bool) -> None:
        owners = self.places.owners.get(case.unit) or self.places.owners[self.places.faculties[case.faculty][0]]
        end = case.closed_at or self.now
        for _ in range(1 + (self.chance.random() < SECOND_ACTION)):
            made = case.submitted_at + (end - case.submitted_at) / 3
            due = made + timedelta(days=14 + int(self.chance.random() * 40))
            owner = owners[int(self.chance.random() * len(owners))]
            done_at = min(due, made + (end - made) / 2) if done else None
            case.actions.append(Action(owner, f"Tiltak til {case.number}", made, due, done_at))

    def _happen(self, case: Case, count: int) -> None:
        """Put what must have happened in order, with notes before the end until there are as many as wished."""
        steps = list(self._way(case))
        ending = [steps.pop()] if case.finished else []
        here = next(after for _, _, _, after, action in reversed(steps) if not action)
        if case.state != "received":
            note = ("note", case.handler or self.places.desk, here, here, 0)
            steps += [note] * (count - len(steps) - len(ending))
        steps += ending
        end = case.closed_at or min(self.now, case.submitted_at + timedelta(hours=7 * len(steps)))
        gap = (end - case.submitted_at) / max(1, len(steps) - len(ending))
        for place, (move, actor, before, after, action) in enumerate(steps):
            at = min(end, case.submitted_at + gap * place)
            case.events.append(Event(at, actor, move, before, after, f"ev-{case.id}-{place}.", action))

    def _way(self, case: Case) -> Iterator[tuple[str, int | None, str | None, str, int]]:
        """Each step there must have been: move, actor, from, to, action."""
        yield "submit", None, None, "received", 0
        if case.state == "received":
            return
        if case.state == "rejected":
            yield "reject", self.places.desk, "received", "rejected", 0
            return
        yield "forward", self.places.desk, "received", "at_faculty", 0
        if case.state == "at_faculty":
            return
        yield "accept", case.handler, "at_faculty", "in_progress", 0
        if case.actions:
            yield "assess", case.handler, "in_progress", "in_progress", 0
        for nth, action in enumerate(case.actions, 1):
            yield "add", case.handler, None, "assigned", nth
            yield "accept", action.owner, "assigned", "accepted", nth
            if action.done_at:
                yield "complete", action.owner, "accepted", "completed", nth
        if case.state == "closed":
            yield "close", case.handler, "in_progress", "closed", 0
