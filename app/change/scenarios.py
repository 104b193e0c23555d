"""Scenarios: a routine told as steps, each played on an empty database with the product's own engine.

Source: the language's section 11.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import config
from app.change.acting import act
from app.change.compared import lacking, with_words
from app.change.expectations import check
from app.change.publishing import release
from app.change.script import Scenario, Script, Step, read_script
from app.change.stage import NotMade, Play, Stage, TooLong, advance
from app.i18n import gettext, translated
from app.language.data import Data, load_data
from app.language.definition import Routine
from app.language.load import load
from app.workflow import engine
from model import WorkflowEdition

WORKFLOW, DATA, SCENARIOS = "workflow.yaml", "data.yaml", "scenarios.yaml"
OLDER = 20
"""Published editions that a scenario may name."""
BROKEN = (KeyError, ValueError, TypeError, AttributeError, SQLAlchemyError, engine.EndlessRing, engine.Stale)
"""What a step that can't be played raises."""


class CannotPlay(Exception):
    """The routine or its data can't be read; the message has every fault."""


@dataclass(frozen=True, slots=True)
class PlayedStep:
    """One step as its file writes it, and what went wrong; `played` is false where an earlier one stopped the play."""

    number: int
    line: int
    text: str
    faults: tuple[str, ...] = ()
    played: bool = True

    @property
    def held(self) -> bool:
        """Whether it went as told."""
        return self.played and not self.faults


@dataclass(frozen=True, slots=True)
class Played:
    """One scenario, its steps, and what went wrong, in sentences; nothing did when there are none."""

    name: str
    faults: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    line: int = 0
    steps: tuple[PlayedStep, ...] = ()


@dataclass(frozen=True)
class Ground:
    """What scenarios stand on: the routine's text, its data, and the files a step may publish."""

    text: str
    data: Data
    files: Mapping[str, str]
    routines: tuple[Routine, ...]

    @staticmethod
    def of(workflow: str, data: str, files: Mapping[str, str] | None = None) -> Ground:
        """Read them. Raises CannotPlay."""
        rows = load_data(data, DATA)
        loaded = load(workflow, WORKFLOW, rows.data)
        faults = [str(f) for f in (*rows.errors, *(f for f in loaded.faults if not f.warning))]
        if loaded.routine is None or rows.data is None or faults:
            raise CannotPlay("\n".join(faults))
        every = {**(files or {}), WORKFLOW: workflow, DATA: data}
        others = (load(text).routine for name, text in every.items() if name != WORKFLOW and is_workflow(text))
        return Ground(workflow, rows.data, every, (loaded.routine, *(each for each in others if each is not None)))

    def read(self, scenarios: str) -> Script:
        """Read scenarios that are to be played here."""
        return read_script(scenarios, self.routines, self.data, self.files)

    def stage(self, script: Script, text: str) -> Stage:
        """Set the stage with the people of the script, under that edition of the routine."""
        data = replace(self.data, people={**script.people, **self.data.people})
        if script.now is None:
            raise CannotPlay("now")
        return Stage(text, data, script.now)


def editions(session: Session) -> dict[str, str]:
    """Give the published editions as files that a step may publish: `edition 12`."""
    newest = select(WorkflowEdition).order_by(WorkflowEdition.number.desc()).limit(OLDER)
    return {f"edition {each.number}": each.text for each in session.scalars(newest)}


def is_workflow(text: str) -> bool:
    """Whether a file says how cases move, not who and where."""
    return any(line.startswith("flows:") for line in text.splitlines())


def play(workflow: str, data: str, scenarios: str, files: Mapping[str, str] | None = None) -> list[Played]:
    """Play every scenario of a text and give what went wrong; a text with faults gives those instead of raising.

    Raises CannotPlay where the routine or its data can't be read.
    """
    return list(play_each(Ground.of(workflow, data, files), scenarios))


def play_each(ground: Ground, scenarios: str) -> Iterator[Played]:
    """Play one scenario after the other."""
    script = ground.read(scenarios)
    if script.faults:
        yield Played(SCENARIOS, tuple(_in_words(fault) for fault in script.faults))
        return
    stages: dict[str, Stage] = {}
    for scenario in script.scenarios:
        faults = tuple(_in_words(fault) for fault in scenario.faults)
        steps = () if faults else tuple(_play(ground, script, scenario, stages))
        told = faults or tuple(_of_step(step, fault) for step in steps for fault in step.faults)
        yield Played(scenario.name or SCENARIOS, told, scenario.covers, scenario.line, steps)


