"""What is wrong in a file, told in one voice: where, what, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

SHORT_LIST = 12


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault; `line` and `column` count from 1. A warning doesn't keep a file from being used."""

    file: str
    line: int
    column: int
    message: str
    warning: bool = False

    def __str__(self) -> str:
        """`file:line:column: message`."""
        kind = "warning: " if self.warning else ""
        return f"{self.file}:{self.line}:{self.column}: {kind}{self.message}"


def meant(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: the nearest known one, or all of them if they are few."""
    among = sorted(set(known))
    near = get_close_matches(word, among, n=1, cutoff=0.6)
    if near:
        return f' (Did you mean "{near[0]}"?)'
    if among and len(among) <= SHORT_LIST:
        return f"; there is {', '.join(among)}"
    return ""


def listed(words: Iterable[str]) -> str:
    """Words as a sentence has them: `a`, `b` and `c`, in quotes."""
    quoted = [f'"{word}"' for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
