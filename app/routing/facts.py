"""What conditions and parties ask of a case: its answers, its history, its parts - read from the row in hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, cast

from app.language import trees
from app.language.conditions import Condition, holds, walk
from app.language.definition import Clock as ClockWords
from app.language.definition import Flow, Routine
from app.routing import exclusion, lengths
from app.routing.organisation import Organisation
from model import Case, Clock, Part, Subject

COLUMNS = {"title", "description", "severity", "language", "reporter_kind"}
NOT_DONE: Mapping[str, Any] = {"at": None}
PEOPLE = {"reporter": "reporter_id", "entered_by": "entered_by_id", "owner": "owner_id"}


@lru_cache(maxsize=64)
def own_fields(routine: Routine, flow: str) -> frozenset[str]:
    """What a flow asks, sets or assigns itself; everything else a part has from its whole."""
    found = {"state", "round", "number", "submitted_on"}
    for transition in routine.flows[flow].transitions.values():
        found.update(transition.asked, transition.set, transition.again)
        if transition.assign is not None:
            found.add("handler")
    return frozenset(found)


@lru_cache(maxsize=64)
def case_fields(routine: Routine) -> tuple[str, ...]:
    """Names of the routine's fields that name a case."""
    return tuple(field.name for field in routine.fields.values() if field.type == "case")


@lru_cache(maxsize=64)
def starting(routine: Routine, flow: str) -> Mapping[str, Any]:
    """Give what a case of the flow starts with: the defaults of fields that no form of it asks, only sets or tests."""
    declared = routine.flows[flow]
    asked = {name for transition in declared.transitions.values() for name in transition.asked}
    tested = {getattr(each, "field", "") for each in walk(declared.when)}
    names = (own_fields(routine, flow) | tested) - asked
    fields = (each for name, each in routine.fields.items() if name in names and not each.of_unit)
    kept = (each for each in fields if each.default is not None and each.type not in ("unit", "person"))
    return {each.name: True if each.type == "tick" else each.default for each in kept}


@dataclass(frozen=True)
class World:
    """What all facts of one moment share; `home` gives a person's unit id, `person` their name to show.

    `address` gives the mail address of somebody who has no name here, else nothing; `case` the case with a number;
    `opens` tells whether a person (None = a visitor) may open the case with a number.
    """

    routine: Routine
    organisation: Organisation
    now: datetime
    home: Callable[[int], int | None]
    person: Callable[[int], str]
    address: Callable[[int], str]
    case: Callable[[str], CaseFacts | None]
    opens: Callable[[str, int | None], bool]

    @cached_property
    def today(self) -> date:
        """The institution's date."""
        return self.organisation.worktime.day_of(self.now)


