"""One flow: whether every state can be reached and left, and what happens by itself."""

from app.language.definition import BACK, SAME, Flow, Routine, Transition
from app.language.graph import reached
from app.language.read import Node
from app.language.reading import Reading
from app.language.said import said
from app.language.standard import STANDARD
from app.language.ways import leads


def check_flow(reading: Reading, routine: Routine, flow: Flow, root: Node) -> None:
    """Faults go to the reading."""
    for transition in flow.transitions.values():
        _Check(reading, routine, flow, root).transition(transition)
    _then(reading, flow, root)
    if flow.name not in reading.unsure:
        _ways(reading, routine, flow, root)


class _Check:
    """Checks one transition after another."""

    def __init__(self, reading: Reading, routine: Routine, flow: Flow, root: Node) -> None:
        self.reading, self.routine, self.flow = reading, routine, flow
        self.node = root.at("flows", flow.name, "transitions")

    def transition(self, transition: Transition) -> None:
        self._final(transition)
        self._choices(transition)
        if transition.by is None:
            self._itself(transition)

    def _final(self, transition: Transition) -> None:
        for name in transition.sources:
            state = self.flow.states.get(name)
            if state and state.final == "yes" and transition.to.state != SAME:
                place = self.node.at(transition.name, "from").spot(name)
                final = said('"%(state)s" is final, nothing leaves it (final: may reopen would allow it)', state=name)
                self.reading.wrong(place, final)

    def _choices(self, transition: Transition) -> None:
        for name in transition.asked:
            field = self.routine.fields.get(name)
            if field and field == STANDARD.get(name) and field.type == "choice":
                place = self.node.at(transition.name).spot(name)
                self.reading.wrong(place, said('"%(name)s" has no choices; give it some under "fields"', name=name))

    def _itself(self, transition: Transition) -> None:
        node = self.node.at(transition.name)
        for word in ("fields", "optional", "together"):
            if node.get(word):
                nobody = said('nobody is there to answer "%(word)s": it happens by itself', word=word)
                self.reading.wrong(node.where(word), nobody)
        if transition.creates:
            self.reading.wrong(node.where("from"), said("a case doesn't come by itself; say who makes it"))


def _then(reading: Reading, flow: Flow, root: Node) -> None:
    for clock in flow.clocks.values():
        move = flow.transitions.get(clock.then or "")
        if move and move.by is not None:
            place = root.at("flows", flow.name, "clocks", clock.name, "then")
            pressed = said('"%(name)s" is pressed by people; "then" needs a transition by: itself', name=move.name)
            reading.wrong(place, pressed)


def _ways(reading: Reading, routine: Routine, flow: Flow, root: Node) -> None:
    starts = entries(routine, flow)
    if not starts:
        unstarted = said('nothing starts flow "%(flow)s"; a transition from: new would', flow=flow.name)
        reading.wrong(root.where("flows", flow.name), unstarted)
        return
    found = reached(starts, leads(flow))
    for state in flow.states.values():
        key = root.where("flows", flow.name, "states", state.name)
        if state.name not in found:
            unreached = said('nothing reaches the state "%(state)s"; a transition to it is missing', state=state.name)
            reading.wrong(key, unreached)
        elif not state.finished and not _left(state.name, flow):
            unleft = said(
                'nothing leaves the state "%(state)s"; a transition from it, or final: true', state=state.name
            )
            reading.wrong(key, unleft)


def entries(routine: Routine, flow: Flow) -> set[str]:
    """States in which cases come into the flow: new ones, those of another flow, those of an older edition."""
    found = {move.to.state for move in flow.transitions.values() if move.creates}
    for other in routine.flows.values():
        found |= {move.to.flows[flow.name] for move in other.transitions.values() if flow.name in move.to.flows}
    moved = routine.migrate.get(flow.name)
    return found | (set(moved.values()) if moved and not isinstance(moved, str) else set())


def _left(state: str, flow: Flow) -> bool:
    return any(
        state in move.sources and (move.to.flows or move.to.state == BACK or move.to.state not in {SAME, state})
        for move in flow.transitions.values()
    )
