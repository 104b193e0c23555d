"""What is declared and never used, or used and never asked."""

from app.language.check_names import declared
from app.language.check_sight import routed_roles
from app.language.definition import Field, Routine
from app.language.members import has_word
from app.language.nouns import FIELD, GUARD, PARTY, ROLE
from app.language.read import Node
from app.language.reading import Reading
from app.language.rows import Data
from app.language.said import Said, said
from app.language.standard import ANSWERED


def check_use(reading: Reading, routine: Routine, root: Node, data: Data | None) -> None:
    """Warnings go to the reading."""
    for guard in routine.guards:
        _unused(reading, GUARD, guard, root.where("guards", guard))
    for party in routine.parties:
        _unused(reading, PARTY, party, root.where("parties", party))
    routed = routed_roles(routine, data) if _routes(routine) else frozenset()
    for role in routine.roles:
        if role not in routed:
            _unused(reading, ROLE, role, root.at("roles").spot(role))
    asked = _asked(routine)
    for name in declared(root):
        _field(reading, routine.fields[name], asked, root.where("fields", name))


def _unused(reading: Reading, what: Said, name: str, node: Node) -> bool:
    if (what, name) in reading.used:
        return False
    reading.warn(node, said('the %(what)s "%(name)s" is never used', what=what, name=name))
    return True


def _field(reading: Reading, field: Field, asked: set[str], node: Node) -> None:
    if field.name in ANSWERED or field.of_unit or field.type == "code name":
        return
    if not _unused(reading, FIELD, field.name, node) and field.name not in asked:
        reading.warn(node, said('no transition asks the field "%(name)s"', name=field.name))


def _asked(routine: Routine) -> set[str]:
    moves = [move for flow in routine.flows.values() for move in flow.transitions.values()]
    return {name for move in moves for name in (*move.asked, *move.set)}


def _routes(routine: Routine) -> bool:
    moves = (move for flow in routine.flows.values() for move in flow.transitions.values())
    return any(has_word(move.assign, "routing", routine) for move in moves)
