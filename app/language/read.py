"""YAML to nodes that know their place: every scalar is text as written, and nothing surprising is let in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import yaml

from app.language.fault import Fault
from app.language.said import Said, said
from app.language.unreadable import in_words

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
NOT_YAML = said("this isn't YAML")
TAB = said("a tab in the indentation; indent with spaces")
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TAB_INDENT = re.compile(r"^ *\t", re.MULTILINE)

Kind = Literal["scalar", "list", "map"]


@dataclass(frozen=True, slots=True)
class Node:
    """A value in the file: `text` of a scalar, `items` of a list, `entries` (key, value) of a map.

    `line` and `column` count from 1; 0 = it came from no file.
    """

    kind: Kind
    line: int = 0
    column: int = 0
    text: str = ""
    items: "tuple[Node, ...]" = ()
    entries: "tuple[tuple[Node, Node], ...]" = ()

    def get(self, key: str) -> "Node | None":
        """Value of a key, None where there is none."""
        return next((value for name, value in self.entries if name.text == key), None)

    def names(self) -> Iterator[tuple[str, "Node"]]:
        """The keys with their values."""
        return ((key.text, value) for key, value in self.entries)

    def each(self) -> "tuple[Node, ...]":
        """The items of a list; anything else is one item."""
        return self.items if self.kind == "list" else (self,)

    def where(self, *path: str) -> "Node":
        """Key of the innermost name on the path that exists, for a message about it."""
        found, here = self, self
        for name in path:
            pair = next(((key, value) for key, value in here.entries if key.text == name), None)
            if pair is None:
                return found
            found, here = pair
        return found

    def at(self, *path: str) -> "Node":
        """Value at the path, or the innermost that exists."""
        here = self
        for name in path:
            here = here.get(name) or here
        return here

    def spot(self, text: str) -> "Node":
        """The first scalar in here that says `text`, or this node."""
        return next((node for node in self.scalars() if node.text == text), self)

    def scalars(self) -> "Iterator[Node]":
        """Every scalar in here, keys too, in the file's order."""
        if self.kind == "scalar":
            yield self
        for item in self.items:
            yield from item.scalars()
        for key, value in self.entries:
            yield key
            yield from value.scalars()

    def plain(self) -> object:
        """Texts, lists and dicts only."""
        if self.kind == "scalar":
            return self.text
        if self.kind == "list":
            return [item.plain() for item in self.items]
        return {key.text: value.plain() for key, value in self.entries}


class Unreadable(Exception):
    """The file can't be read further than here."""

    def __init__(self, line: int, column: int, message: Said) -> None:
        super().__init__(message)
        self.line, self.column, self.message = line, column, message


def read(text: str | bytes, file: str) -> tuple[Node | None, list[Fault]]:
    """Nodes of the file and what is wrong with its YAML; no nodes if it can't be read. Never raises."""
    try:
        source = _decoded(text)
        faults = [Fault(file, *_place(source, tab.end() - 1), TAB) for tab in TAB_INDENT.finditer(source)]
        if faults:
            return None, faults
        builder = _Builder(file)
        return builder.document(source), builder.faults
    except Unreadable as end:
        return None, [Fault(file, end.line, end.column, end.message)]


def _decoded(text: str | bytes) -> str:
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise Unreadable(1, 1, said("the file is larger than %(size)s kB", size=MAX_BYTES // 1024))
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError as fault:
            before = fault.object[: fault.start].decode()
            raise Unreadable(*_place(before, len(before)), said("this isn't UTF-8; save the file as UTF-8")) from None
    text = text.removeprefix("\ufeff")
    strange = UNPRINTABLE.search(text)
    if strange:
        code = f"{ord(strange[0]):04X}"
        raise Unreadable(*_place(text, strange.start()), said("the character U+%(code)s can't stand here", code=code))
    return text


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class _Builder:
    """Builds nodes from the parser's events, one by one, so that nothing large is made before it is refused."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def document(self, source: str) -> Node:
        try:
            return self._document(yaml.parse(source, Loader=yaml.CSafeLoader))
        except yaml.MarkedYAMLError as fault:
            raise _broken(fault) from None
        except yaml.YAMLError:
            raise Unreadable(1, 1, NOT_YAML) from None

    def _document(self, events: Iterator[yaml.Event]) -> Node:
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                node = self._node(event, events, 0)
                self._refuse_second(events)
                return node
        raise Unreadable(1, 1, said("the file is empty"))

    def _refuse_second(self, events: Iterator[yaml.Event]) -> None:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                raise Unreadable(*_mark(event), said("a second document; a file holds one (remove the ---)"))

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        self._refuse(event, depth)
        line, column = _mark(event)
        if isinstance(event, yaml.ScalarEvent):
            return Node("scalar", line, column, text=event.value)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node("list", line, column, items=tuple(self._items(events, depth)))
        return Node("map", line, column, entries=tuple(self._entries(events, depth)))

    def _items(self, events: Iterator[yaml.Event], depth: int) -> Iterator[Node]:
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._node(event, events, depth + 1)

    def _entries(self, events: Iterator[yaml.Event], depth: int) -> Iterator[tuple[Node, Node]]:
        seen: dict[str, Node] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                return
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if key.kind != "scalar":
                raise Unreadable(key.line, key.column, said("a name is one word, not a list or a map"))
            first = seen.setdefault(key.text, key)
            if first is key:
                yield key, value
            else:
                self._repeated(first, key)

    def _repeated(self, first: Node, again: Node) -> None:
        here, there = f"{first.line}:{first.column}", f"{again.line}:{again.column}"
        before = said('"%(word)s" is written again at %(place)s; keep one', word=first.text, place=there)
        after = said('"%(word)s" is already written at %(place)s; keep one', word=first.text, place=here)
        self.faults += [
            Fault(self.file, first.line, first.column, before),
            Fault(self.file, again.line, again.column, after),
        ]

    def _refuse(self, event: yaml.Event, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise Unreadable(*_mark(event), too_deep(MAX_DEPTH))
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(
                *_mark(event), said("*%(name)s refers to another place; write it out here", name=event.anchor)
            )
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor is not None:
            raise Unreadable(
                *_mark(event), said("&%(name)s is an anchor; write the value out where it is used", name=anchor)
            )
        if tag is not None:
            raise Unreadable(*_mark(event), said("%(tag)s is a tag; write the value alone", tag=tag))


def _mark(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def too_deep(most: int) -> Said:
    """Sentence about what holds more inside itself than anybody means."""
    return said("deeper than %(most)s levels", most=most)


def _broken(fault: yaml.MarkedYAMLError) -> Unreadable:
    mark = fault.problem_mark or fault.context_mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem, hint = in_words(fault.problem or "")
    return Unreadable(*place, said("this isn't YAML: %(problem)s; %(hint)s", problem=problem, hint=hint))
