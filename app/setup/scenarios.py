"""Scenarios: a routine told as steps, each played on an empty database with the product's own engine.

Source: the language's section 11.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

import config
from app.language.data import Data, load_data
from app.language.load import load
from app.setup.expectations import check
from app.setup.organisation import import_data
from app.workflow import engine, reminding
from app.workflow.actor import Actor
from app.workflow.context import Context
from app.workflow.limits import not_run
from model import Base, Case, Clock, ConfigurationVersion, OutgoingMail, Person, Subject, WorkflowEdition


class CannotPlay(Exception):
    """The folder's files can't be read; the message has every fault."""


@dataclass
class Play:
    """One scenario under way."""

    session: Session
    now: datetime
    zone: ZoneInfo
    people: Mapping[str, int]
    cases: dict[str, int] = field(default_factory=dict)
    mark: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def context(self) -> Context:
        """The moment as it is now."""
        return Context.open(self.session, self.now)

    def subject(self, name: str) -> Subject:
        """The case or part called that."""
        return self.session.get_one(Subject, self.cases[name])


def play_folder(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Play every scenario of a routine's folder: (name, what went wrong). Raises CannotPlay."""
    workflow = folder / "workflow.yaml"
    if not workflow.exists():
        workflow = config.WORKFLOW_FILE
    loaded_data = load_data((folder / "data.yaml").read_text("utf-8"), str(folder / "data.yaml"))
    text = workflow.read_text("utf-8")
    loaded = load(text, str(workflow))
    faults = [str(f) for f in (*loaded_data.faults, *loaded.faults) if not f.warning]
    if loaded.routine is None or loaded_data.data is None or faults:
        raise CannotPlay("\n".join(faults))
    if beyond := not_run(loaded.routine):
        raise CannotPlay("\n".join(beyond))
    told = yaml.load((folder / "scenarios.yaml").read_text("utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - text only
    for scenario in told["scenarios"]:
        play = _open(text, loaded_data.data, told["now"])
        yield scenario["name"], list(_play(play, scenario["steps"]))
        play.session.close()
        play.session.get_bind().engine.dispose()


def _open(text: str, data: Data, now: str) -> Play:
    database = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(database)
    session = Session(database)
    zone = ZoneInfo(data.calendar.timezone)
    moment = _moment(now, zone)
    import_data(session, data)
    if session.get(ConfigurationVersion, 1) is None:
        session.add(ConfigurationVersion(id=1, version=1))
    session.add(WorkflowEdition(number=1, text=text, sha256=sha256(text.encode()).hexdigest(), published_at=moment))
    session.commit()
    people = {name: pk for name, pk in session.execute(select(Person.name, Person.id)) if name}
    return Play(session, moment, zone, people)


def _moment(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def _play(play: Play, steps: list[dict[str, Any]]) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        where = f"step {number}"
        try:
            yield from (f"{where}: {fault}" for fault in _step(play, step))
        except (KeyError, ValueError, TypeError) as fault:
            yield f"{where}: can't be played: {type(fault).__name__} {fault}"
            return


def _step(play: Play, step: dict[str, Any]) -> Iterator[str]:
    if "publish" in step:
        yield "publishing in a scenario isn't played yet"
        return
    if "time" in step:
        play.mark = _last_mail(play)
        advance(play, _moment(step["time"], play.zone))
    if "do" in step:
        play.mark = _last_mail(play)
        yield from _compare(step, _do(play, step))
    if "report" in step:
        yield from check(play, {"as": step["as"], **step.get("expect", {})}, step.get("case"))
    elif "expect" in step:
        expected = {"case": step.get("makes") or step.get("case"), **step["expect"]}
        yield from check(play, expected, step.get("as"))


def _last_mail(play: Play) -> int:
    return play.session.scalar(select(func.max(OutgoingMail.id))) or 0


def advance(play: Play, until: datetime) -> None:
    """Move the clock, doing on the way what the worker would do at each moment."""
    while True:
        at = play.session.scalar(select(func.min(Clock.next_at)).where(Clock.stopped_at.is_(None)))
        moment = at.replace(tzinfo=UTC) if isinstance(at, datetime) else None
        if moment is None or moment > until:
            break
        play.now = moment
        reminding.run_due(play.session, moment)
        play.session.commit()
    play.now = until


def _do(play: Play, step: dict[str, Any]) -> list[str]:
    """Make the transition; give the names of what refused it."""
    subject = play.subject(step["case"]) if "case" in step else None
    actor = _actor(play, step["as"], subject)
    try:
        made = _make(play, step, subject, actor)
    except engine.Refused as refused:
        play.session.rollback()
        return [refusal.name for refusal in refused.refusals]
    play.session.commit()
    if "makes" in step:
        play.cases[step["makes"]] = made.id
    return []


def _make(play: Play, step: dict[str, Any], subject: Subject | None, actor: Actor) -> Subject:
    name, context = step["do"], play.context
    if subject is None:
        answers = _answers(play, step.get("with", {}), context.routine)
        return engine.create(context, name, actor=actor, answers=answers)
    routine = context.edition(subject).routine
    answers = _answers(play, step.get("with", {}), routine)
    if name in routine.flows[subject.flow].transitions:
        return engine.move(context, subject, name, actor=actor, answers=answers, version=None)
    flow = next(f.name for f in routine.flows.values() if name in f.transitions and subject.flow in f.part_of)
    whole = play.session.get_one(Case, subject.id)
    return engine.create(context, name, actor=actor, answers=answers, flow=flow, whole=whole)


def _actor(play: Play, name: str, subject: Subject | None) -> Actor:
    if name == "anyone":
        return Actor()
    if name == "reporter":
        case = subject.whole if subject is not None and subject.kind == "part" else subject  # type: ignore[attr-defined]
        return Actor(person=case.reporter_id if case else None, reporter=True)
    person = play.session.get_one(Person, play.people[name])
    return Actor(person=person.id, language=person.language or "nb")


def _answers(play: Play, given: Mapping[str, Any], routine: Any) -> dict[str, Any]:
    return {name: _answer(play, routine.fields[name].type, value) for name, value in given.items()}


def _answer(play: Play, kind: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_answer(play, kind, each) for each in value]
    if kind == "person":
        return play.people[value] if value in play.people else _guest(play, value)
    return value


def _guest(play: Play, mail: str) -> int:
    person = Person(mail=mail, label=mail, guest=True, external=True, language="")
    play.session.add(person)
    play.session.flush()
    return person.id


def _compare(step: dict[str, Any], refused: list[str]) -> Iterator[str]:
    expected = step.get("refused", [])
    wanted = sorted([expected] if isinstance(expected, str) else expected)
    if sorted(refused) != wanted:
        told = f"expected to be refused by {wanted or 'nothing'}, was by {sorted(refused) or 'nothing'}"
        yield f"{step['as']} {step['do']}: {told}"
