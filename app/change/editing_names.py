"""Where a routine's text names a state or a guard: everywhere, also inside conditions of other flows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import yaml

from app.change.editing_text import Document, Path, items, pairs

Flows = Sequence[str]
"""Flows whose cases a condition is about."""
CONDITIONS = ("when", "see", "by", "assign", "exclude", "set", "pause")
READ_IN_THE_CASE = frozenset({"when", "except", "first"})
"""What a party asks of the case itself, wherever its people are looked for."""


def renamed(document: Document, flow: str, old: str, new: str) -> Iterator[tuple[yaml.Node, str]]:
    """Every place where that state of the flow is named, each once, and what is to stand there.

    A condition that is about several flows that have such a state, too, gets both names.
    """
    pair = document.find("flows", flow, "states", old)
    if pair:
        yield pair[0], new
    for node in _moves(document, flow):
        if node.value == old:
            yield node, new
    others = {each for each in document.names("flows") if old in document.names("flows", each, "states")} - {flow}
    seen: set[int] = set()
    for node, flows, listed in _tests(document):
        if node.value == old and flow in flows and node.start_mark.index not in seen:
            seen.add(node.start_mark.index)
            both = f"{old}, {new}" if listed else f"[{old}, {new}]"
            yield node, both if others & set(flows) else new


def _moves(document: Document, flow: str) -> Iterator[yaml.Node]:
    """States that transitions and clocks of the flow name, and transitions of other flows that lead here."""
    for name in document.names("flows"):
        for _, move in pairs(document.node("flows", name, "transitions")):
            words = {key.value: value for key, value in pairs(move)}
            if name == flow:
                yield from (*items(words.get("from")), *items(words.get("to")))
            yield from (value for key, value in pairs(words.get("to")) if key.value == flow)
    for _, clock in pairs(document.node("flows", flow, "clocks")):
        for key, value in pairs(clock):
            if key.value in {"start", "stop"}:
                yield from items(value)


def _tests(document: Document) -> Iterator[tuple[yaml.Node, Flows, bool]]:
    """Every state a condition names, with the flows it is about, and whether it stands in a list."""
    everywhere = document.names("flows")
    walker = _Walker(document)
    for flow in everywhere:
        path: Path = ("flows", flow)
        yield from walker.words(document.node(*path), [flow])
        for kind in ("transitions", "clocks"):
            for _, each in pairs(document.node(*path, kind)):
                yield from walker.words(each, [flow])
    for _, each in pairs(document.node("guards")):
        name = _name_of(document, each)
        users = [flow for flow in everywhere if any(path[1] == flow for path in guards_of(document, name))]
        yield from walker.walk(document.node("guards", name, "needs"), users or everywhere)
    for section in ("parties", "fields"):
        yield from walker.walk(document.node(section), everywhere)
    for _, each in pairs(document.node("reports")):
        of = [str(item.value) for key, value in pairs(each) if key.value == "of" for item in items(value)]
        yield from walker.words(each, of or everywhere)


def _name_of(document: Document, value: yaml.Node) -> str:
    return next(str(key.value) for key, each in pairs(document.node("guards")) if each is value)


def guards_of(document: Document, guard: str) -> list[Path]:
    """Paths of the `guards` of all transitions that ask for this one."""
    return [
        ("flows", flow, "transitions", move, "guards")
        for flow in document.names("flows")
        for move in document.names("flows", flow, "transitions")
        if any(item.value == guard for item in items(document.node("flows", flow, "transitions", move, "guards")))
    ]


class _Walker:
    """Goes through conditions and parties, knowing at each place which flows' cases are meant."""

    def __init__(self, document: Document) -> None:
        self.part_of = {
            flow: [str(item.value) for item in items(document.node("flows", flow, "part of"))]
            for flow in document.names("flows")
        }

    def words(self, node: yaml.Node | None, flows: Flows) -> Iterator[tuple[yaml.Node, Flows, bool]]:
        """Walk what may hold a condition among the words of a flow, a transition, a clock or a report."""
        for key, value in pairs(node):
            if key.value in CONDITIONS:
                yield from self.walk(value, flows)

    def walk(self, node: yaml.Node | None, flows: Flows) -> Iterator[tuple[yaml.Node, Flows, bool]]:
        """Walk a condition or a party."""
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                yield from self.walk(item, flows)
        inner = self._inner(node, flows)
        for key, value in pairs(node):
            if key.value == "state":
                listed = isinstance(value, yaml.SequenceNode)
                yield from ((item, inner, listed) for item in items(value))
            elif key.value == "whole":
                yield from self.walk(value, [above for flow in flows for above in self.part_of.get(flow, ())])
            else:
                yield from self.walk(value, flows if key.value in READ_IN_THE_CASE else inner)

    def _inner(self, node: yaml.Node | None, flows: Flows) -> Flows:
        """Flows that the rest of a map is about, where one of its words leads into parts or other cases."""
        for key, value in pairs(node):
            if key.value in {"every", "some", "of"} and isinstance(value, yaml.ScalarNode):
                if value.value == "whole":
                    return [above for flow in flows for above in self.part_of.get(flow, ())]
                roots = [flow for flow, above in self.part_of.items() if not above]
                return [str(value.value)] if value.value in self.part_of else roots
        return flows
