"""Cases that a case names, and those that name it: each a link for whoever may open it, else a number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from app.access import Viewer
from app.i18n import gettext, say
from app.routing.facts import CaseFacts, case_fields, own_fields
from app.web import queue
from app.web.cells import Tag
from app.workflow.context import Context
from app.workflow.joining import several
from model import Case, CaseLink, Subject

MOST = 200
"""Cases that are shown of those that name one."""


@dataclass(frozen=True, slots=True)
class Named:
    """One case or action as another's page names it; the viewer may open it where `href` isn't empty."""

    number: str
    label: str
    href: str = ""
    title: str = ""
    state: Tag | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """Cases under one heading."""

    label: str
    cases: list[Named]


def joined(context: Context, facts: CaseFacts, viewer: Viewer) -> Iterator[Joined]:
    """Give the cases that this one names, and those that name it, as far as the viewer may read it."""
    for name in case_fields(facts.routine):
        if facts.flow.part_of and name not in own_fields(facts.routine, facts.flow.name):
            continue  # seeing a part shows nothing of its whole
        numbers = several(facts.value(name))
        if numbers and viewer.shows(name, facts):
            yield Joined(say(facts.routine.fields[name].label), list(_named(context, viewer, numbers)))
    for name, those in _naming(context, facts, viewer).items():
        label = say(context.routine.fields[name].label)
        yield Joined(gettext("Linked from other cases (%(field)s)", field=label), those)


def _named(context: Context, viewer: Viewer, numbers: Iterable[str]) -> Iterator[Named]:
    query = select(Case).where(Case.number.in_(list(numbers)), viewer.visible(parts=False))
    seen = {case.number: case for case in context.session.scalars(query)}
    for number in numbers:
        yield (
            _shown(context, viewer, seen[number])
            if number in seen
            else Named(number, gettext("Case %(number)s", number=number))
        )


def _shown(context: Context, viewer: Viewer, subject: Subject) -> Named:
    readable = viewer.shows("description", context.facts(subject))
    title = subject.title if readable else ""
    words = {"number": subject.number}
    label = gettext("Case %(number)s", **words) if subject.kind == "case" else gettext("Action %(number)s", **words)
    return Named(subject.number, label, queue.address(subject), title, queue.state_tag(subject, context))


def _naming(context: Context, facts: CaseFacts, viewer: Viewer) -> dict[str, list[Named]]:
    """Find the cases and parts that name this one, by field: only those where the viewer may read the field."""
    names = case_fields(context.routine)
    if facts.subject is None or not names:
        return {}
    query = (
        select(CaseLink.field, Subject)
        .join(CaseLink, CaseLink.subject_id == Subject.id)
        .where(CaseLink.case_id == facts.subject.id, CaseLink.field.in_(names), viewer.visible())
        .order_by(Subject.id.desc())
        .limit(MOST)
    )
    found: dict[str, list[Named]] = {}
    for name, subject in context.session.execute(query):
        if viewer.shows(name, context.facts(subject)):
            found.setdefault(name, []).append(_shown(context, viewer, subject))
    return found
