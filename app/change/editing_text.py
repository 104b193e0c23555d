"""A routine's text with the place of everything in it: one thing is changed, all else stays letter by letter.

Writing the whole text anew would undo how people line things up; so only the letters concerned are replaced.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

import yaml

from app.language.fault import Fault
from app.language.load import load
from app.language.read import read
from app.language.reading import LANGUAGES

FILE = "workflow.yaml"
Value = str | Sequence["Value"] | Mapping[str, "Value"]
Path = tuple[str, ...]
Pair = tuple[yaml.Node, yaml.Node]
PLAIN = re.compile(r"\w(?:[\w '()/.–—-]*[\w.)'])?")
QUOTED = frozenset({"yes", "no", "on", "off", "null"})


class _Plain(yaml.CSafeLoader):
    """Takes every word as it is: nothing has to be found out about it."""

    yaml_implicit_resolvers: ClassVar[dict[str, object]] = {}  # type: ignore[misc]


class Broken(Exception):
    """The text can't be read; `fault` says where and why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def flow(value: Value) -> str:
    """Write a value on one line."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(each)}" for key, each in value.items()) + "}"
    return "[" + ", ".join(map(flow, value)) + "]"


def scalar(text: str) -> str:
    """Write a text, in quotes where it could be taken for something else."""
    if PLAIN.fullmatch(text) and text.lower() not in QUOTED:
        return text
    return json.dumps(text, ensure_ascii=False)


def snippet(text: str) -> Value | None:
    """Read a piece of the language; None for nothing. Raises Broken, with the place in the piece."""
    if not text.strip():
        return None
    node, faults = read(text, FILE)
    if node is None or faults:
        raise Broken(faults[0])
    plain: Value = node.plain()  # type: ignore[assignment]
    return plain


def same(one: Value | None, other: Value | None) -> bool:
    """Whether two values say the same; a list of one is its one."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, Mapping) or isinstance(other, Mapping) or one is None or other is None:
        return one is other
    left, right = ([each] if isinstance(each, str) else list(each) for each in (one, other))
    return len(left) == len(right) and all(
        a == b if isinstance(a, str) or isinstance(b, str) else same(a, b) for a, b in zip(left, right, strict=True)
    )


