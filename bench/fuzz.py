"""Spoilt routines by the thousand: each is refused at a place, or whatever it says can be done.

    python -m bench.fuzz                    # 100,000 of them
    python -m bench.fuzz --count 20000 --seed 7

Each is NTNU's `workflow.yaml` with one to three places changed: names exchanged, lines dropped or doubled, pieces
overwritten. A refusal must name line and column. What is accepted must hold together - every move leads somewhere that
exists, every state has a way to an end - must be drawn, told as a page and compiled to machines; and one in twenty of
the accepted ones is lived in: people report, press whatever is theirs, and days go by, on a database in memory.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from time import perf_counter
from typing import Any

from sqlalchemy import select

from app.change.acting import SOMETHING
from app.change.stage import Play, Stage, advance
from app.language.data import Data, load_data
from app.language.definition import BACK, NEW, SAME, Field, Flow, Routine
from app.language.draw import draw
from app.language.kinds import guard_kind
from app.language.load import load
from app.routing.facts import CaseFacts
from app.routing.parties import Lookup
from app.telling.names import Names
from app.telling.page import chapters
from app.workflow import engine
from app.workflow.actor import Actor
from app.workflow.evaluator import form, may
from app.workflow.machine import machine
from app.workflow.uploads import Upload
from config import ROOT
from model import Subject

TEXT = (ROOT / "workflow.yaml").read_text("utf-8")
LIVED_IN = 20
"""One in so many of those accepted is lived in."""
PIECES = (
    *("any", "new", "same", "back", "itself", "me", "routing", "state", "final", "whole", "only", "count", "true"),
    *("{}", "[]", "{a: b}", "[a, b]", "''", "case", "action", "&a ", "*a", "!x ", "\t", "\n", "due"),
    *(": ", "- ", "{", "}", "[", "]"),
)
PRESSES, DAYS = 12, 8
GOOD: dict[str, Any] = {
    "time": "12:30",
    "number": "3",
    "length": "3 days",
    "case": None,
    "place": None,
    "code name": None,
    "file": Upload("saw.pdf", SOMETHING),
}


def names_in(routine: Routine) -> list[str]:
    """Give every word of the routine's own."""
    flows = routine.flows.values()
    own = {name for flow in flows for name in (*flow.states, *flow.transitions, *flow.clocks)}
    return sorted(own | {*routine.roles, *routine.guards, *routine.fields})


class Spoiler:
    """Spoils a text in the same ways for the same seed."""

    def __init__(self, text: str, seed: int) -> None:
        routine = load(text).routine
        self.text, self.names = text, names_in(routine) if routine is not None else []
        self.chance = random.Random(seed)  # noqa: S311 - the same drafts each time
        once, twice = (self._doubled, self._overwritten), (self._dropped,) * 2
        self.ways = (self._exchanged,) * 3 + twice + once

    def spoilt(self) -> str:
        """Give the text with one to three places changed."""
        text = self.text
        for _ in range(self.chance.randint(1, 3)):
            text = self.chance.choice(self.ways)(text)
        return text

    def _exchanged(self, text: str) -> str:
        old, new = self.chance.choice(self.names), self.chance.choice(self.names)
        places = [n for n in range(len(text)) if text.startswith(old, n)]
        if not places:
            return text
        place = self.chance.choice(places)
        return text[:place] + new + text[place + len(old) :]

    def _dropped(self, text: str) -> str:
        lines = text.splitlines(keepends=True)
        start = self.chance.randrange(len(lines) or 1)
        return "".join(lines[:start] + lines[start + self.chance.randint(1, 3) :])

    def _doubled(self, text: str) -> str:
        lines = text.splitlines(keepends=True)
        start = self.chance.randrange(len(lines) or 1)
        return "".join([*lines[:start], *lines[start : start + 1], *lines[start:]])

    def _overwritten(self, text: str) -> str:
        place = self.chance.randrange(len(text) or 1)
        return text[:place] + self.chance.choice(PIECES) + text[place + self.chance.randint(0, 12) :]


# -- what is accepted must work --------------------------------------------------


def broken(routine: Routine) -> Iterator[str]:
    """Say what in an accepted routine doesn't hold together, worked out anew from its bare parts."""
    for flow in routine.flows.values():
        machine(flow)
        draw(routine, flow)
        for move in flow.transitions.values():
            known = {*flow.states, NEW}
            yield from (f"{flow.name}.{move.name} leaves {each}" for each in move.sources if each not in known)
            there = [(flow, move.to.state)] if not move.to.flows else []
            there += [(routine.flows.get(name), state) for name, state in move.to.flows.items()]
            for other, state in there:
                if other is None or (state not in other.states and state not in (SAME, BACK)):
                    yield f"{flow.name}.{move.name} leads to {state}, which isn't there"
            yield from (f"{flow.name}.{move.name} asks {each}" for each in move.asked if each not in routine.fields)
            for guard in move.guards:
                if guard_kind(routine, flow.name, move.name, guard) not in ("input", "process", "fact"):
                    yield f"{flow.name}.{move.name}: {guard} is of no kind"
        yield from (f"{flow.name}.{state} has no way to an end" for state in flow.states if not _ends(flow, state))
    chapters(routine, Names({}, {}, {}))


def _ends(flow: Flow, state: str) -> bool:
    seen, waiting = {state}, [state]
    while waiting:
        here = waiting.pop()
        if flow.states[here].finished:
            return True
        for move in flow.transitions.values():
            if here in move.sources and move.to.flows:
                return True
            targets = flow.states if move.to.state == BACK else (move.to.state,)
            for target in targets if here in move.sources else ():
                if target in flow.states and target not in seen:
                    seen.add(target)
                    waiting.append(target)
    return False


