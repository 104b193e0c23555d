"""The routine in force, as it is declared: what programs need to name flows, states, moves and fields."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_appbuilder.api import expose

from app import forms
from app.api import schemas_routine
from app.api.base import Api, answered
from app.api.operation import operation
from app.change.explain import naming
from app.i18n import language, say
from app.language.definition import Flow, State, Transition
from app.telling.words import party_in_words
from app.web.here import context


class RoutineApi(Api):
    """The routine."""

    resource_name = "routine"
    openapi_spec_tag = "Routine"

    @expose("")
    @operation("The routine in force", answers={200: schemas_routine.Routine})
    def one(self) -> Response:
        """Give the routine."""
        routine = context().routine
        told = {
            "title": say(routine.title),
            "edition": context().newest.number,
            "flows": [_flow(each) for each in routine.flows.values()],
            "fields": [_field(name) for name in _asked()],
            "guards": [{"name": each.name, "says": say(each.says)} for each in routine.guards.values()],
        }
        return answered(told)


def _flow(flow: Flow) -> dict[str, Any]:
    return {
        "name": flow.name,
        "label": say(flow.label),
        "part_of": list(flow.part_of),
        "states": [_state(each) for each in flow.states.values()],
        "transitions": [_move(each, flow) for each in flow.transitions.values()],
    }


def _state(state: State) -> dict[str, Any]:
    return {"name": state.name, "label": say(state.label), "told": say(state.told), "finished": state.finished}


def _move(move: Transition, flow: Flow) -> dict[str, Any]:
    by = party_in_words(move.by, context().routine, naming(context().organisation), flow) if move.by else None
    return {
        "name": move.name,
        "label": say(move.label),
        "from": list(move.sources),
        "to": move.to.state or None,
        "by": by,
        "required": list(move.fields),
        "optional": list(move.optional),
        "guards": list(move.guards),
    }


def _asked() -> list[str]:
    """Every field that some move asks, in the order of the routine."""
    flows = context().routine.flows.values()
    asked = {name for flow in flows for each in flow.transitions.values() for name in each.asked}
    return [name for name in context().routine.fields if name in asked]


def _field(name: str) -> dict[str, Any]:
    declared = context().routine.fields[name]
    flow = next(iter(context().routine.flows))
    choices = forms.options(context().facts_of_new(flow, {}), declared, language())
    return {
        "name": name,
        "label": say(declared.label),
        "help": say(declared.help),
        "type": declared.type,
        "many": declared.many,
        "choices": None if choices is None else [{"name": key, "label": label} for key, label in choices],
    }