def plain(node: yaml.Node) -> Value:
    """Value of a node as texts, lists and dicts."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    return str(node.value)


def items(node: yaml.Node | None) -> list[yaml.Node]:
    """The items of a list; anything else is one item."""
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    return [] if node is None else [node]


def pairs(node: yaml.Node | None) -> list[Pair]:
    """Keys and values of a map; nothing else has any."""
    return list(node.value) if isinstance(node, yaml.MappingNode) else []


def _inline(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and node.flow_style is not False


def end_of(node: yaml.Node) -> int:
    """Where the node's last letter stands; a block's mark lies behind the blank lines after it."""
    if isinstance(node, yaml.CollectionNode) and not _inline(node) and node.value:
        last = node.value[-1]
        return end_of(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


class Document:
    """The text being changed. Raises Broken where it can't be read."""

    def __init__(self, text: str) -> None:
        self.text = text
        root, faults = read(text, FILE)
        if root is None or root.kind != "map":
            raise Broken((faults or load(text, FILE).faults)[0])
        self._compose()

    def _compose(self) -> None:
        self.root: yaml.Node | None = yaml.compose(self.text, Loader=_Plain)  # type: ignore[no-untyped-call]

    def find(self, *path: str) -> Pair | None:
        """Key and value at the path, None where there is nothing."""
        found: Pair | None = None
        here = self.root
        for name in path:
            found = next((pair for pair in pairs(here) if pair[0].value == name), None)
            if found is None:
                return None
            here = found[1]
        return found

    def node(self, *path: str) -> yaml.Node | None:
        """Value at the path, None where there is nothing."""
        found = self.find(*path)
        return found[1] if found else None if path else self.root

    def value(self, *path: str) -> Value | None:
        """Value at the path as texts, lists and dicts."""
        node = self.node(*path)
        return None if node is None else plain(node)

    def names(self, *path: str) -> list[str]:
        """Keys of the map at the path."""
        return [str(key.value) for key, _ in pairs(self.node(*path))]

    def is_line(self, *path: str) -> bool:
        """Whether what stands at the path is written on one line."""
        node = self.node(*path)
        return node is not None and "\n" not in self.text[node.start_mark.index : end_of(node)]

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages every text must have."""
        return tuple(str(item.value) for item in items(self.node("languages"))) or LANGUAGES

    def path_at(self, line: int, column: int) -> Path:
        """Give the path of what stands at the place, as far as names lead."""
        return tuple(_path(self.node(), (line - 1, column - 1)))

    # -- changing ----------------------------------------------------------------

    def rewrite(self, cuts: Iterable[tuple[int, int, str]]) -> None:
        """Replace these stretches of the text, (start, end, what stands there instead)."""
        for start, end, new in sorted(cuts, reverse=True):
            self.text = self.text[:start] + new + self.text[end:]
        self._compose()

    def put(self, path: Path, value: Value, order: Sequence[str] = (), *, spread: bool = False) -> None:
        """Let the value stand at the path. `order`: how the names beside it follow one another.

        Maps are changed name by name. With `spread`, what is new in a map of lines gets a line for each of its words.
        """
        node = self.node(*path)
        if node is None:
            self._insert(path, value, order, spread=spread)
        elif isinstance(node, yaml.MappingNode) and isinstance(value, Mapping) and value:
            self._merge(path, value)
        elif not same(plain(node), value):
            self._replace(path, node, value)

    def _merge(self, path: Path, value: Mapping[str, Value]) -> None:
        for key, each in value.items():
            self.put((*path, key), each, list(value))
        for key in self.names(*path):
            if key not in value:
                self.drop((*path, key))

    def _replace(self, path: Path, node: yaml.Node, value: Value) -> None:
        start, end = node.start_mark.index, end_of(node)
        if isinstance(node, yaml.SequenceNode) and not isinstance(value, str | Mapping):
            self.rewrite([(start, end, self._list(node, value))])
        elif start == end or (isinstance(node, yaml.CollectionNode) and not _inline(node)):
            pair = self.find(*path)
            start = self.text.index(":", pair[0].end_mark.index) + 1 if pair else start
            self.rewrite([(start, end, f" {flow(value)}")])
        else:
            self.rewrite([(start, end, flow(value))])

    def _list(self, node: yaml.SequenceNode, value: Sequence[Value]) -> str:
        """Write a list, its items that stay as they were written."""
        kept = {flow(plain(item)): self.text[item.start_mark.index : end_of(item)] for item in node.value}
        written = [kept.get(flow(each), flow(each)) for each in value]
        if _inline(node):
            return f"[{', '.join(written)}]"
        return ("\n" + " " * node.start_mark.column).join(f"- {each}" for each in written)

    def _insert(self, path: Path, value: Value, order: Sequence[str], *, spread: bool) -> None:
        above, key = path[:-1], path[-1]
        parent = self.node(*above)
        if parent is None:
            self.put(above, {key: value}, spread=True)
            return
        if not pairs(parent):
            self._replace(above, parent, {key: value})
            return
        before = set(order[: order.index(key)]) if key in order else set(self.names(*above))
        at = max((i for i, (name, _) in enumerate(pairs(parent)) if name.value in before), default=-1)
        self.rewrite([self._entry(parent, at, key, value, spread=spread)])

    def _entry(self, parent: yaml.Node, at: int, key: str, value: Value, *, spread: bool) -> tuple[int, int, str]:
        """Cut that adds an entry after the one at `at`; -1 = before them all."""
        entries = pairs(parent)
        if _inline(parent):
            there = end_of(entries[at][1]) if at >= 0 else entries[0][0].start_mark.index
            text = f"{scalar(key)}: {flow(value)}"
            return there, there, f", {text}" if at >= 0 else f"{text}, "
        indent = " " * entries[0][0].start_mark.column
        lines = indent + _lines(key, value, indent, spread=spread)
        if at < 0:
            there = self._line_start(entries[0][0].start_mark.index)
            return there, there, f"{lines}\n"
        there = self._line_end(end_of(entries[at][1]))
        gap = "\n" if spread and self._spaced(entries) else ""
        return there, there, f"{gap}\n{lines}"

    def _spaced(self, entries: list[Pair]) -> bool:
        between = (self.text[end_of(a[1]) : b[0].start_mark.index] for a, b in itertools.pairwise(entries))
        return any(re.search(r"\n\s*\n", each) for each in between)

    def drop(self, path: Path) -> None:
        """Take the entry out, with the comment right above it; a map that would be empty goes with it."""
        found, parent = self.find(*path), self.node(*path[:-1])
        if found is None or parent is None:
            return
        entries = pairs(parent)
        at = entries.index(found)
        if len(entries) == 1 and len(path) > 1:
            self.drop(path[:-1])
        elif _inline(parent):
            start = end_of(entries[at - 1][1]) if at else found[0].start_mark.index
            self.rewrite([(start, end_of(found[1]) if at else entries[1][0].start_mark.index, "")])
        else:
            self.rewrite([(*self._lines_of(entries, at), "")])

    def _lines_of(self, entries: list[Pair], at: int) -> tuple[int, int]:
        start = self._line_start(entries[at][0].start_mark.index)
        end = min(self._line_end(end_of(entries[at][1])) + 1, len(self.text))
        if at == 0:
            return start, end + len(self.text[end:]) - len(self.text[end:].lstrip("\n"))
        column = entries[at][0].start_mark.column
        above = re.search(rf"(?:[ ]*\n)*(?: {{{column}}}#[^\n]*\n)*\Z", self.text[:start])
        start = above.start() if above else start
        return max(start, self._line_end(end_of(entries[at - 1][1])) + 1), end

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found


def _lines(key: str, value: Value, indent: str, *, spread: bool) -> str:
    if not spread or not isinstance(value, Mapping):
        return f"{scalar(key)}: {flow(value)}"
    inner = "\n".join(f"{indent}  {scalar(word)}: {flow(each)}" for word, each in value.items())
    return f"{scalar(key)}:\n{inner}"


def _path(node: yaml.Node | None, place: tuple[int, int]) -> Iterator[str]:
    entries = pairs(node)
    for (key, value), after in itertools.zip_longest(entries, entries[1:]):
        if _start(key) <= place and (after is None or place < _start(after[0])):
            yield str(key.value)
            yield from _path(value, place)
            return


def _start(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line, node.start_mark.column
