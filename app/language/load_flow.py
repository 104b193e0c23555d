"""Flows, their states and transitions from nodes."""

import re
from collections.abc import Callable, Mapping

from app.language.conditions import ALWAYS
from app.language.data_text import day
from app.language.definition import BACK, NEW, SAME, Destination, Final, Flow, State, Text, Transition
from app.language.grammar import choice, condition, party
from app.language.load_clock import clock
from app.language.nouns import A_MAIL, CLOCK, FIELD, FLOW, GUARD, SECTIONS, STATE, TRANSITION, flow_named, of, value_of
from app.language.parties import Party, Word
from app.language.read import Node
from app.language.reading import Reading
from app.language.said import Said, quoted, said
from app.language.scope import Scope
from app.language.standard import READ_ONLY
from app.language.times import length, no_length

FLOW_WORDS = ("label", "when", "part of", "see", "states", "transitions", "clocks")
STATE_WORDS = ("label", "told", "final")
TRANSITION_WORDS = (
    *("label", "from", "to", "by", "together", "fields", "optional", "guards"),
    *("exclude", "assign", "set", "again", "forget", "notify"),
)
FINALS: dict[str, Final] = {"true": "yes", "false": "no", "may reopen": "may reopen"}
TOGETHER = ("each", "each in order", "everyone", "majority", "two thirds")


def flow(reading: Reading, name: str, key: Node, node: Node) -> Flow:
    """One machine; faults go to the reading."""
    what = flow_named(name)
    found = reading.words(node, what, FLOW_WORDS, ("states", "transitions"), key=key)
    scope = Scope(reading.names, (name,))
    states = {state: _state(reading, state, at, value, scope) for state, at, value in _in(reading, found, STATE)}
    moves = _in(reading, found, TRANSITION)
    unfinished = tuple(state.name for state in states.values() if not state.finished)
    return Flow(
        name=name,
        label=_label(reading, found, what, name),
        states=states,
        transitions={move: _Move(reading, move, name, unfinished).read(at, value) for move, at, value in moves},
        clocks={each: clock(reading, each, at, value, scope) for each, at, value in _in(reading, found, CLOCK)},
        when=condition(reading, found["when"], scope) if "when" in found else ALWAYS,
        part_of=reading.knowns(found.get("part of"), FLOW, reading.names.flows),
        see=party(reading, found["see"], scope, sight=True) if "see" in found else None,
    )


def _in(reading: Reading, found: dict[str, Node], what: Said) -> list[tuple[str, Node, Node]]:
    return list(reading.named(found.get(SECTIONS[what]), what))


def _label(reading: Reading, found: dict[str, Node], what: Said, name: str) -> Text:
    if "label" in found:
        return reading.text(found["label"], of("label", what))
    return dict.fromkeys(reading.languages, name)


def _state(reading: Reading, name: str, key: Node, node: Node, scope: Scope) -> State:
    what = said('state "%(name)s"', name=name)
    found = reading.words(node, what, STATE_WORDS, ("label",), key=key)
    label = reading.text(found["label"], of("label", what)) if "label" in found else {}
    told = label
    if "told" in found:
        told = reading.text(found["told"], of("told", what))
        reading.placeholders(found["told"], scope.all("clocks"))
    final = reading.one_of(found["final"], value_of("final"), FINALS) if "final" in found else "false"
    return State(name, label, told, FINALS.get(final, "no"))


NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class _Move:
    """Reads one transition of a flow; `unfinished` are the states `any` stands for."""

    def __init__(self, reading: Reading, name: str, flow_name: str, unfinished: tuple[str, ...]) -> None:
        self.reading, self.name, self.flow, self.unfinished = reading, name, flow_name, unfinished
        self.what = said('transition "%(name)s"', name=name)
        self.scope = Scope(reading.names, (flow_name,))

    def read(self, key: Node, node: Node) -> Transition:
        required = ("label", "from", "to", "by")
        found = self.reading.words(node, self.what, TRANSITION_WORDS, required, key=key)
        before = len(self.reading.faults)
        sources = self._sources(found["from"]) if "from" in found else ()
        to = self._to(found["to"], creates=NEW in sources) if "to" in found else Destination(SAME)
        if len(self.reading.faults) > before or not {"from", "to"} <= set(found):
            self.reading.unsure.add(self.flow)
        asked, optional = self._asked(found)
        return Transition(
            name=self.name,
            label=self.reading.text(found["label"], of("label", self.what)) if "label" in found else {},
            sources=sources,
            to=to,
            by=self._by(found["by"]) if "by" in found else Word("anyone"),
            together=self._together(found["together"], sources) if "together" in found else "1",
            fields=asked,
            optional=optional,
            guards=self.reading.knowns(found.get("guards"), GUARD, self.reading.names.guards),
            exclude=self._party(found, "exclude"),
            assign=self._party(found, "assign"),
            set=self._set(found["set"]) if "set" in found else {},
            again=self._fields(found.get("again")),
            forget=self._fields(found.get("forget")),
            notify=self._notify(found["notify"]) if "notify" in found else (),
        )

    def _party(self, found: dict[str, Node], word: str) -> Party | None:
        return party(self.reading, found[word], self.scope) if word in found else None

    def _sources(self, node: Node) -> tuple[str, ...]:
        if node.kind == "scalar" and node.text == "any":
            return self.unfinished
        names = [item.text for item in node.each()]
        for item in node.each():
            if item.text in {"any", NEW} and len(names) > 1:
                alone = said('"%(word)s" stands alone in "from"; make another transition of it', word=item.text)
                self.reading.wrong(item, alone)
                return ()
        return self.reading.knowns(node, STATE, self.scope.all("states") | {NEW})

    def _to(self, node: Node, *, creates: bool) -> Destination:
        if node.kind == "map":
            return self._to_flow(node, creates=creates)
        states = self.scope.all("states") | ({SAME, BACK} if not creates else set())
        if creates and node.text in {SAME, BACK}:
            former = said('a new case has no former state; "to" names a state%(where)s', where=self.scope.place)
            self.reading.wrong(node, former)
            return Destination(SAME)
        return Destination(self.reading.known(node, STATE, states))

    def _to_flow(self, node: Node, *, creates: bool) -> Destination:
        if creates:
            chosen = said('a new case starts in the flow its "when" chose; "to" names a state of this flow')
            self.reading.wrong(node, chosen)
        flows: dict[str, str] = {}
        for key, value in node.entries:
            name = self.reading.known(key, FLOW, self.reading.names.flows)
            if name:
                flows[name] = self.reading.known(value, STATE, self.reading.names.flows[name].states)
        if len(flows) != 1 or len(node.entries) != 1:
            self.reading.wrong(node, said('"to" goes on in one other flow: {flow: state}'))
        return Destination(flows=flows)

    def _by(self, node: Node) -> Party | None:
        if node.kind == "scalar" and node.text == "itself":
            return None
        for item in node.items:
            if item.text == "itself":
                self.reading.wrong(item, said('"itself" stands alone in "by": nobody presses'))
        return party(self.reading, node, self.scope)

    def _together(self, node: Node, sources: tuple[str, ...]) -> str:
        text = self.reading.scalar(node, quoted("together"))
        if NEW in sources:
            self.reading.wrong(node, said('"together" needs a case that is there already, not from: new'))
        if text.isascii() and text.isdigit() and text != "0":
            return text
        return self.reading.one_of(node, said('value of "together" (or a number of people)'), TOGETHER) or "1"

    def _asked(self, found: dict[str, Node]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        asked, optional = self._fields(found.get("fields")), self._fields(found.get("optional"))
        for item in found["optional"].each() if "optional" in found else ():
            if item.text in asked:
                self.reading.wrong(
                    item, said('"%(name)s" is already in "fields"; a field is asked once', name=item.text)
                )
        return asked, optional

    def _fields(self, node: Node | None) -> tuple[str, ...]:
        for item in node.each() if node else ():
            if self._is_ours(item.text):
                self.reading.wrong(item, _ours(item.text))
        return self.reading.knowns(node, FIELD, self.reading.names.fields)

    def _set(self, node: Node) -> dict[str, object]:
        values: dict[str, object] = {}
        for key, value in node.entries if self.reading.shaped(node, quoted("set"), "map") else ():
            name = self.reading.known(key, FIELD, self.reading.names.fields)
            if self._is_ours(name):
                self.reading.wrong(key, _ours(name))
            elif name:
                values[name] = field_value(self.reading, name, value, self.scope)
        return values

    def _is_ours(self, name: str) -> bool:
        """Whether the system answers the field itself."""
        return name in READ_ONLY or name in self.reading.names.of_type("code name")

    def _notify(self, node: Node) -> tuple[tuple[Party, tuple[str, ...]], ...]:
        rows = []
        for key, value in node.entries if self.reading.shaped(node, quoted("notify"), "map") else ():
            mails = tuple(self.reading.scalar(item, A_MAIL) for item in value.each())
            rows.append((party(self.reading, key, self.scope), mails))
        return tuple(rows)


def _ours(name: str) -> Said:
    return said('"%(name)s" is written by the system', name=name)


def field_value(reading: Reading, name: str, node: Node, scope: Scope) -> object:
    """Value given to a field: a Party for a person field, text, or a tuple of texts."""
    kind = reading.names.fields[name].type
    if kind == "person":
        return party(reading, node, scope)
    if not reading.shaped(node, value_of(name), "list" if node.kind == "list" else "scalar"):
        return ""
    for item in node.each():
        if kind == "tick":
            reading.one_of(item, said('value of the tick "%(name)s"', name=name), ("ticked",))
        elif kind in VALUES:
            VALUES[kind](reading, item)
        else:
            choice(reading, name, item)
    return tuple(item.text for item in node.items) if node.kind == "list" else node.text


def _length(reading: Reading, node: Node) -> None:
    if length(node.text) is None:
        reading.wrong(node, no_length(node.text))


def _number(reading: Reading, node: Node) -> None:
    if not NUMBER.fullmatch(node.text):
        reading.wrong(node, said('"%(text)s" is no number', text=node.text))


VALUES: Mapping[str, Callable[[Reading, Node], object]] = {"date": day, "length": _length, "number": _number}
"""How a written value of that type is checked."""
