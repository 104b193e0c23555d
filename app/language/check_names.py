"""Names that mean two things, and names that lead round in a ring."""

from collections.abc import Collection, Mapping

from app.language.conditions import Condition, Named
from app.language.conditions import walk as walk_condition
from app.language.definition import Flow, Routine
from app.language.grammar import CONDITION_WORDS, FILLINGS
from app.language.graph import rings
from app.language.nouns import A_PARTY
from app.language.parties import WORDS, NamedParty, Party
from app.language.parties import walk as walk_party
from app.language.read import Node
from app.language.reading import Reading
from app.language.said import Said, listed, said
from app.language.standard import EVERY_STANDARD

A_WORD = said("a word of the language")
A_STANDARD_FIELD = said("a standard field")
A_PERSON_FIELD = said("a person field")
A_ROLE = said("a role")
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
        whole = said('"whole" is a word of the language; call the flow something else')
        reading.wrong(root.where("flows", flow.name), whole)
    for kind, names in (("states", flow.states), ("transitions", flow.transitions)):
        for name in names:
            key = root.where("flows", flow.name, kind, name)
            if name in STATE_WORDS:
                reading.wrong(key, said('"%(name)s" is a word of the language; choose another name', name=name))
            if kind == "transitions" and name in flow.states:
                taken = said(
                    '"%(name)s" is a state of flow "%(flow)s" already; choose another name', name=name, flow=flow.name
                )
                reading.wrong(key, taken)


def _whos(reading: Reading, routine: Routine, root: Node) -> None:
    taken = dict.fromkeys(WORDS, A_WORD)
    taken |= {name: A_STANDARD_FIELD for name, field in EVERY_STANDARD.items() if field.type == "person"}
    for role in dict.fromkeys(routine.roles):
        _once(reading, root.at("roles").spot(role), role, taken, A_ROLE)
    for party in routine.parties:
        _once(reading, root.where("parties", party), party, taken, A_PARTY)
    for name, field in routine.fields.items():
        if field.type == "person" and name not in EVERY_STANDARD:
            _once(reading, root.where("fields", name), name, taken, A_PERSON_FIELD)


def _once(reading: Reading, node: Node, name: str, taken: dict[str, Said], what: Said) -> None:
    if name in taken:
        twice = said(
            '"%(name)s" is %(taken)s already; %(what)s needs another name', name=name, taken=taken[name], what=what
        )
        reading.wrong(node, twice)
    taken.setdefault(name, what)


def _field(reading: Reading, name: str, routine: Routine, root: Node) -> None:
    key = root.where("fields", name)
    if name in FIELD_WORDS:
        reading.wrong(key, said('"%(name)s" is a word of the language; call the field something else', name=name))
    if name in routine.flows and routine.fields[name].type == "case":
        reading.wrong(key, said('"%(name)s" is a flow already; call the field something else', name=name))


def check_rings(reading: Reading, routine: Routine, root: Node) -> bool:
    """Whether parties, guards or flows lead back to themselves."""
    parties = {name: _named(party) for name, party in routine.parties.items()}
    guards = {name: _guards(guard.needs) for name, guard in routine.guards.items()}
    parts = {flow.name: flow.part_of for flow in routine.flows.values()}
    found = [*_rings("parties", parties), *_rings("guards", guards), *_rings("flows", parts)]
    for section, ring in found:
        reading.wrong(root.where(section, ring[0]), _round(section, listed(ring)))
    return bool(found)


def _rings(section: str, leads: Mapping[str, Collection[str]]) -> list[tuple[str, list[str]]]:
    return [(section, ring) for ring in rings(leads)]


def _round(section: str, names: Said) -> Said:
    if section == "parties":
        return said("a ring of parties: %(names)s; one of them must say who", names=names)
    if section == "guards":
        return said("a ring of guards: %(names)s; one of them must test something else", names=names)
    return said("a ring of flows: %(names)s; one of them must be a case of its own", names=names)


def _named(party: Party) -> list[str]:
    return [node.name for node in walk_party(party) if isinstance(node, NamedParty)]


def _guards(condition: Condition) -> list[str]:
    return [node.guard for node in walk_condition(condition) if isinstance(node, Named)]


def declared(root: Node) -> list[str]:
    """Fields the file itself declares."""
    fields = root.get("fields")
    return [name for name, _ in fields.names()] if fields else []
