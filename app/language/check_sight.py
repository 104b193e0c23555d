"""Who acts must see what they act on: being allowed to press gives no sight."""

from app.language import conditions, parties
from app.language.conditions import ClockIs
from app.language.definition import Flow, Routine, Transition
from app.language.members import handling_roles, has_word, roles_in, with_wholes
from app.language.plain import party as plain_party
from app.language.read import Node
from app.language.reading import Reading
from app.language.rows import Data
from app.language.said import said


def check_sight(reading: Reading, routine: Routine, root: Node, data: Data | None) -> None:
    """Roles in `by` that can't see the case, and reporters told of a page they haven't got."""
    routed = routed_roles(routine, data)
    for flow in routine.flows.values():
        _by_clock(reading, routine, flow, root.at("flows", flow.name, "see"))
        node = root.at("flows", flow.name, "transitions")
        seeing = _seeing(flow, routine, routed)
        for move in flow.transitions.values():
            _by(reading, routine, flow, move, node.at(move.name, "by"), seeing)
            _reporter(reading, routine, flow, move, node.at(move.name, "notify"))


def routed_roles(routine: Routine, data: Data | None) -> frozenset[str]:
    """Roles routing leads to, also those the routine lacks; every role where data isn't known."""
    if data is None:
        return frozenset(routine.roles)
    people = [name for name, field in routine.fields.items() if field.type == "person"]
    parties = [plain_party(row.to, fields=people, parties=routine.parties) for row in data.routing]
    return frozenset(role for party in parties for role in roles_in(party, routine))


def _seeing(flow: Flow, routine: Routine, routed: frozenset[str]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for each in with_wholes(flow, routine):
        found |= roles_in(each.see, routine) | handling_roles(each, routine, routed)
        if has_word(each.see, "anyone", routine):
            found |= frozenset(routine.roles)
    return found


def _by_clock(reading: Reading, routine: Routine, flow: Flow, node: Node) -> None:
    """Lists are sought in the database, where no clock is asked."""
    guards = {name: guard.needs for name, guard in routine.guards.items()}
    tested = (p.when for p in parties.walk(flow.see, routine.parties) if isinstance(p, parties.Query) and p.when)
    for each in (part for when in tested for part in conditions.walk(when, guards)):
        if isinstance(each, ClockIs):
            hidden = said(
                '"see" can\'t ask the clock "%(clock)s"; let its "then" move the case, and ask the state',
                clock=each.clock,
            )
            reading.wrong(node, hidden)


def _by(reading: Reading, routine: Routine, flow: Flow, move: Transition, node: Node, seeing: frozenset[str]) -> None:
    if move.creates and not flow.part_of:
        return
    for role in sorted(roles_in(move.by, routine) - seeing):
        blind = said(
            'role "%(role)s" may press "%(transition)s" but doesn\'t see the case; '
            'put it in "see" of flow "%(flow)s" or assign the case to it',
            role=role,
            transition=move.name,
            flow=(flow.part_of or (flow.name,))[0],
        )
        reading.wrong(node.spot(role), blind)


def _reporter(reading: Reading, routine: Routine, flow: Flow, move: Transition, node: Node) -> None:
    if any(has_word(each.see, "reporter", routine) for each in with_wholes(flow, routine)):
        return
    for key, (party, _) in zip((key for key, _ in node.entries), move.notify, strict=False):
        if has_word(party, "reporter", routine):
            pageless = said(
                'the reporter is mailed but has no page: "reporter" isn\'t in "see" of flow "%(flow)s"', flow=flow.name
            )
            reading.warn(key, pageless)
