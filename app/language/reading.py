"""Taking nodes apart: shapes, words, names and texts, with a fault at the right place for each that is wrong."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from app.language import lexicon
from app.language.definition import Text
from app.language.fault import Fault, meant, nearest
from app.language.names import Names
from app.language.nouns import FIELD, SECTIONS, value_of
from app.language.read import Node
from app.language.said import Said, said

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
LANGUAGE = re.compile(r"[a-z]{2,3}")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
STANDARD_PLACEHOLDERS = frozenset({"number", "link", "state", "told", "notice", "handler"})
LANGUAGES = ("nb", "nn", "en")
LONG_MESSAGE = 500
LONG_EXAMPLE = 80
SHAPES = {"scalar": said("one text"), "list": said("a list"), "map": said("a map")}


@dataclass
class Reading:
    """One file being read: its names, its languages, and the faults found so far."""

    file: str
    names: Names = field(default_factory=Names)
    languages: tuple[str, ...] = LANGUAGES
    faults: list[Fault] = field(default_factory=list)
    used: set[tuple[str, str]] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    after: dict[tuple[int, int], tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Place of a value -> the word it stands after, and the words beside that."""

    def wrong(self, node: Node, message: Said) -> None:
        """Note an error."""
        self.faults.append(Fault(self.file, node.line, node.column, message.cut(LONG_MESSAGE)))

    def warn(self, node: Node, message: Said) -> None:
        """Note something that works, but hardly as meant."""
        self.faults.append(Fault(self.file, node.line, node.column, message, warning=True))

    @property
    def broken(self) -> bool:
        """Whether there are errors."""
        return any(not fault.warning for fault in self.faults)

    def known(self, node: Node, what: Said, among: Collection[str]) -> str:
        """Name of a thing that must exist; of an unknown one the nearest, "" if none is near."""
        name = self.scalar(node, what)
        if name in among:
            self.used.add((FIELD if name in self.names.fields else what, name))
            return name
        if not name:
            return ""
        self.wrong(node, said('unknown %(what)s "%(name)s"%(hint)s', what=what, name=name, hint=meant(name, among)))
        return nearest(name, among)

    def knowns(self, node: Node | None, what: Said, among: Collection[str]) -> tuple[str, ...]:
        """Names of things that must exist: one or a list, each once."""
        found: list[str] = []
        if node and node.kind == "map":
            self.wrong(node, said("this is one %(what)s or a list of them, not a map", what=what))
            return ()
        for item in node.each() if node else ():
            name = self.known(item, what, among)
            if name in found:
                self.wrong(item, said('%(what)s "%(name)s" stands twice in this list', what=what, name=name))
            elif name:
                found.append(name)
        return tuple(found)

    def words(
        self, node: Node, what: Said, allowed: Iterable[str], required: Iterable[str] = (), *, key: Node | None = None
    ) -> dict[str, Node]:
        """Values by word; unknown words, missing words, empty values and anything but a map are faults.

        `key` is the name the map stands under: a missing word is told there.
        """
        if not self.shaped(node, what, "map"):
            return {}
        found: dict[str, Node] = {}
        known = tuple(allowed)
        for word, value in node.entries:
            self.after[value.line, value.column] = (word.text, known)
            if word.text not in known:
                hint, near = meant(word.text, known), nearest(word.text, known)
                unknown = said('unknown word "%(word)s" in %(what)s%(hint)s', word=word.text, what=what, hint=hint)
                self.wrong(word, with_example(unknown, near, known))
                found.setdefault(nearest(word.text, [each for each in known if node.get(each) is None]), value)
            elif value.kind == "scalar" and not value.text:
                lacks = said(
                    '"%(word)s" of %(what)s is empty; give it a value or leave the word out', word=word.text, what=what
                )
                self.wrong(value, with_example(lacks, word.text, known))
            else:
                found[word.text] = value
        found.pop("", None)
        for missing in required:
            if missing not in found and node.get(missing) is None:
                lacking = said('%(what)s lacks "%(word)s"', what=what, word=missing)
                self.wrong(key or node, with_example(lacking, missing, known))
        return found

    def named(self, node: Node | None, what: Said) -> Iterator[tuple[str, Node, Node]]:
        """Name, key and value of each entry in a map of declared things."""
        if node is None or not self.shaped(node, SECTIONS[what], "map"):
            return
        for key, value in node.entries:
            if not NAME.fullmatch(key.text):
                self.wrong(key, no_name(key.text, what))
            yield key.text, key, value

    def shaped(self, node: Node, what: Said, kind: str) -> bool:
        """Whether the node has this shape; a fault if not."""
        if node.kind == kind:
            return True
        wanted, found = SHAPES[kind], SHAPES[node.kind]
        misused = said("%(what)s is %(wanted)s, not %(found)s", what=what, wanted=wanted, found=found)
        self.wrong(node, with_example(misused, *self.after.get((node.line, node.column), ("", ()))))
        return False

    def scalar(self, node: Node, what: Said) -> str:
        """The one text that stands here; "" and a fault if there is none."""
        if not self.shaped(node, what, "scalar"):
            return ""
        if not node.text:
            self.wrong(node, said("%(what)s is empty", what=what))
        return node.text

    def one_of(self, node: Node, what: Said, allowed: Collection[str]) -> str:
        """One of a few words, else a fault and ""."""
        word = self.scalar(node, what)
        if not word or word in allowed:
            return word
        self.wrong(node, said('"%(word)s" is no %(what)s%(hint)s', word=word, what=what, hint=meant(word, allowed)))
        return ""

    def flag(self, node: Node, word: str) -> bool:
        """`true` or `false` after a word."""
        return self.one_of(node, value_of(word), ("true", "false")) == "true"

    def text(self, node: Node, what: Said) -> Text:
        """A text in every language of the routine; plain text where it has one language."""
        if node.kind == "scalar" and len(self.languages) == 1:
            return {self.languages[0]: self.scalar(node, what)}
        if node.kind != "map":
            wanted = ", ".join(f"{code}: …" for code in self.languages)
            self.wrong(node, said("%(what)s is a text in every language: {%(wanted)s}", what=what, wanted=wanted))
            return {}
        return self._languages(node, what)

    def _languages(self, node: Node, what: Said) -> Text:
        found = {}
        for key, value in node.entries:
            if not LANGUAGE.fullmatch(key.text):
                hint = meant(key.text, self.languages)
                self.wrong(key, said('"%(code)s" is no language%(hint)s', code=key.text, hint=hint))
            elif value.kind == "scalar" and value.text:
                found[key.text] = value.text
            else:
                found[key.text] = self.scalar(value, said("%(what)s in %(code)s", what=what, code=key.text))
        for code in self.languages:
            if code not in found:
                self.wrong(node, said("%(what)s has no text in %(code)s; add %(code)s: …", what=what, code=code))
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
                    hint = meant(found, allowed)
                    self.wrong(value, said('unknown placeholder "{%(word)s}"%(hint)s', word=found, hint=hint))
                else:
                    self.used.add(("field", found))
            if re.search("[{}]", PLACEHOLDER.sub("", value.text)):
                self.wrong(value, said("a { or } without its other half"))

    def _due(self, node: Node, clock: str, clocks: Collection[str]) -> None:
        if clock in clocks:
            self.used.add(("clock", clock))
        else:
            hint = meant(clock, clocks)
            self.wrong(node, said('unknown clock "%(clock)s" in {due %(clock)s}%(hint)s', clock=clock, hint=hint))


def with_example(fault: Said, word: str, among: Collection[str]) -> Said:
    """The sentence, with how the word is written where that is short and known; `among` are the words beside it."""
    shown = lexicon.example(word, among)
    if not shown or len(shown) > LONG_EXAMPLE:
        return fault
    return said("%(fault)s; for example: %(example)s", fault=fault, example=shown)


def no_name(name: str, what: Said) -> Said:
    """Sentence about a name that isn't written like one."""
    return said('"%(name)s" is no name for a %(what)s; names are lower_case words', name=name, what=what)


def no_language(code: str) -> Said:
    """Sentence about a language that isn't written like one."""
    return said('"%(code)s" is no language; languages are codes like nb, nn, en', code=code)