def _in_words(fault: Any) -> str:
    return f"{fault.file}:{fault.line}:{fault.column}: {translated(fault.message)}"


def _of_step(step: PlayedStep, fault: str) -> str:
    return gettext("Step %(step)d (line %(line)d): %(what)s", step=step.number, line=step.line, what=fault)


def _play(ground: Ground, script: Script, scenario: Scenario, stages: dict[str, Stage]) -> Iterator[PlayedStep]:
    steps, text = list(scenario.steps), ground.text
    if steps and is_workflow(older := ground.files.get(str(steps[0].told.get("publish", "")), "")):
        text = older
        yield _played(steps.pop(0))
    if text not in stages:
        stages[text] = ground.stage(script, text)
    play = stages[text].open(ground.files)
    try:
        yield from _steps(play, steps)
    finally:
        play.close()


def _steps(play: Play, steps: list[Step]) -> Iterator[PlayedStep]:
    stopped = False
    for step in steps:
        if stopped:
            yield _played(step, played=False)
            continue
        try:
            told = tuple(_step(play, step.told))
        except TooLong:
            told = (gettext("so much time can't be played"),)
        except NotMade as missing:
            told = (gettext("there is no case “%(name)s”: the step that makes it didn't", name=missing),)
        except BROKEN as broken:
            told, stopped = (gettext("can't be played: %(why)s", why=f"{type(broken).__name__} {broken}"),), True
        yield _played(step, told)


def _played(step: Step, faults: tuple[str, ...] = (), *, played: bool = True) -> PlayedStep:
    return PlayedStep(step.number, step.line, step.text, faults, played)


def _step(play: Play, step: Mapping[str, Any]) -> Iterator[str]:
    if "time" in step:
        play.note_mails()
        advance(play, play.moment(step["time"]))
    if "publish" in step:
        play.note_mails()
        yield from _compare(step, step["publish"], {name: [] for name in release(play, step["publish"], is_workflow)})
    if "do" in step:
        play.note_mails()
        yield from _compare(step, f"{step['as']} {step['do']}", act(play, step))
    if "report" in step:
        yield from check(play, {"as": step["as"], "report": step["report"], **step.get("expect", {})}, step.get("case"))
    elif "expect" in step:
        expected = {"case": step.get("makes") or step.get("case"), **step["expect"]}
        yield from check(play, expected, step.get("as"))


def _compare(step: Mapping[str, Any], what: str, refused: Mapping[str, list[str]]) -> Iterator[str]:
    """Say by what it should have been refused and was, or else which sentence lacks the words expected of it."""
    expected = with_words(step.get("refused", []))
    wanted = sorted(expected)
    if sorted(refused) == wanted:
        for name, words in expected.items():
            yield from lacking(what, words, refused[name])
        return
    told = {"what": what, "wanted": ", ".join(wanted), "found": ", ".join(sorted(refused))}
    if not refused:
        yield gettext("“%(what)s” should have been refused by %(wanted)s, but wasn't", **told)
    elif not wanted:
        yield gettext("“%(what)s” was refused by %(found)s", **told)
    else:
        yield gettext("“%(what)s” should have been refused by %(wanted)s, but was by %(found)s", **told)


def read_folder(folder: Path) -> tuple[Ground, str]:
    """Give what a routine's folder has to play. Raises CannotPlay."""
    workflow = folder / WORKFLOW
    if not workflow.exists():
        workflow = config.WORKFLOW_FILE
    files = {each.name: each.read_text("utf-8") for each in sorted(folder.glob("*.yaml"))}
    if missing := [name for name in (DATA, SCENARIOS) if name not in files]:
        raise CannotPlay(f"{folder / missing[0]} is missing")
    ground = Ground.of(workflow.read_text("utf-8"), files[DATA], files)
    return ground, files[SCENARIOS]


def play_folder(folder: Path) -> Iterator[Played]:
    """Play every scenario of a routine's folder. Raises CannotPlay."""
    ground, scenarios = read_folder(folder)
    yield from play_each(ground, scenarios)
