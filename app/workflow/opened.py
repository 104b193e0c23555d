"""What every visitor may read: cases and reports whose `see` names `anyone`, and of a case the fields named, no more.

Source: the language's sections 4 and 5. A visitor is always held to `only`; what has a `see` of its own needs
`anyone` there, too.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_

from app.language.definition import Flow, Report, Routine
from app.language.parties import for_anyone
from app.outbox import compose
from app.routing.facts import CaseFacts
from app.routing.parties import Lookup
from app.workflow import mailing
from app.workflow.context import Context
from app.workflow.words import say
from model import Case

ALWAYS = ("number",)
"""Stands in the address of the case's page."""
BESIDES = frozenset({"notice"})
NEVER = frozenset({"history", "access_log", "told"})
"""Not fields that a page shows as an answer; `told` is a sentence of its own."""


def flows(routine: Routine) -> list[Flow]:
    """The flows whose cases every visitor may find, on a condition perhaps."""
    return [f for f in routine.flows.values() if not f.part_of and for_anyone(f.see, routine.parties)]


def reports(routine: Routine) -> list[Report]:
    """The reports that every visitor may read."""
    counted = (each for each in routine.reports.values() if each.rows or each.show or each.times)
    return [each for each in counted if for_anyone(each.see, routine.parties)]


def scope(context: Context, flow: Flow) -> ColumnElement[bool]:
    """Predicate on Case: those of the flow that every visitor may find."""
    return and_(Case.flow == flow.name, context.viewer(None).visible(parts=False))


def fields(context: Context, facts: CaseFacts) -> list[str]:
    """Name what a visitor may read of the case, in the order in which the routine names it."""
    viewer, lookup = context.viewer(None), Lookup(facts)
    held = viewer.held(facts)
    routine = viewer.routine.fields

    def shown(name: str) -> bool:
        declared = routine.get(name)
        files = declared is not None and declared.type == "file"
        return not files and (declared is None or declared.see is None or lookup.includes(declared.see, None))

    return list(dict.fromkeys((*ALWAYS, *(name for name in held if shown(name)))))


def words(context: Context, facts: CaseFacts, language: str) -> Mapping[str, str]:
    """Give what a visitor reads of the case, name by name; what isn't answered is left out."""
    names = fields(context, facts)
    known = mailing.values(context, facts, language)
    read = {name: known[name] for name in names if known.get(name) and name not in NEVER}
    if "told" in names and facts.subject is not None:
        told = say(facts.flow.states[facts.subject.state].told, language)
        open_to_all = {n: v for n, v in known.items() if n in names or n in BESIDES or n.startswith("due ")}
        read["told"] = compose.expand(told, open_to_all)
    return read
