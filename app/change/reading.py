"""What a case's page tells in a scenario beside answers that stand: former ones, code names, who has read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.access import Viewer
from app.language.standard import is_declared
from app.routing.facts import CaseFacts
from app.workflow import journal, readings
from app.workflow.context import Context


def still_read(name: str, value: Any, facts: CaseFacts, viewer: Viewer) -> bool:
    """Whether the viewer reads an answer from the journal: one that no longer stands belongs to the history."""
    return journal.stands(name, value, facts) or viewer.shows("history", facts)


def also_read(context: Context, facts: CaseFacts, viewer: Viewer, *, as_reporter: bool) -> Iterator[str]:
    """Give the code names, and who has opened the case: whoever reads it here has, but for its reporter."""
    for name, declared in facts.routine.fields.items():
        if declared.type == "code name" and viewer.shows(name, facts, as_reporter=as_reporter):
            yield str(facts.value(name) or "")
    if facts.subject is None or as_reporter or not viewer.sees(facts):
        return
    readings.note(context, facts.subject, viewer.person, readings.PAGE)
    if is_declared(context.routine, "access_log") and viewer.shows("access_log", facts):
        yield from (repr(each.person) for each in readings.latest(context, facts.subject))