class CaseFacts:
    """A case or part as conditions see it; `answers` lie over what is stored, as if already given.

    `subject` is None for a case about to be created. Person fields hold person ids, unit and area their names,
    dates ISO text, ticks True.
    """

    def __init__(
        self,
        world: World,
        flow: str,
        subject: Subject | None = None,
        answers: Mapping[str, Any] | None = None,
        whole: CaseFacts | None = None,
    ) -> None:
        self.world = world
        self.routine = world.routine
        self.organisation = world.organisation
        self.now = world.now
        self.flow: Flow = world.routine.flows[flow]
        self.subject = subject
        self.answers = dict(answers or {})
        self._whole = whole

    def with_answers(self, answers: Mapping[str, Any]) -> CaseFacts:
        """The same case as it would be with these answers."""
        return CaseFacts(self.world, self.flow.name, self.subject, {**self.answers, **answers}, self._whole)

    @property
    def today(self) -> date:
        """The institution's date."""
        return self.world.today

    @property
    def state(self) -> str:
        """The state's name; empty before the case exists."""
        return self.subject.state if self.subject else ""

    @property
    def finished(self) -> bool:
        """Whether the state is a final one."""
        state = self.flow.states.get(self.state)
        if state is None:  # a joined case of another edition
            return self.subject is not None and self.subject.finished
        return state.finished

    def value(self, field: str) -> Any:
        """Answer to a field, None if unanswered; what a part doesn't own comes from its whole, or from the unit."""
        if field in self.answers:
            return self.answers[field]
        declared = self.routine.fields.get(field)
        if declared is not None and declared.of_unit:
            return self.organisation.value_of(declared, self.unit_id)
        if self.flow.part_of and field not in own_fields(self.routine, self.flow.name):
            return self.whole.value(field) if self.whole else None
        return self._stored(field)

    def _stored(self, field: str) -> Any:
        subject = self.subject
        if subject is None:
            return None
        if field in PEOPLE:
            return getattr(subject, PEOPLE[field])
        if field in COLUMNS:
            return getattr(subject, field) or None
        match field:
            case "unit":
                return self.organisation.units[subject.unit_id].name if subject.unit_id else None
            case "area":
                return self.organisation.areas[subject.area_id].name if subject.area_id else None
            case "due_on":
                return subject.due_on.isoformat() if subject.due_on else None
            case "state" | "handler" | "number":
                return getattr(subject, field)
            case "round":
                return str(subject.round)
            case "submitted_on":
                return self.organisation.worktime.day_of(subject.submitted_at).isoformat()
        return subject.answers.get(field)

    def is_one_of(self, field: str, names: frozenset[str]) -> bool:
        """Whether the answer is one of the names; it also counts as each choice above it, a unit as its kind too."""
        value = self.value(field)
        several = value if isinstance(value, list | tuple) else (value,)
        return any(self._is_one_of(field, each, names) for each in several)

    def _is_one_of(self, field: str, value: Any, names: frozenset[str]) -> bool:
        declared = self.routine.fields.get(field)
        kind = declared.type if declared is not None else "text"
        if kind == "unit" and value in self.organisation.unit_by_name:
            line = self.organisation.line(self.organisation.unit_by_name[value].id)
            units = [self.organisation.units[unit] for unit in line]
            return any(unit.name in names or unit.kind in names for unit in units)
        return value is not None and not names.isdisjoint(trees.line(declared, str(value)))

    @property
    def unit_id(self) -> int | None:
        """The unit's id, from the answers given or the row."""
        unit = self.organisation.unit_by_name.get(self.value("unit") or "")
        return unit.id if unit else None

    @property
    def area_id(self) -> int | None:
        """The area's id, from the answers given or the row."""
        area = self.organisation.area_by_name.get(self.value("area") or "")
        return area.id if area else None

    def people_in(self, field: str) -> tuple[int, ...]:
        """Ids of the people in a person field."""
        value = self.value(field)
        if value is None:
            return ()
        return tuple(value) if isinstance(value, list | tuple) else (int(value),)

    def home_of(self, field: str) -> int | None:
        """Id of the unit of the first person in a person field."""
        return next((self.world.home(person) for person in self.people_in(field)), None)

    def parts(self, flow: str) -> Iterator[CaseFacts]:
        """The parts of that flow, or the cases that the `case` field of that name joins."""
        if flow not in self.routine.flows:
            yield from self._joined(flow)
        elif self.subject is not None and self.subject.kind == "case":
            for part in cast("Case", self.subject).parts:
                if part.flow == flow:
                    yield CaseFacts(self.world, flow, part, whole=self)

    def _joined(self, field: str) -> Iterator[CaseFacts]:
        """The cases in a `case` field, as this routine sees them; those of a flow it lacks by their own."""
        value = self.value(field)
        for number in value if isinstance(value, list | tuple) else (value,):
            found = self.world.case(number) if number else None
            if found is not None:
                ours = found.flow.name in self.routine.flows
                yield CaseFacts(self.world, found.flow.name, found.subject) if ours else found

    @property
    def whole(self) -> CaseFacts | None:
        """The case this is a part of."""
        if self._whole is None and self.subject is not None and self.subject.kind == "part":
            case = cast("Part", self.subject).whole
            self._whole = CaseFacts(self.world, case.flow, case)
        return self._whole

    def has_done(self, transition: str, since: str | None) -> bool:
        """Whether the transition has happened here, after the last `since` if there was one."""
        done = self.subject.done if self.subject else {}
        at = done.get(transition, NOT_DONE)["at"]
        before = done.get(since or "", NOT_DONE)["at"]
        return at is not None and (before is None or bool(at > before))

    @cached_property
    def shut_out(self) -> frozenset[str]:
        """Who is excluded from the case for its life, as app.routing.exclusion names them."""
        row = self.subject or (self.whole.subject if self.whole else None)
        return exclusion.read(row.excluded) if row is not None and row.excluded else frozenset()

    def shuts_out(self, person: int | None) -> bool:
        """Whether the person is excluded from the case."""
        return bool(self.shut_out) and exclusion.covers(self.shut_out, person, self.organisation, self.today)

    def made(self, transition: str) -> tuple[int, ...]:
        """Ids of those who made the transition here; `anything` = any."""
        done = self.subject.done if self.subject else {}
        chosen = done.values() if transition == "anything" else [done[transition]] if transition in done else []
        return tuple(dict.fromkeys(person for each in chosen for person in each["by"]))

    def clock(self, name: str) -> Clock | None:
        """The clock's latest run."""
        runs = [c for c in self.subject.clocks if c.name == name] if self.subject else []
        return max(runs, key=lambda c: c.run, default=None)

    def clock_is(self, clock: str, status: str) -> bool:
        """`running`: started, not stopped, not past its end; `over`: past its end, until started again."""
        declared, row = self.flow.clocks.get(clock), self.clock(clock)
        if declared is None:  # a field's `see` may ask a clock of the whole, or of a flow that the case isn't in
            return self.whole is not None and self.whole.clock_is(clock, status)
        if self._starts_by_answer(declared, row):
            past = lengths.is_past(declared, self, row.paused_units if row else 0)
            return past is not None and past == (status == "over")
        if row is None:
            return False
        end = min(row.stopped_at or self.now, self.now)
        past = row.due_at is not None and row.paused_at is None and end > row.due_at
        return past if status == "over" else row.stopped_at is None and not past and not self._begins_later(row)

    def _starts_by_answer(self, clock: ClockWords, row: Clock | None) -> bool:
        """Whether a date that is being answered decides: the clock would start by it, or start otherwise."""
        if row is not None and row.stopped_at is not None:
            return False
        answered = self.subject is None or not self.answers.keys().isdisjoint(clock.start)
        return answered and (row is not None or holds(clock.when, self))

    def _begins_later(self, row: Clock) -> bool:
        """Whether a date starts the clock on a day that hasn't come."""
        return self.organisation.worktime.day_of(row.started_at) > self.today

    def guard(self, name: str) -> Condition:
        """The named guard's condition."""
        return self.routine.guards[name].needs

    def new_part(self, flow: str) -> CaseFacts:
        """A part of this case about to be created."""
        return CaseFacts(self.world, flow, None, None, self)
