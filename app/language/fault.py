"""What is wrong in a file, told in one voice: where, what, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from app.language.said import Words, said

SHORT_LIST = 12
LONG_WORD = 64


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault; `line` and `column` count from 1. A warning doesn't keep a file from being used.

    `message` is English; app.i18n.translated says it in the reader's language.
    """

    file: str
    line: int
    column: int
    message: str
    warning: bool = False

    def __str__(self) -> str:
        """`file:line:column: message`."""
        kind = "warning: " if self.warning else ""
        return f"{self.file}:{self.line}:{self.column}: {kind}{self.message}"


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that this one was most likely meant to be, "" if none is near."""
    return _nearest(word, tuple(sorted(set(known))))


@lru_cache(maxsize=1024)
def _nearest(word: str, known: tuple[str, ...]) -> str:
    """Kept for a while: one misspelt declaration makes every use of the name unknown."""
    return next(iter(get_close_matches(word[:LONG_WORD], known, n=1)), "")


def meant(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: the nearest known one, or all of them if they are few."""
    among = sorted(set(known))
    near = nearest(word, among)
    if near:
        return said(' (Did you mean "%(name)s"?)', name=near)
    if among and len(among) <= SHORT_LIST:
        return said("; there is %(names)s", names=Words(among))
    return ""
