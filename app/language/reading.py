"""Taking nodes apart: shapes, words, names and texts, with a fault at the right place for each that is wrong."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from app.language.definition import Text
from app.language.fault import Fault, meant, nearest
from app.language.names import Names
from app.language.read import Node

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
LANGUAGE = re.compile(r"[a-z]{2,3}")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
STANDARD_PLACEHOLDERS = frozenset({"number", "link", "state", "told", "notice", "handler"})
LANGUAGES = ("nb", "nn", "en")
LONG_MESSAGE = 500
SHAPES = {"scalar": "one text", "list": "a list", "map": "a map"}


@dataclass
class Reading:
    """One file being read: its names, its languages, and the faults found so far."""

    file: str
    names: Names = field(default_factory=Names)
    languages: tuple[str, ...] = LANGUAGES
    faults: list[Fault] = field(default_factory=list)
    used: set[tuple[str, str]] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)

    def wrong(self, node: Node, message: str) -> None:
        """Note an error."""
        self.faults.append(Fault(self.file, node.line, node.column, message[:LONG_MESSAGE]))

    def warn(self, node: Node, message: str) -> None:
        """Note something that works, but hardly as meant."""
        self.faults.append(Fault(self.file, node.line, node.column, message, warning=True))

    @property
    def broken(self) -> bool:
        """Whether there are errors."""
        return any(not fault.warning for fault in self.faults)

    def known(self, node: Node, what: str, among: Collection[str]) -> str:
        """Name of a thing that must exist; of an unknown one the nearest, "" if none is near."""
        name = self.scalar(node, what)
        if name in among:
            self.used.add(("field" if name in self.names.fields else what, name))
            return name
        if not name:
            return ""
        self.wrong(node, f'unknown {what} "{name}"{meant(name, among)}')
        return nearest(name, among)

    def knowns(self, node: Node | None, what: str, among: Collection[str]) -> tuple[str, ...]:
        """Names of things that must exist: one or a list, each once."""
        found: list[str] = []
        if node and node.kind == "map":
            self.wrong(node, f"this is one {what} or a list of them, not a map")
            return ()
        for item in node.each() if node else ():
            name = self.known(item, what, among)
            if name in found:
                self.wrong(item, f'{what} "{name}" stands twice in this list')
            elif name:
                found.append(name)
        return tuple(found)

    def words(
        self, node: Node, what: str, allowed: Iterable[str], required: Iterable[str] = (), *, key: Node | None = None
    ) -> dict[str, Node]:
        """Values by word; unknown words, missing words, empty values and anything but a map are faults.

        `key` is the name the map stands under: a missing word is told there.
        """
        if not self.shaped(node, what, "map"):
            return {}
        found: dict[str, Node] = {}
        known = tuple(allowed)
        for word, value in node.entries:
            if word.text not in known:
                self.wrong(word, f'unknown word "{word.text}" in {what}{meant(word.text, known)}')
                found.setdefault(nearest(word.text, [each for each in known if node.get(each) is None]), value)
            elif value.kind == "scalar" and not value.text:
                self.wrong(value, f'"{word.text}" of {what} is empty; give it a value or leave the word out')
            else:
                found[word.text] = value
        found.pop("", None)
        for missing in required:
            if missing not in found and node.get(missing) is None:
                self.wrong(key or node, f'{what} lacks "{missing}"')
        return found

    def named(self, node: Node | None, what: str) -> Iterator[tuple[str, Node, Node]]:
        """Name, key and value of each entry in a map of declared things."""
        if node is None or not self.shaped(node, f"{what}s", "map"):
            return
        for key, value in node.entries:
            if not NAME.fullmatch(key.text):
                self.wrong(key, f'"{key.text}" is no name for a {what}; names are lower_case words')
            yield key.text, key, value

    def shaped(self, node: Node, what: str, kind: str) -> bool:
        """Whether the node has this shape; a fault if not."""
        if node.kind == kind:
            return True
        self.wrong(node, f"{what} is {SHAPES[kind]}, not {SHAPES[node.kind]}")
        return False

    def scalar(self, node: Node, what: str) -> str:
        """The one text that stands here; "" and a fault if there is none."""
        if not self.shaped(node, what, "scalar"):
            return ""
        if not node.text:
            self.wrong(node, f"{what} is empty")
        return node.text

    def one_of(self, node: Node, what: str, allowed: Collection[str]) -> str:
        """One of a few words, else a fault and ""."""
        word = self.scalar(node, what)
        if not word or word in allowed:
            return word
        self.wrong(node, f'"{word}" is no {what}{meant(word, allowed)}')
        return ""

    def flag(self, node: Node, what: str) -> bool:
        """`true` or `false`."""
        return self.one_of(node, f"value of {what}", ("true", "false")) == "true"

    def text(self, node: Node, what: str) -> Text:
        """A text in every language of the routine; plain text where it has one language."""
        if node.kind == "scalar" and len(self.languages) == 1:
            return {self.languages[0]: self.scalar(node, what)}
        if node.kind != "map":
            wanted = ", ".join(f"{code}: …" for code in self.languages)
            self.wrong(node, f"{what} is a text in every language: {{{wanted}}}")
            return {}
        return self._languages(node, what)

    def _languages(self, node: Node, what: str) -> Text:
        found = {}
        for key, value in node.entries:
            if not LANGUAGE.fullmatch(key.text):
                self.wrong(key, f'"{key.text}" is no language{meant(key.text, self.languages)}')
            else:
                found[key.text] = self.scalar(value, f"{what} in {key.text}")
        for code in self.languages:
            if code not in found:
                self.wrong(node, f"{what} has no text in {code}; add {code}: …")
        return found

    def placeholders(self, node: Node, clocks: Collection[str], also: Collection[str] = ()) -> None:
        """Check every `{…}` in a text, whatever its languages."""
        allowed = STANDARD_PLACEHOLDERS | frozenset(self.names.fields) | frozenset(also)
        for value in (value for _, value in node.entries) if node.kind == "map" else (node,):
            for found in PLACEHOLDER.findall(value.text):
                word, _, clock = found.partition(" ")
                if word == "due" and clock:
                    self._due(value, clock, clocks)
                elif found not in allowed:
                    self.wrong(value, f'unknown placeholder "{{{found}}}"{meant(found, allowed)}')
                else:
                    self.used.add(("field", found))
            if re.search("[{}]", PLACEHOLDER.sub("", value.text)):
                self.wrong(value, "a { or } without its other half")

    def _due(self, node: Node, clock: str, clocks: Collection[str]) -> None:
        if clock in clocks:
            self.used.add(("clock", clock))
        else:
            self.wrong(node, f'unknown clock "{clock}" in {{due {clock}}}{meant(clock, clocks)}')
