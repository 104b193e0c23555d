"""What was expected beside what was found, as sentences; values as a scenario's file writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.i18n import gettext


def listed(value: Any) -> list[Any]:
    """One thing or a list of them, as a list."""
    return list(value) if isinstance(value, list) else [value]


def with_words(value: Any) -> dict[str, list[str]]:
    """Names, each with the words that its sentence must hold: a name, a list of names, or a map from names to words."""
    if isinstance(value, dict):
        return {name: listed(words) for name, words in value.items()}
    return {name: [] for name in listed(value)}


def unlike(word: str, wanted: Any, found: Any) -> Iterator[str]:
    """Say what should be and what is, where they differ."""
    if wanted != found:
        words = {"word": word, "wanted": told(wanted), "found": told(found)}
        yield gettext("%(word)s should be %(wanted)s, but is %(found)s", **words)


def lacking(what: str, words: list[str], sentences: list[str]) -> Iterator[str]:
    """Say which words stand in none of the sentences with which something is refused."""
    for each in words:
        if not any(each in sentence for sentence in sentences):
            found = " | ".join(dict.fromkeys(sentences)) or told(None)
            yield gettext(
                "“%(what)s” should be refused with “%(words)s”, but the sentence is: %(found)s",
                what=what,
                words=each,
                found=found,
            )


def told(value: Any) -> str:
    """Write a value as the file does."""
    if value in (None, "", [], {}):
        return gettext("nothing")
    if isinstance(value, dict):
        return "; ".join(f"{name}: {told(each)}" for name, each in sorted(value.items()))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
