"""Every name a file declares, gathered before anything is read that may refer to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.language.definition import Choice, Field, Flow, Routine
from app.language.fault import nearest
from app.language.parties import WORDS
from app.language.read import Node
from app.language.standard import EVERY_STANDARD

NOTHING: frozenset[str] = frozenset()
TYPES = (
    *("text", "number", "tick", "date", "time", "length", "choice", "person", "unit", "case", "file", "place"),
    "code name",
)
"""Types a declared field may have."""


@dataclass(frozen=True, slots=True)
class FieldNames:
    """What may be said about a field: its type and, where they are listed, its choices."""

    type: str
    choices: frozenset[str] = NOTHING


@dataclass(frozen=True, slots=True)
class FlowNames:
    """Names inside one flow, and the flows it lives inside."""

    states: frozenset[str] = NOTHING
    transitions: frozenset[str] = NOTHING
    clocks: frozenset[str] = NOTHING
    part_of: tuple[str, ...] = ()
    guards: frozenset[str] = NOTHING


@dataclass(frozen=True, slots=True)
class Names:
    """All names of a routine. `areas` and `units` (with kinds) come from data; None = not known here."""

    roles: frozenset[str] = NOTHING
    parties: frozenset[str] = NOTHING
    guards: frozenset[str] = NOTHING
    fields: Mapping[str, FieldNames] = field(default_factory=dict)
    flows: Mapping[str, FlowNames] = field(default_factory=dict)
    areas: frozenset[str] | None = None
    units: frozenset[str] | None = None

    def of_type(self, *types: str) -> frozenset[str]:
        """Fields of one of these types."""
        return frozenset(name for name, entry in self.fields.items() if entry.type in types)

    @property
    def whos(self) -> frozenset[str]:
        """Every word that may stand where there is a who."""
        return self.roles | self.parties | self.of_type("person") | frozenset(WORDS)


def gather(root: Node) -> Names:
    """Names the file declares, as far as its shape allows; faults are found when it is read."""
    fields = {name: FieldNames(standard.type) for name, standard in EVERY_STANDARD.items()}
    flows = _entries(root, "flows")
    fields |= {name: _field(name, node) for name, node in _entries(root, "fields").items()}
    return Names(
        roles=_list(_find(root, "roles")),
        parties=frozenset(_entries(root, "parties")),
        guards=frozenset(_entries(root, "guards")),
        fields=fields,
        flows={name: _flow(node, list(flows)) for name, node in flows.items()},
    )


def field_type(name: str, node: Node) -> str:
    """Type a declared field has: as written, else the standard one's, else `choice` if it has choices."""
    written, choices = node.get("type"), node.get("choices")
    standard = EVERY_STANDARD.get(name)
    if written is not None and standard is None:
        return written.text if written.text in TYPES else nearest(written.text, TYPES) or "text"
    inherited = standard.type if standard else "text"
    return "choice" if choices is not None and inherited == "text" else inherited


def _find(node: Node, word: str) -> Node | None:
    """Value of a word, also where it is misspelt: one fault there is enough."""
    meant = nearest(word, (key.text for key, _ in node.entries)) if node.kind == "map" else ""
    return node.get(word) or node.get(meant)


def _entries(node: Node, key: str) -> dict[str, Node]:
    found = _find(node, key)
    return dict(found.names()) if found else {}


def _list(node: Node | None) -> frozenset[str]:
    return frozenset(item.text for item in node.each() if item.kind == "scalar") if node else NOTHING


def _field(name: str, node: Node) -> FieldNames:
    kind, choices = field_type(name, node), node.get("choices")
    return FieldNames(kind, frozenset(_choices(choices)) if kind == "choice" and choices else NOTHING)


def _choices(node: Node) -> list[str]:
    found: list[str] = []
    for name, value in node.names():
        below = value.get("choices") if value.kind == "map" else None
        found += [name, *(_choices(below) if below else [])]
    return found


def _flow(node: Node, flows: list[str]) -> FlowNames:
    transitions = _entries(node, "transitions")
    parent = _find(node, "part of")
    return FlowNames(
        states=frozenset(_entries(node, "states")),
        transitions=frozenset(transitions),
        clocks=frozenset(_entries(node, "clocks")),
        part_of=_near(parent, flows) if parent else (),
        guards=frozenset(guard for each in transitions.values() for guard in _list(each.get("guards"))),
    )


def _near(node: Node, known: list[str]) -> tuple[str, ...]:
    words = (item.text if item.text in known else nearest(item.text, known) for item in node.each())
    return tuple(word for word in words if word)


def names_of(routine: Routine) -> Names:
    """Names of a routine that is loaded already."""
    return Names(
        roles=frozenset(routine.roles),
        parties=frozenset(routine.parties),
        guards=frozenset(routine.guards),
        fields={name: FieldNames(entry.type, _chosen(entry)) for name, entry in routine.fields.items()},
        flows={name: _flow_names(flow) for name, flow in routine.flows.items()},
    )


def _chosen(entry: Field) -> frozenset[str]:
    def within(choices: tuple[Choice, ...]) -> Iterator[str]:
        for choice in choices:
            yield choice.name
            yield from within(choice.choices)

    listed = entry.choices if isinstance(entry.choices, tuple) else ()
    return frozenset(within(listed))


def _flow_names(flow: Flow) -> FlowNames:
    guards = (guard for transition in flow.transitions.values() for guard in transition.guards)
    return FlowNames(
        frozenset(flow.states), frozenset(flow.transitions), frozenset(flow.clocks), flow.part_of, frozenset(guards)
    )
