"""Present answers as somebody would type them, and what may be typed: for the forms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.language.definition import Field
from app.routing.facts import CaseFacts
from app.workflow import spans
from app.workflow.actor import Actor
from app.workflow.context import Context
from model import Case, Person

PROPOSED = 30
"""Cases that are proposed where one is to be named."""


def proposed(context: Context, facts: CaseFacts, each: Field, actor: Actor) -> list[tuple[str, str]]:
    """Give the newest cases that the person may open, to choose from: number, and title as far as they may read it."""
    if each.type != "case" or actor.person is None:
        return []
    viewer = context.viewer(actor.person)
    own = facts.subject.id if facts.subject is not None else 0
    query = select(Case).where(viewer.visible(parts=False), Case.id != own).order_by(Case.id.desc()).limit(PROPOSED)
    rows = context.session.scalars(query).all()
    return [(row.number, row.title if viewer.shows("description", context.facts(row)) else "") for row in rows]


def as_typed(context: Context, facts: CaseFacts, each: Field, value: Any, actor: Actor, language: str) -> Any:
    """Give a present answer as somebody would type it: people by their addresses, where they may be read."""
    if each.type == "length" and value:
        return spans.in_words(str(value), language)
    if each.type != "person" or _is_chosen(each) or facts.subject is None:
        return value
    if each.name == "reporter" or not context.viewer(actor.person).shows(each.name, facts):
        return None  # who reported is looked up, and the look-up logged
    people = (context.session.get(Person, person) for person in facts.people_in(each.name))
    return ", ".join(person.mail for person in people if person is not None)


def _is_chosen(each: Field) -> bool:
    """Whether people are chosen from a party, and not named by their addresses."""
    return each.choices is not None and not isinstance(each.choices, tuple | str)
