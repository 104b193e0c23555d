"""The flows together: which of them takes a new case, and what could go on by itself for ever."""

from app.language.conditions import Has, Is, walk
from app.language.definition import SAME, Flow, Routine, Transition
from app.language.graph import rings
from app.language.read import Node
from app.language.reading import Reading
from app.language.said import listed, said
from app.language.standard import ANSWERED
from app.language.ways import targets

Place = tuple[str, str]


def check_flows(reading: Reading, routine: Routine, root: Node) -> None:
    """Faults go to the reading."""
    _taken(reading, routine, root)
    for flow in routine.flows.values():
        if not flow.part_of:
            _asked(reading, routine, flow, root)
    _rings(reading, routine, root)


def _taken(reading: Reading, routine: Routine, root: Node) -> None:
    cases = [flow for flow in routine.flows.values() if not flow.part_of]
    if not cases and routine.flows:
        parts = said('every flow is "part of" another; one must be a case of its own')
        reading.wrong(root.where("flows"), parts)
    greedy = [flow.name for flow in cases if root.at("flows", flow.name).get("when") is None]
    names = [flow.name for flow in cases]
    for flow in cases[names.index(greedy[0]) + 1 :] if greedy else ():
        if not _gone_on_to(flow, routine):
            key = root.where("flows", flow.name)
            untaken = said(
                'no case takes flow "%(flow)s": "%(greedy)s" before it has no "when" and takes all',
                flow=flow.name,
                greedy=greedy[0],
            )
            reading.wrong(key, untaken)


def _gone_on_to(flow: Flow, routine: Routine) -> bool:
    every = (move for other in routine.flows.values() for move in other.transitions.values())
    return any(flow.name in move.to.flows for move in every)


def _asked(reading: Reading, routine: Routine, flow: Flow, root: Node) -> None:
    guards = {guard.name: guard.needs for guard in routine.guards.values()}
    tested = {node.field: None for node in walk(flow.when, guards) if isinstance(node, Is | Has)}
    for move in (each for each in flow.transitions.values() if each.creates):
        for name in tested:
            if name not in move.asked and not _answered(name, routine):
                key = root.where("flows", flow.name, "transitions", move.name, "fields")
                unasked = said(
                    '"%(transition)s" doesn\'t ask "%(field)s", which "when" of flow "%(flow)s" tests',
                    transition=move.name,
                    field=name,
                    flow=flow.name,
                )
                reading.wrong(key, unasked)


def _answered(name: str, routine: Routine) -> bool:
    field = routine.fields.get(name)
    return name in ANSWERED or field is None or field.default is not None or field.of_unit


def _rings(reading: Reading, routine: Routine, root: Node) -> None:
    ways: dict[Place, set[Place]] = {}
    moves: dict[Place, Transition] = {}
    for flow in routine.flows.values():
        timed = {clock.then for clock in flow.clocks.values()}
        for move in flow.transitions.values():
            if move.by is None and move.name not in timed:
                for source in move.sources:
                    ways.setdefault((flow.name, source), set()).update(_targets(flow, source, move))
                    moves.setdefault((flow.name, source), move)
    for ring in rings(ways):
        flow_name, move = ring[0][0], moves[ring[0]]
        key = root.where("flows", flow_name, "transitions", move.name)
        states = listed([state for _, state in ring])
        endless = said(
            "a ring of moves by itself: %(states)s; a clock or a person must make one of them", states=states
        )
        reading.wrong(key, endless)


def _targets(flow: Flow, source: str, move: Transition) -> set[Place]:
    if move.to.flows:
        return set(move.to.flows.items())
    if move.to.state == SAME:
        return {(flow.name, source)}
    return {(flow.name, state) for state in targets(flow, source, move)}
