"""What a dry run found, in words: each outcome, and each affected case as a row - never what the case is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.change.remedies import told, worst_first
from app.change.trial import OUTCOMES
from app.i18n import gettext, long_day, say
from app.language.definition import Routine
from app.routing import seats
from app.routing.organisation import Organisation
from app.studio.told import names
from app.telling.labels import Labels
from app.telling.names import listed, quoted
from app.web.cells import Tag

TONES: Mapping[str, str] = {
    "stranded": "danger",
    "moved": "info",
    "receiver": "warning",
    "options": "warning",
    "blocked": "warning",
    "clocks": "warning",
    "nothing": "success",
}
Pair = tuple[str, str]
"""What it is today, and what it would be."""


def tags() -> dict[str, str]:
    """What becomes of a case, as a tag says it."""
    return {
        "stranded": gettext("Gets stuck"),
        "moved": gettext("Changes state"),
        "receiver": gettext("New handler"),
        "options": gettext("Other choices"),
        "blocked": gettext("New requirement"),
        "clocks": gettext("Other deadline"),
        "nothing": gettext("Notices nothing"),
    }


def tiles() -> dict[str, str]:
    """What becomes of several cases, after their number."""
    return {
        "stranded": gettext("get stuck"),
        "moved": gettext("move to another state"),
        "receiver": gettext("get a new handler"),
        "options": gettext("get other choices"),
        "blocked": gettext("get a new requirement"),
        "clocks": gettext("get another deadline"),
        "nothing": gettext("notice nothing"),
    }


@dataclass(frozen=True, slots=True)
class Row:
    """One affected case; `href` is empty where the reader may not open it."""

    number: str
    href: str
    unit: str
    tag: Tag
    pairs: tuple[Pair, ...]
    mails: str

    @property
    def late(self) -> bool:
        """Whether it is marked as one that needs mending."""
        return self.tag.tone == TONES["stranded"]

    @property
    def today(self) -> list[str]:
        """What it is today, each once."""
        return list(dict.fromkeys(today for today, _ in self.pairs))

    @property
    def after(self) -> list[str]:
        """What it would be, each once."""
        return list(dict.fromkeys(after for _, after in self.pairs))

    def flat(self) -> list[str]:
        """Give the row as a file has it."""
        return [self.number, self.unit, str(self.tag), "; ".join(self.today), "; ".join(self.after), self.mails]


@dataclass(frozen=True)
class Words:
    """The names of both sides: `before` and `after` are the routines, `people` labels by id."""

    before: Routine
    after: Routine
    organisation: Organisation
    people: Mapping[int, str]

    def row(self, number: str, unit: int | None, outcome: str, detail: Mapping[str, Any], href: str = "") -> Row:
        """Say what becomes of one case."""
        place = self.organisation.units.get(unit or 0)
        return Row(
            number,
            href,
            (place.code or say(place.label)) if place else gettext("No unit"),
            Tag(tags()[outcome], TONES[outcome]),
            tuple(self.pairs(detail)),
            self._mails(detail.get("mails", ())),
        )

    def pairs(self, detail: Mapping[str, Any]) -> Iterator[Pair]:
        """Everything that would be different, the worst first."""
        flow, (was, will) = detail["flow"], detail["state"]
        if "stuck" in detail:
            yield self.state(flow, was), self._stuck(flow, detail["stuck"])
        if will is not None and was != will:
            yield self._moved(detail)
        if "people" in detail:
            yield self._people(detail, 0), self._people(detail, 1)
        yield from self._choices(flow, detail, self.state(flow, was))
        for move, guard, _ in detail.get("blocked", ()):
            yield gettext("“%(move)s” is possible", move=self._labels(flow).move(move)), self._guard(guard)
        for clock, due, later in dict.fromkeys(map(tuple, detail.get("clocks", ()))):
            yield self._clock(flow, clock, due), self._clock(flow, clock, later, new=True)

    def _labels(self, flow: str, *, new: bool = False) -> Labels:
        routine = self.after if new or flow not in self.before.flows else self.before
        return Labels(routine, names(), routine.flows.get(flow))

    def state(self, flow: str, name: str, *, new: bool = False) -> str:
        """What the state is called."""
        found = [routine.flows[flow].states.get(name) for routine in self._order(new=new) if flow in routine.flows]
        return next((say(state.label) for state in found if state), name)

    def flow(self, name: str) -> str:
        """What the flow is called."""
        found = [routine.flows[name] for routine in self._order(new=False) if name in routine.flows]
        return next((say(flow.label) for flow in found), name)

    def _order(self, *, new: bool) -> tuple[Routine, Routine]:
        return (self.after, self.before) if new else (self.before, self.after)

    def _stuck(self, flow: str, reasons: Iterable[Mapping[str, Any]]) -> str:
        said = (told(each, self.after, flow, self.organisation, self.people) for each in worst_first(reasons))
        return " ".join(dict.fromkeys(said))

    def _people(self, detail: Mapping[str, Any], side: int) -> str:
        """Name the function where it is one, else the people."""
        handler, people = detail["seat"][side], detail["people"][side]
        if not people:
            return gettext("Nobody")
        function = self._function(handler) if detail["seat"][0] != detail["seat"][1] else ""
        return function or listed(self.people.get(each, "") for each in people)

    def _function(self, handler: str | None) -> str:
        """Name the function that sits there; nothing where it is a person."""
        seat = seats.read(handler) if handler else None
        if seat is None or seat.person is not None:
            return ""
        unit = self.organisation.units.get(seat.unit or 0)
        return f"{say(self.organisation.label(seat.role))} {unit.code or say(unit.label) if unit else ''}".strip()

    def _moved(self, detail: Mapping[str, Any]) -> Pair:
        was, will = detail["state"]
        today, after = self.state(detail["flow"], was), self.state(detail["flow"], will, new=True)
        who = self._function(detail.get("keeps"))
        if today == after:
            return today, gettext("The same; its name in the file is new")
        return today, gettext("%(state)s, still with %(who)s", state=after, who=who) if who else after

    def _choices(self, flow: str, detail: Mapping[str, Any], state: str) -> Iterator[Pair]:
        for kind, new in (("lost", False), ("gained", True)):
            moves = listed(quoted(self._labels(flow, new=new).move(name)) for name in detail.get(kind, ()))
            if moves and new:
                yield state, gettext("Also possible: %(moves)s", moves=moves)
            elif moves:
                yield state, gettext("No longer possible: %(moves)s", moves=moves)

    def _guard(self, name: str) -> str:
        guard = next((routine.guards[name] for routine in self._order(new=True) if name in routine.guards), None)
        return say(guard.says) if guard else name

    def _clock(self, flow: str, name: str, due: str | None, *, new: bool = False) -> str:
        sides = self._order(new=new)
        known = (each for each in sides if any(name in other.clocks for other in each.flows.values()))
        routine = next(known, sides[0])
        clock = Labels(routine, names(), routine.flows.get(flow)).clock(name)
        if due is None:
            return gettext("%(clock)s doesn't run", clock=clock.capitalize())
        return gettext("%(clock)s: %(day)s", clock=clock.capitalize(), day=long_day(datetime.fromisoformat(due)))

    def _mails(self, mails: Iterable[tuple[str, int]]) -> str:
        return listed(self.people.get(person, "") for _, person in mails)


def known_outcome(text: str | None) -> str:
    """Give the outcome that an address names, nothing for anything else."""
    return text if text in OUTCOMES else ""
