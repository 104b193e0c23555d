"""The ways a case can go inside one flow."""

from app.language.definition import BACK, SAME, Flow, Transition


def leads(flow: Flow) -> dict[str, set[str]]:
    """State -> other states a transition leads to; `same`, `back` and other flows add nothing."""
    found: dict[str, set[str]] = {name: set() for name in flow.states}
    for move in flow.transitions.values():
        for source in move.sources:
            if source in found and move.to.state in flow.states and move.to.state != source:
                found[source].add(move.to.state)
    return found


def targets(flow: Flow, source: str, move: Transition) -> tuple[str, ...]:
    """States of this flow the transition can lead to from `source`: `same` none, `back` those that lead to it."""
    if move.to.flows or move.to.state == SAME:
        return ()
    if move.to.state == BACK:
        return tuple(state for state, after in leads(flow).items() if source in after)
    return (move.to.state,)
