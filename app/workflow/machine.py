"""The flow as a `transitions` machine: one shared, model-less Machine per flow, built once, runs the single move.

`by`, the asked fields and the guards are its conditions; `same`, `any`, `back` and other flows are its sources and
destinations. The subject handed to it is a `Move`: a throwaway that carries the state and the evaluator's verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from transitions import EventData, Machine

from app.language.definition import BACK, NEW, SAME, Flow, Transition
from app.workflow.evaluator import Verdict

NOTHING = ""
KEPT_AS = "_state"
"""Where a move keeps its state: a routine may call a transition `state`, and none can be called this."""


@dataclass
class Move:
    """One move under way: the state it is in, what the evaluator said, and where `back` and a flow would lead."""

    _state: str
    verdict: Verdict
    back: str = NOTHING

    @property
    def state(self) -> str:
        """The state it is in."""
        return self._state


class MachineDisagrees(Exception):
    """The machine refused what the evaluator allowed: a fault of the program, never of a person."""


def place(flow: str, state: str) -> str:
    """Name a state of another flow."""
    return f"{flow}/{state}"


def _allowed(event: EventData, *kinds: str) -> bool:
    move = cast("Move", event.model)
    return not any(refusal.kind in kinds for refusal in move.verdict.refusals)


def by_holds(event: EventData) -> bool:
    """Whether the person is in `by`."""
    return _allowed(event, "who", "state")


def fields_hold(event: EventData) -> bool:
    """Whether what is asked is answered."""
    return _allowed(event, "field")


def guards_hold(event: EventData) -> bool:
    """Whether every guard holds."""
    return _allowed(event, "guard")


CONDITIONS = [by_holds, fields_hold, guards_hold]


@lru_cache(maxsize=256)
def machine(flow: Flow) -> Machine:
    """Build the flow's machine; it is never changed afterwards."""
    others = {place(*each) for t in flow.transitions.values() for each in t.to.flows.items()}
    return Machine(
        model=None,
        states=[NEW, *flow.states, *sorted(others)],
        transitions=[row for transition in flow.transitions.values() for row in _rows(transition, flow)],
        initial=None,
        send_event=True,
        auto_transitions=False,
        model_attribute=KEPT_AS,
    )


def _rows(transition: Transition, flow: Flow) -> list[dict[str, Any]]:
    row = {"trigger": transition.name, "source": list(transition.sources), "conditions": list(CONDITIONS)}
    if transition.to.flows:
        name, state = next(iter(transition.to.flows.items()))
        return [{**row, "dest": place(name, state)}]
    if transition.to.state == SAME:
        return [{**row, "dest": "="}]
    if transition.to.state == BACK:
        return [{**row, "dest": state, "conditions": [*CONDITIONS, _leads_back_to(state)]} for state in flow.states]
    return [{**row, "dest": transition.to.state}]


def _leads_back_to(state: str) -> Any:
    def leads_back(event: EventData) -> bool:
        return cast("Move", event.model).back == state

    return leads_back


def run(flow: Flow, name: str, move: Move) -> str:
    """Run one transition and give the place it leads to. Raises MachineDisagrees if the machine won't."""
    if not machine(flow).events[name].trigger(move):
        raise MachineDisagrees(f"{flow.name}.{name} from {move.state}")
    return move.state
