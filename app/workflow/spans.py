"""Lengths of time as people write and read them in their own language; kept as the language of routines writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.language.times import length

WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "working days": {
        "nb": ("arbeidsdag", "arbeidsdager"),
        "nn": ("arbeidsdag", "arbeidsdagar"),
        "en": ("working day", "working days"),
    },
    "days": {"nb": ("dag", "dager"), "nn": ("dag", "dagar"), "en": ("day", "days")},
    "hours": {"nb": ("time", "timer"), "nn": ("time", "timar"), "en": ("hour", "hours")},
    "weeks": {"nb": ("uke", "uker"), "nn": ("veke", "veker"), "en": ("week", "weeks")},
    "months": {"nb": ("måned", "måneder"), "nn": ("månad", "månader"), "en": ("month", "months")},
    "years": {"nb": ("år", "år"), "nn": ("år", "år"), "en": ("year", "years")},
}
"""One of it and several, by unit and language."""
UNITS = {word: unit for unit, tongues in WORDS.items() for both in tongues.values() for word in both}
WRITTEN = re.compile(r"(\d{1,5})\s*(\D+)", re.ASCII)


def read(text: str) -> str | None:
    """Give a length as it is kept, `3 working days`, for one in any of the languages; None for what isn't one."""
    found = WRITTEN.fullmatch(text.strip().lower())
    unit = UNITS.get(" ".join(found[2].split())) if found else None
    if found is None or unit is None:
        return None
    kept = f"{int(found[1])} {unit}"
    return kept if length(kept) else None


def in_words(kept: str, language: str) -> str:
    """Give a kept length in the language; what isn't one stays as it is."""
    found = length(kept)
    if found is None:
        return kept
    one, more = WORDS[found.unit].get(language) or WORDS[found.unit]["en"]
    return f"{found.count} {one if found.count == 1 else more}"
