"""Names that mean two things, and names that lead round in a ring."""

from collections.abc import Collection, Mapping

from app.language.conditions import Condition, Named
from app.language.conditions import walk as walk_condition
from app.language.definition import Flow, Routine
from app.language.fault import listed
from app.language.grammar import CONDITION_WORDS, FILLINGS
from app.language.graph import rings
from app.language.parties import WORDS, NamedParty, Party
from app.language.parties import walk as walk_party
from app.language.read import Node
from app.language.reading import Reading
from app.language.standard import EVERY_STANDARD

STATE_WORDS = ("new", "same", "back", "any", "final", "anything")
FIELD_WORDS = (*CONDITION_WORDS, *FILLINGS, "link", "notice")


def check_names(reading: Reading, routine: Routine, root: Node) -> None:
    """Each name is used once where it could be taken for another."""
    for flow in routine.flows.values():
        _flow(reading, flow, root)
    _whos(reading, routine, root)
    for name in declared(root):
        _field(reading, name, routine, root)


def _flow(reading: Reading, flow: Flow, root: Node) -> None:
    if flow.name == "whole":
        reading.wrong(root.where("flows", flow.name), '"whole" is a word of the language; call the flow something else')
    for kind, names in (("states", flow.states), ("transitions", flow.transitions)):
        for name in names:
            key = root.where("flows", flow.name, kind, name)
            if name in STATE_WORDS:
                reading.wrong(key, f'"{name}" is a word of the language; choose another name')
            if kind == "transitions" and name in flow.states:
                reading.wrong(key, f'"{name}" is a state of flow "{flow.name}" already; choose another name')


def _whos(reading: Reading, routine: Routine, root: Node) -> None:
    taken = dict.fromkeys(WORDS, "a word of the language")
    taken |= {name: "a standard field" for name, field in EVERY_STANDARD.items() if field.type == "person"}
    for role in dict.fromkeys(routine.roles):
        _once(reading, root.at("roles").spot(role), role, taken, "a role")
    for party in routine.parties:
        _once(reading, root.where("parties", party), party, taken, "a party")
    for name, field in routine.fields.items():
        if field.type == "person" and name not in EVERY_STANDARD:
            _once(reading, root.where("fields", name), name, taken, "a person field")


def _once(reading: Reading, node: Node, name: str, taken: dict[str, str], what: str) -> None:
    if name in taken:
        reading.wrong(node, f'"{name}" is {taken[name]} already; {what} needs another name')
    taken.setdefault(name, what)


def _field(reading: Reading, name: str, routine: Routine, root: Node) -> None:
    key = root.where("fields", name)
    if name in FIELD_WORDS:
        reading.wrong(key, f'"{name}" is a word of the language; call the field something else')
    if name in routine.flows and routine.fields[name].type == "case":
        reading.wrong(key, f'"{name}" is a flow already; call the field something else')


def check_rings(reading: Reading, routine: Routine, root: Node) -> bool:
    """Whether parties, guards or flows lead back to themselves."""
    parties = {name: _named(party) for name, party in routine.parties.items()}
    guards = {name: _guards(guard.needs) for name, guard in routine.guards.items()}
    parts = {flow.name: flow.part_of for flow in routine.flows.values()}
    return (
        _ring(reading, root, "parties", parties, "one of them must say who")
        + _ring(reading, root, "guards", guards, "one of them must test something else")
        + _ring(reading, root, "flows", parts, "one of them must be a case of its own")
        > 0
    )


def _ring(reading: Reading, root: Node, section: str, leads: Mapping[str, Collection[str]], says: str) -> int:
    found = rings(leads)
    for ring in found:
        reading.wrong(root.where(section, ring[0]), f"a ring of {section}: {listed(ring)}; {says}")
    return len(found)


def _named(party: Party) -> list[str]:
    return [node.name for node in walk_party(party) if isinstance(node, NamedParty)]


def _guards(condition: Condition) -> list[str]:
    return [node.guard for node in walk_condition(condition) if isinstance(node, Named)]


def declared(root: Node) -> list[str]:
    """Fields the file itself declares."""
    fields = root.get("fields")
    return [name for name, _ in fields.names()] if fields else []
