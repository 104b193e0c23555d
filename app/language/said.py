"""Sentences that can be said in another language: the English text, and what it was made of.

This room knows no languages; app.i18n.translated says a sentence in the reader's.
"""

from collections.abc import Iterable, Mapping
from typing import Any


class Said(str):
    """An English text that remembers its template and values; `most` = how much of it is told, None = all."""

    __slots__ = ("most", "template", "values")

    template: str
    values: Mapping[str, object]
    most: int | None

    def cut(self, most: int) -> "Said":
        """The same, but no longer than that, in whatever language it is said."""
        if len(self) <= most:
            return self
        return _made(self[:most], self.template, self.values, most)


class Words(tuple[str, ...]):
    """Words that stand one after the other in a sentence; each may be Said."""

    __slots__ = ()
    between = ", "

    def __str__(self) -> str:
        return self.between.join(self)


class Sentences(Words):
    """Whole sentences one after the other."""

    __slots__ = ()
    between = "; "


def said(template: str, /, **values: object) -> Said:
    """Sentence or words from a template, which is a literal so that it can be gathered for translation.

    `values` are names out of a file, which stay as they are, or Said and Words, which are said in turn.
    """
    return _made(template % values if values else template, template, values, None)


def _made(text: str, template: str, values: Mapping[str, object], most: int | None) -> Said:
    made = Said(text)
    made.template, made.values, made.most = template, values, most
    return made


def quoted(name: str) -> Said:
    """A name in quotes."""
    return said('"%(name)s"', name=name)


def listed(names: Iterable[str]) -> Said:
    """Names as a sentence has them: `a`, `b` and `c`, in quotes."""
    *first, last = map(quoted, names)
    return said("%(first)s and %(last)s", first=Words(first), last=last) if first else last


def joined(sentences: Iterable[str]) -> str:
    """Sentences after one another."""
    *first, last = sentences
    return said("%(first)s; %(last)s", first=Sentences(first), last=last) if first else last


def packed(message: object) -> object:
    """The sentence as JSON can keep it; `unpacked` gives it back."""
    if isinstance(message, Words):
        return {"between": message.between, "words": [packed(each) for each in message]}
    if not isinstance(message, Said):
        return message
    values = {name: packed(value) for name, value in message.values.items()}
    return {"template": message.template, "values": values, "most": message.most}


def unpacked(kept: Any) -> Any:
    """Sentence that was packed; anything else as it is."""
    if not isinstance(kept, dict):
        return kept
    if "words" in kept:
        kind = Sentences if kept["between"] == Sentences.between else Words
        return kind(unpacked(each) for each in kept["words"])
    values = {name: unpacked(value) for name, value in kept["values"].items()}
    told = kept["template"] % values if values else kept["template"]
    return _made(told[: kept["most"]], kept["template"], values, kept["most"])
