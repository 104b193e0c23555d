"""A routine's own scenarios as the demo's cases, where nobody has written stories for its people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.change.acting import act
from app.change.script import Scenario, read_script
from app.change.script_words import ANYONE, REPORTER
from app.change.stage import Play
from app.language.data import load_data
from app.language.definition import Routine
from app.workflow.context import Context
from model import Case, Person

APART = timedelta(days=2)
"""So much earlier each story ends than the one before it."""


def retell(session: Session, scenarios: str, organisation: str, now: datetime) -> int:
    """Play what people do in each scenario, so that the last step lies just before `now`; give how many cases.

    `organisation` is the text of the data.yaml that the scenarios were written for. Commits step by step, as a
    scenario does: a move that is refused takes nothing else back.
    """
    session.commit()
    routine = Context.open(session, now).routine
    data = load_data(organisation).data
    script = read_script(scenarios, [routine], data) if data is not None and scenarios else None
    if script is None or script.now is None or data is None:
        return 0
    people = {name: pk for name, pk in session.execute(select(Person.name, Person.id)) if name}
    zone = ZoneInfo(data.calendar.timezone)
    known = [each for each in script.scenarios if not each.faults and _who(each) <= {*people, ANYONE, REPORTER}]
    for number, each in reversed(list(enumerate(known, 1))):
        play = Play(session, now, zone, people)
        _tell(play, routine, each, script.now.replace(tzinfo=zone), now - number * APART)
    return session.scalar(select(func.count()).select_from(Case)) or 0


def _who(scenario: Scenario) -> set[str]:
    return {str(step.told["as"]) for step in scenario.steps if "do" in step.told}


def _tell(play: Play, routine: Routine, scenario: Scenario, began: datetime, end: datetime) -> None:
    """Make the moves of one scenario, each as long before `end` as it is before the scenario's last."""
    moments = [_at(step.told, play.zone) for step in scenario.steps]
    last = max((each for each in moments if each is not None), default=began)
    shift = timedelta(days=(end - last).days)
    play.now = (began + shift).astimezone(UTC)
    for before, step in pairwise([None, *scenario.steps]):
        if step is None or "publish" in step.told:
            continue
        at = _at(step.told, play.zone)
        play.now = (at + shift).astimezone(UTC) if at else play.now + timedelta(hours=bool(before))
        if "do" in step.told and ("case" not in step.told or step.told["case"] in play.cases):
            act(play, {**step.told, "with": dict(_shifted(step.told.get("with", {}), routine, shift))})


def _at(told: Mapping[str, Any], zone: ZoneInfo) -> datetime | None:
    return datetime.fromisoformat(told["time"]).replace(tzinfo=zone) if "time" in told else None


def _shifted(answers: Mapping[str, Any], routine: Routine, shift: timedelta) -> Iterator[tuple[str, Any]]:
    """Move the dates among answers along."""
    for name, value in answers.items():
        is_date = name in routine.fields and routine.fields[name].type == "date"
        yield name, (date.fromisoformat(value) + shift).isoformat() if is_date else value
