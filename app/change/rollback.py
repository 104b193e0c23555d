"""Going back: a draft that says what an old edition said, to be tried and published like any other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.change import changes as changing
from app.change import drafts, history
from app.change.changes import Change
from app.change.editing import set_migrate, without_migrate
from app.language.load import load
from model import Draft, WorkflowEdition


def roll_back(session: Session, edition: WorkflowEdition, person: int | None, now: datetime) -> Draft:
    """Make a draft that says what the edition said, settings included. Flushes. Raises drafts.AnotherIsOpen."""
    if drafts.open_draft(session) is not None:
        raise drafts.AnotherIsOpen
    draft = drafts.start(session, person, now)
    later = session.scalars(
        select(WorkflowEdition).where(WorkflowEdition.number > edition.number).order_by(WorkflowEdition.number.desc())
    ).all()
    drafts.write(draft, person, now, text=_text_of(edition, later), scenarios=edition.scenarios)
    for each in later:
        for made in reversed(each.changes):
            drafts.put(draft, undo(made), person, now)
    session.flush()
    return draft


def undo(made: Mapping[str, Any]) -> Change:
    """Give the change that takes a change of an edition back."""
    back: Mapping[str, changing.Operation] = {"add": "remove", "remove": "add", "change": "change"}
    operation = back[made["operation"]]
    gone = operation == "add" and made["table"] in history.UNNAMED
    values = {} if operation == "remove" else dict(made["before"])
    return Change(made["table"], history.new_key() if gone else made["key"], operation, values)


def _text_of(edition: WorkflowEdition, later: Iterable[WorkflowEdition]) -> str:
    """The old text; states that later editions renamed are led back to the names it has."""
    text = without_migrate(edition.text)
    old = load(text).routine
    back: dict[str, dict[str, str]] = {}
    for each in later:
        routine = load(each.text).routine
        for flow, states in routine.migrate.items() if routine else ():
            if not isinstance(states, str):
                back[flow] = _led_back(back.get(flow, {}), states)
    for flow, states in back.items():
        known = old.flows[flow].states if old and flow in old.flows else {}
        wanted = {state: former for state, former in states.items() if state not in known and former in known}
        text = set_migrate(text, flow, wanted) if wanted else text
    return text


def _led_back(so_far: Mapping[str, str], states: Mapping[str, str]) -> dict[str, str]:
    """Compose: a state of today, by the name it had before this edition."""
    former = {new: old for old, new in states.items()}
    known = {today: former.get(name, name) for today, name in so_far.items()}
    return {**{new: old for new, old in former.items() if new not in so_far.values()}, **known}