class Life:
    """A routine with its organisation, in memory, and people who press whatever is theirs."""

    def __init__(self, text: str, routine: Routine, data: Data, chance: random.Random) -> None:
        self.routine, self.chance = routine, chance
        self.play: Play = Stage(text, data, datetime(2026, 3, 2, 9)).open({})  # noqa: DTZ001 - a stage is told local time
        held = {each.role: each.person for each in self.play.context.organisation.holdings}
        self.people: list[int | None] = [None, *dict.fromkeys(held.values())]

    def lived(self) -> None:
        """Report, press and wait; whatever is wrong raises."""
        try:
            for flow in self.routine.flows.values():
                if not flow.part_of:
                    self._begun(flow)
            for _ in range(PRESSES):
                subject = self._any()
                if subject is not None:
                    self._pressed(subject)
            advance(self.play, self.play.now + timedelta(days=DAYS))
            for subject in self.play.session.scalars(select(Subject)):
                if subject.state not in self.routine.flows[subject.flow].states:
                    raise LookupError(subject.state)
        finally:
            self.play.close()

    def _any(self) -> Subject | None:
        every = self.play.session.scalars(select(Subject).order_by(Subject.id)).all()
        return self.chance.choice(every) if every else None

    def _begun(self, flow: Flow) -> None:
        context = self.play.context
        facts = context.facts_of_new(flow.name, {})
        for move in (each for each in flow.transitions.values() if each.creates):
            for person in self.people[:3]:
                try:
                    answers = self._answers(facts, move.name)
                    engine.create(context, move.name, actor=Actor(person=person), answers=answers, flow=flow.name)
                    self.play.keep()
                except engine.Refused:
                    self.play.session.rollback()

    def _pressed(self, subject: Subject) -> None:
        context = self.play.context
        facts = context.facts(subject)
        theirs = [
            (person, name)
            for person in self.people
            for name in facts.flow.transitions
            if may(facts, name, Actor(person=person)).offered
        ]
        if not theirs:
            return
        person, name = self.chance.choice(theirs)
        try:
            answers = self._answers(facts, name)
            engine.move(context, subject, name, actor=Actor(person=person), answers=answers, version=None)
            self.play.keep()
        except engine.Refused:
            self.play.session.rollback()

    def _answers(self, facts: CaseFacts, name: str) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for _ in range(2):  # an answer may bring up another question
            seen = facts.with_answers(given)
            for each, _must in form(seen, facts.flow.transitions[name]):
                given.setdefault(each.name, self._one(each, seen))
        return given

    def _one(self, each: Field, facts: CaseFacts) -> Any:
        organisation = facts.organisation
        if each.type == "unit":
            return self.chance.choice(sorted(organisation.unit_by_name))
        if each.type == "area":
            return self.chance.choice(sorted(organisation.area_by_name))
        if each.type == "person":
            parties = None if isinstance(each.choices, str | tuple) else each.choices
            people = sorted(Lookup(facts).find(parties).people) if parties else list(self.play.people.values())
            return str(self.chance.choice(people)) if people else None
        if each.type == "tick":
            return True
        if each.type == "date":
            return (self.play.now + timedelta(days=self.chance.randint(-9, 40))).date().isoformat()
        if isinstance(each.choices, tuple):
            return self.chance.choice([choice.name for choice in each.choices])
        return GOOD.get(each.type, "Something was written here.")


# -- counting --------------------------------------------------------------------


@dataclass
class Found:
    """What came of it; `faults` are sentences with the number of the text, and must be none."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def fuzz(count: int, seed: int, lived_in: int = LIVED_IN) -> Found:
    """Spoil the routine so many times and judge each."""
    found, spoiler = Found(), Spoiler(TEXT, seed)
    data = load_data((ROOT / "routines" / "ntnu" / "data.yaml").read_bytes()).data
    if data is None:
        raise SystemExit("routines/ntnu/data.yaml has faults")
    for number in range(count):
        text = spoiler.spoilt()
        try:
            _judge(found, text, number, data, lived_in)
        except Exception as crash:  # noqa: BLE001 - whatever it is, it is a finding
            found.faults.append(f"{number}: crashed: {type(crash).__name__} {crash}")
    return found


def _judge(found: Found, text: str, number: int, data: Data, lived_in: int) -> None:
    began = perf_counter()
    loaded = load(text)
    found.seconds.append(perf_counter() - began)
    if any(fault.line < 1 or fault.column < 1 or not fault.message for fault in loaded.faults):
        found.faults.append(f"{number}: a fault without a place")
    if loaded.routine is None:
        found.counts["refused"] += 1
        if not loaded.errors:
            found.faults.append(f"{number}: refused without a fault")
        return
    found.counts["accepted"] += 1
    found.faults += [f"{number}: accepted, but {what}" for what in broken(loaded.routine)]
    again = load(text, data=data)
    if again.routine is not None and found.counts["accepted"] % lived_in == 0:
        found.counts["lived in"] += 1
        Life(text, again.routine, data, random.Random(number)).lived()  # noqa: S311 - the same life each time


def main() -> None:
    """Run it and tell; exit code 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = datetime.now(UTC)
    found = fuzz(asked.count, asked.seed)
    p50, p99 = (quantiles(found.seconds, n=100)[at] * 1000 for at in (49, 98))
    print(f"{asked.count} spoilt routines, seed {asked.seed}: {dict(found.counts)}")
    print(f"reading one: half within {p50:.0f} ms, 99 % within {p99:.0f} ms; all in {datetime.now(UTC) - began}")
    print(f"{len(found.faults)} faults", *found.faults[:50], sep="\n")
    raise SystemExit(1 if found.faults else 0)


if __name__ == "__main__":
    main()
