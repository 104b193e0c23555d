"""The moves of a flow as the rows of a table: who, from where to where, what is required, who gets mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.i18n import gettext, say
from app.language.definition import Flow, Routine, Transition
from app.telling.names import Names
from app.telling.of_moves import destination_in_words, says_of, sources_in_words
from app.telling.words import Words, field_in_words


@dataclass(frozen=True, slots=True)
class Row:
    """One move; `open` are the open cases it can be done with now, None where they aren't counted."""

    name: str
    label: str
    sources: str
    target: str
    who: str
    asks: tuple[str, ...]
    requires: tuple[str, ...]
    mails: tuple[str, ...]
    open: int | None

    @property
    def way(self) -> str:
        """From where to where."""
        return f"{self.sources} → {self.target}"


def rows(routine: Routine, flow: Flow, names: Names, counts: Mapping[str, int] | None = None) -> list[Row]:
    """Give one row for each move, in the file's order, in the request's language."""
    words = Words(routine, names, flow)
    return [_row(move, words, counts) for move in flow.transitions.values()]


def _row(move: Transition, words: Words, counts: Mapping[str, int] | None) -> Row:
    return Row(
        name=move.name,
        label=say(move.label),
        sources=sources_in_words(move, words),
        target=destination_in_words(move.to, words),
        who=gettext("Happens by itself") if move.by is None else words.party(move.by),
        asks=tuple(field_in_words(name, words.routine) for name in move.asked),
        requires=tuple(says_of(name, words.routine) for name in move.guards),
        mails=tuple(words.party(who) for who, _ in move.notify),
        open=None if counts is None else sum(counts.get(state, 0) for state in move.sources),
    )
