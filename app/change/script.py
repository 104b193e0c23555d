"""scenarios.yaml read and checked: who does what when, each name known, with a fault at its place for what isn't.

Source: the language's section 11. Beyond it a file may have `people` of its own, as in data.yaml: those who report in
scenarios are no part of the organisation.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import yaml

from app.change.script_words import EMPTY, Cast, expectation, moment, names_with_words
from app.language.data_people import people
from app.language.definition import Routine
from app.language.fault import Fault
from app.language.nouns import FIELD, PERSON, TRANSITION
from app.language.read import Node, read
from app.language.reading import Reading
from app.language.rows import Data, Person
from app.language.said import Said, said

FILE = "scenarios.yaml"
LINE = 100_000
"""Letters of a line that no step fills."""
FILE_WORDS = ("now", "people", "scenarios")
SCENARIO_WORDS = ("name", "covers", "steps")
STEP_WORDS = ("time", "as", "do", "case", "makes", "with", "refused", "report", "publish", "expect")
DOING = ("time", "do", "report", "publish", "expect")
A_STEP = said("a step")
A_SCENARIO = said("a scenario")
A_CASE = said("case")
A_FILE = said("file")
A_REPORT = said("report")
A_NUMBER = re.compile(r"[0-9-]+")
"""A case that the scenario made has its name; a number is that of none."""
REPORTS = ("all",)
GATE = ("migrate", "faults", "stranded", "holes", "dry_run", "nothing_changed")
"""What publishing may be refused by."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step, as plain words, with the line it stands on."""

    number: int
    line: int
    told: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The step on one line, as a file may write it."""
        made: str = yaml.safe_dump(
            dict(self.told), default_flow_style=True, sort_keys=False, allow_unicode=True, width=LINE
        )
        return made.strip()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario; with faults it can't be played."""

    name: str
    line: int = 0
    covers: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """A whole file. `faults` are those of the file itself, which keep all of it from being played."""

    now: datetime | None = None
    people: Mapping[str, Person] = field(default_factory=dict)
    scenarios: tuple[Scenario, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def every_fault(self) -> list[Fault]:
        """The faults of the file and of each scenario, in the file's order."""
        return sorted({*self.faults, *(fault for each in self.scenarios for fault in each.faults)})


def read_script(text: str, routines: Iterable[Routine], data: Data, files: Collection[str] = ()) -> Script:
    """Read the file; `routines` are all that its names may come from, `files` what a step may publish. Never raises."""
    if not text.strip():
        return Script()
    root, faults = read(text, FILE)
    if root is None:
        return Script(faults=tuple(faults))
    reading = Reading(FILE, faults=faults)
    found = reading.words(root, said("scenarios.yaml"), FILE_WORDS, ("now", "scenarios"))
    now = moment(reading, found["now"]) if "now" in found else None
    own = people(reading, found.get("people"), data.units)
    cast = Cast.of(routines, replace(data, people={**own, **data.people}))
    script = Script(now, own, faults=tuple(sorted(set(reading.faults))))
    node = found.get("scenarios")
    if node is None or not reading.shaped(node, said("scenarios"), "list"):
        return replace(script, faults=tuple(sorted(set(reading.faults))))
    return replace(script, scenarios=tuple(_scenario(each, cast, files) for each in node.items))


def _scenario(node: Node, cast: Cast, files: Collection[str]) -> Scenario:
    reading = Reading(FILE)
    found = reading.words(node, A_SCENARIO, SCENARIO_WORDS, ("name", "steps"))
    name = reading.scalar(found["name"], said("a name")) if "name" in found else ""
    covers = tuple(each.text for each in found["covers"].each()) if "covers" in found else ()
    steps = tuple(_steps(reading, found["steps"], cast, files)) if "steps" in found else ()
    return Scenario(name, node.line, covers, steps, tuple(sorted(set(reading.faults))))


def _steps(reading: Reading, node: Node, cast: Cast, files: Collection[str]) -> Iterator[Step]:
    if not reading.shaped(node, said("steps"), "list"):
        return
    cast = replace(cast, cases=set())
    for number, item in enumerate(node.items, 1):
        if not reading.shaped(item, A_STEP, "map"):
            continue
        found = reading.words(item, A_STEP, STEP_WORDS)
        if not any(word in found for word in DOING):
            reading.wrong(item, said('a step has "do", "time", "publish", "report" or "expect"'))
        _check(reading, found, cast, files)
        yield Step(number, item.line, {word: value.plain() for word, value in found.items()})


def _check(reading: Reading, found: Mapping[str, Node], cast: Cast, files: Collection[str]) -> None:
    if "time" in found:
        moment(reading, found["time"])
    if "as" not in found and (doing := found.get("do") or found.get("report")):
        reading.wrong(doing, said('a step that does something says "as" whom'))
    known: Mapping[str, tuple[Said, Collection[str]]] = {
        "as": (PERSON, cast.actors),
        "case": (A_CASE, cast.cases),
        "do": (TRANSITION, cast.moves),
        "report": (A_REPORT, {*REPORTS, *cast.reports}),
        "publish": (A_FILE, files),
    }
    for word, (what, names) in known.items():
        if word in found:
            reading.known(found[word], what, names)
    _check_answers(reading, found.get("with"), cast)
    if "refused" in found:
        among = GATE if "publish" in found else cast.refusals
        names_with_words(reading, found["refused"], said("refusal"), among)
    if "makes" in found:
        cast.cases.add(reading.scalar(found["makes"], A_CASE))
    if "expect" in found:
        expectation(reading, found["expect"], cast, has_case="case" in found or "makes" in found)


def _check_answers(reading: Reading, node: Node | None, cast: Cast) -> None:
    if node is None or not reading.shaped(node, said('"with"'), "map"):
        return
    for key, value in node.entries:
        name = reading.known(key, FIELD, cast.fields)
        for each in value.each() if cast.fields.get(name) == "person" else ():
            if "@" not in each.text and each.text != EMPTY:
                reading.known(each, PERSON, cast.people)
        for each in value.each() if cast.fields.get(name) == "case" else ():
            if not A_NUMBER.fullmatch(each.text):
                reading.known(each, A_CASE, cast.cases)
