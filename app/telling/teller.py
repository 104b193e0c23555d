"""The making of sentences: one that tells of something new (+), removed (−) or changed (~)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from app.i18n import gettext, say
from app.language.definition import Flow, Routine, Text
from app.language.parties import NamedParty, Party, Several
from app.telling.names import Names
from app.telling.words import Words


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that differs, in the request's language; `flow` is the flow it is about, "" for none."""

    sign: str
    text: str
    flow: str = ""


Told = Iterator[Sentence]


def plus(text: str) -> Sentence:
    """Tell of something new."""
    return Sentence("+", capital(text))


def minus(text: str) -> Sentence:
    """Tell of something that is gone."""
    return Sentence("−", capital(text))


def tilde(text: str) -> Sentence:
    """Tell of something that is other than it was."""
    return Sentence("~", capital(text))


def capital(text: str) -> str:
    """Let the text begin as a sentence does."""
    return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Pair:
    """The words of both routines, before and now, said from inside one flow or none."""

    before: Words
    now: Words

    @staticmethod
    def of(old: Routine, new: Routine, names: Names) -> Pair:
        """Open for two routines."""
        return Pair(Words(old, names), Words(new, names))

    def within(self, old: Flow | None, new: Flow | None) -> Pair:
        """Say it from inside a flow."""
        return Pair(replace(self.before, flow=old), replace(self.now, flow=new))

    def members(self, old: Party | None, new: Party | None) -> tuple[list[str], list[str]]:
        """Who came and who went, one by one."""
        return difference(_each(self.before, old), _each(self.now, new))


def _each(words: Words, party: Party | None) -> list[str]:
    if party is None:
        return []
    if isinstance(party, NamedParty) and party.name in words.routine.parties:
        return _each(words, words.routine.parties[party.name])
    if isinstance(party, Several):
        return [text for each in party.of for text in _each(words, each)]
    return [words.party(party)]


def difference(old: Iterable[str], new: Iterable[str]) -> tuple[list[str], list[str]]:
    """Those that are only in the new, and those that are only in the old, in their order."""
    before, now = list(old), list(new)
    return [each for each in now if each not in before], [each for each in before if each not in now]


def told_parts(name: str, parts: frozenset[str], ways: Mapping[str, Callable[[], Told]]) -> Told:
    """Tell each part its own way; what its way finds no words for is told as well."""
    for part, way in ways.items():
        if part in parts:
            found = list(way())
            yield from found or [
                tilde(gettext("In “%(name)s” something is written in another way, order or language.", name=name))
            ]


def once(sentence: Sentence, old: Text | None = None, new: Text | None = None) -> Callable[[], Told]:
    """Give a way to tell one sentence; of a text, only if it differs in the reader's own language."""
    same = old is not None and say(old) == say(new)
    return lambda: iter(() if same else (sentence,))
