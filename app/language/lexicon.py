"""Every word of a routine's files explained: the one source of the language's page and of `flask workflow explain`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("lexicon.yaml")
MARK = re.compile(r"<!-- words: (?P<place>.+?) -->\n(?P<head>\|.*\n\|[-| ]+\n)(?:\|.*\n)*")
"""In a page: where a place's table stands, with its meanings, or with a third column for examples."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: the words it explains, where they stand, what they mean, and how one is written."""

    place: str
    cell: str
    words: tuple[str, ...]
    means: str
    example: str = ""


@cache
def entries() -> tuple[Entry, ...]:
    """Every row, in the page's order."""
    found: list[dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))
    return tuple(
        Entry(each["place"], row["cell"], tuple(row["words"]), row["means"], row.get("example", ""))
        for each in found
        for row in each["rows"]
    )


def explained(word: str) -> list[Entry]:
    """The rows about a word, one for each place where it may stand; of a place's name, all its rows."""
    asked = word.lower()
    return [each for each in entries() if asked in each.words or asked == each.place.lower()]


def example(word: str, among: Collection[str]) -> str:
    """How the word is written in the place where these words may stand; "" if there is no such place."""
    there = (each for each in explained(word) if set(_words_at(each.place)) <= set(among))
    return next((each.example for each in there if each.example.startswith(f"{word}:")), "")


@cache
def _words_at(place: str) -> tuple[str, ...]:
    return tuple(word for each in entries() if each.place == place for word in each.words)


def near(word: str) -> list[str]:
    """Words that look like this one."""
    known = dict.fromkeys(name for each in entries() for name in (*each.words, each.place))
    return difflib.get_close_matches(word, list(known), n=3)


def page(text: str) -> str:
    """Write the language's page with its tables anew; everything around them stays."""
    return MARK.sub(
        lambda found: f"<!-- words: {found['place']} -->\n{found['head']}{_rows(**found.groupdict())}", text
    )


def _rows(place: str, head: str) -> str:
    rows = [each for each in entries() if each.place == place]
    if head.splitlines()[0].endswith("| example |"):
        return "".join(f"| {each.cell} | {each.means} | `{each.example}` |\n" for each in rows)
    return "".join(f"| {each.cell} | {each.means} |\n" for each in rows)


def told(word: str) -> Iterator[str]:
    """Explain a word, line by line: each place, its meaning without marks, its example."""
    for each in explained(word):
        yield f"{', '.join(each.words) or _plain(each.cell)} ({each.place})"
        yield f"  {_plain(each.means)}"
        if each.example:
            yield f"  Example: {each.example}"


def _plain(text: str) -> str:
    return re.sub(r"\[([^\]]+)\]\(#[^)]*\)", r"\1", text).replace("`", "")
