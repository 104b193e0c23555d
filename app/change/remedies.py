"""Why a case is stuck, in the reader's language: one sentence for each of the radar's reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.i18n import gettext, long_day, say, today
from app.language.definition import Flow, Routine
from app.routing.organisation import Organisation

GRAVITY = ("no_handler", "no_holder", "inactive", "all_excluded", "no_state", "no_way", "guard", "empty", "no_clock")
"""Which reasons are told first."""
Reason = Mapping[str, Any]


def worst_first(reasons: Iterable[Reason]) -> list[Reason]:
    """Order the reasons by how much they explain."""
    last = len(GRAVITY)
    return sorted(reasons, key=lambda each: GRAVITY.index(each["why"]) if each["why"] in GRAVITY else last)


def told(reason: Reason, routine: Routine, flow: str, organisation: Organisation, people: Mapping[int, str]) -> str:
    """Say a reason found in a case of that flow; `people` are what people are called, by id."""
    machine = routine.flows.get(flow)
    match reason["why"]:
        case "no_holder":
            return _no_holder(reason, organisation)
        case "no_handler":
            return gettext("Nobody has the case.")
        case "inactive":
            who = people.get(reason["person"]) or gettext("Somebody")
            return gettext("%(person)s has the task, but the account is switched off.", person=who)
        case "all_excluded":
            return gettext("Everybody who could have done it is left out of this case.")
        case "no_state":
            return gettext("The routine no longer has the state it is in.")
        case "no_way":
            return gettext("Nothing leads on from “%(state)s”.", state=_state(machine, reason["state"]))
        case "guard":
            return _guard(reason, routine, machine)
        case "empty":
            field = routine.fields.get(reason["field"])
            return gettext("“%(field)s” names nobody.", field=say(field.label) if field else reason["field"])
        case "no_clock":
            move = _move(machine, reason["transition"])
            return gettext("“%(move)s” happens by itself when a deadline is over, and none is running.", move=move)
    return gettext("Nobody who may open it can do “%(move)s”.", move=_move(machine, reason.get("transition", "")))


def _no_holder(reason: Reason, organisation: Organisation) -> str:
    role, unit = say(organisation.label(reason["role"])), organisation.units.get(reason["unit"] or 0)
    words = {"role": role, "unit": (unit.code or say(unit.label)) if unit else ""}
    none = (
        gettext("Nobody has the role “%(role)s” at %(unit)s.", **words)
        if unit
        else gettext("Nobody has the role “%(role)s”.", **words)
    )
    posts = organisation.posts(reason["role"], unit.id, reason.get("area")) if unit else ()
    ended = [post.ends_on for post in posts if post.ends_on is not None and post.ends_on < today()]
    if not ended:
        return none
    return gettext("%(sentence)s The assignment ended on %(day)s.", sentence=none, day=long_day(max(ended)))


def _guard(reason: Reason, routine: Routine, flow: Flow | None) -> str:
    guard = routine.guards.get(reason["guard"])
    says = say(guard.says) if guard else reason["guard"]
    return gettext("“%(move)s” is stopped: %(says)s", move=_move(flow, reason["transition"]), says=says)


def _move(flow: Flow | None, name: str) -> str:
    declared = flow.transitions.get(name) if flow else None
    return say(declared.label) if declared else name


def _state(flow: Flow | None, name: str) -> str:
    declared = flow.states.get(name) if flow else None
    return say(declared.label) if declared else name
